"""Scenarios, movers, sensors with truth, writers of real wire formats, scores."""
