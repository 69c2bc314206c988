"""Likelihoods maximised: where they have a maximum, which weights are told apart, how surely."""
