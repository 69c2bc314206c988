"""Rewards over HTTP: `assay serve`, and `RemoteEngine`, which asks such a server."""
