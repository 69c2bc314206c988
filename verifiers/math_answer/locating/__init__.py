"""Where in a completion the answer stands."""
