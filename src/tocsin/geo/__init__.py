"""Frames, geodesy, site plane, border, places. Pure functions; files only in load.py."""
