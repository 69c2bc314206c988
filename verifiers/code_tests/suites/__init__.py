"""What the tests of a row mean: their shapes, and what is rewritten before they run."""
