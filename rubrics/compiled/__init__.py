"""What a rubric becomes when its verifiers are known: a plan, ranges, turns."""
