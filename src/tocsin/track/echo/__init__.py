"""Echoes with an extent: where a surface radar sees what others place by its antenna."""
