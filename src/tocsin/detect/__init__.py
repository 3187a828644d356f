"""Adapters in: raw chunks to detection batches, one file per sensor family."""
