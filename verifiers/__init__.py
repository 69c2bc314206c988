"""What is true of a completion. Each verifier in a folder or file named for what it judges."""
