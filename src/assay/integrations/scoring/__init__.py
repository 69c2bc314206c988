"""What a `Scorer` is made of: rows of columns, shares of cores, what a missing score becomes."""
