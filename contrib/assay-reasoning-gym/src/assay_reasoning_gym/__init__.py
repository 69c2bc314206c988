"""The tasks of reasoning-gym, for Assay."""
