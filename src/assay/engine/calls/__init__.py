"""One call of an engine: rows become samples, samples rewards, in order or as they are done."""
