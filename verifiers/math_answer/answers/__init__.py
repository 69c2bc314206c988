"""Two texts in, one comparison out: read, decided, at last asked of a computer algebra system."""
