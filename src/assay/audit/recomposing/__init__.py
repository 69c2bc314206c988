"""What the rollouts of a log are worth under another rubric, from the scores that were stored."""
