"""What is said of a rubric once it has been proved or tabled: data that prints itself."""
