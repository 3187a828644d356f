"""Simulated measurements as real wire formats: what a sensor of the kind would send."""
