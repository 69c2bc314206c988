"""What a suite imports: the program, libraries, and what is not here."""
