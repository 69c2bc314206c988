"""What a fit cannot say by itself: is it consistent, is it correct first, is there enough of it."""
