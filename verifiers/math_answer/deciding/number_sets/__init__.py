"""Sets of numbers: by intervals, by inequalities, by their members, by a rule for these."""
