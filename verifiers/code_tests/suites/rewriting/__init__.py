"""What is changed in the text of a suite before it is read or run."""
