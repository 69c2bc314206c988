"""The trusted side: starts interpreters, watches runs, tests the sandbox itself."""
