"""Adapters out: CAP files."""
