"""How much of a program a suite has to believe, and therefore share an interpreter with."""
