"""Whether two trees are equal, a module for each kind of answer."""
