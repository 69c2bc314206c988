"""The claims in a chain of reasoning: which are true, and which lead where a solution leads."""
