"""What a small change of the weights would change."""
