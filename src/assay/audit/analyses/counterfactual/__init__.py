"""What another rubric would have paid."""
