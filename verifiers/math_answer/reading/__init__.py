"""From text to a tree: cleaning, tokens, grammar, vocabulary."""
