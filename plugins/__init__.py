"""How verifiers come in: the spec, the hooks, the host."""
