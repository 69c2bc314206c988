"""Whether a verifier is right, for all kinds of completions alike."""
