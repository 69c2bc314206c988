"""What verdicts are worth: compose, prove, shape."""
