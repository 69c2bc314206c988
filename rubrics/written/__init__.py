"""What a user writes: rubrics, their kinds and criteria, files, and the faults in them."""
