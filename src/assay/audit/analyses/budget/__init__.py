"""Which criterion the advantage is spent on."""
