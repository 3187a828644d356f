"""Directions without a distance: what they may belong to, and what they may start."""
