"""The built-in probes, a module a family. Each function takes a task and returns its attacks."""
