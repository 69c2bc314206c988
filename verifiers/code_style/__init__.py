"""How a program is written: black, autopep8, pylint, and the fixed point of the formatters."""
