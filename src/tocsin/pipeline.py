"""The map: how the stages are wired, top to bottom."""
