"""What crosses between the sides, how it is written and read, and within which limits."""
