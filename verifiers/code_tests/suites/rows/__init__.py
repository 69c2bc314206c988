"""A row's fields: the shapes that data sets have tests in, and the files beside them."""
