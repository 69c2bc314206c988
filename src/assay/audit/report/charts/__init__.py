"""Charts, each made of a table or of the frame; drawn in the colours of the palette."""
