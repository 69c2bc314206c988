"""Does a program do what its tests say? Run in a sandbox, compared outside of it."""
