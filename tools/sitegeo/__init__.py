"""The parts of tools/make_geo.py."""
