"""One leaf of a rubric: a verifier by name, its params, and what stands in when it is missing."""
