"""Between the two: the warm interpreter that forks, and what confines its children."""
