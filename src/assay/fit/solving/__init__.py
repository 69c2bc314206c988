"""Likelihoods maximised: where they have a maximum, and which weights the data distinguish."""
