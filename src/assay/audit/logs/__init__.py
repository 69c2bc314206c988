"""From files to a `Frame`."""
