"""What a sensor reports when nothing is there, and how often something new is."""
