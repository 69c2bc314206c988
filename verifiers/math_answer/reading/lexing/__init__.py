"""Characters to tokens: cleaned text, commands and their meaning, numerals, units of one letter."""
