"""Products whose order counts: names as matrices and vectors, by shape, then by value."""
