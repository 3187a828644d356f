"""Which detection may belong to which component."""
