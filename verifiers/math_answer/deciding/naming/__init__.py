"""The same under other names: bound names, constants of integration, parameters of families."""
