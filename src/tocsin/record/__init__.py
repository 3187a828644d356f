"""The record: an append-only journal, the run folder, and replay from either."""
