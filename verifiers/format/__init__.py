"""Is the completion in the form that was asked for? Says nothing of whether it is right."""
