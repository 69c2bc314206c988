"""Runs untrusted Python. Read `docs/sandbox.md` first, then `confine`, `zygote`, `child`, `run`.

`codec`, `confine`, `child` and `zygote` run inside the zygote, a bare interpreter: they import
the standard library only. `wire`, `run`, `pool`, `levels` and `selftest` are the parent's side.
"""
