"""What does a rubric pay for completions that are wrong by construction?

`specs` lists the probes, `families` writes their completions out of the user's own samples, `run`
has an engine judge them, `board` holds what they earned, `findings` says which of it is a fault.
No part of it needs more than the core dependencies.
"""
