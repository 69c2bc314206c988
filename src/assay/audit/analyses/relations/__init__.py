"""How criteria and labels go together."""
