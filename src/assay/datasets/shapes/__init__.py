"""The shapes, a module for each family."""
