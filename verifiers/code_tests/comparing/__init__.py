"""Whether a result is the expected one, and how an assertion sees it."""
