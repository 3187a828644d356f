"""Tocsin: open early warning for drone incursions at a border."""

__version__ = "0.1.0"
