"""Bytes to fields and back, one file per category or message."""
