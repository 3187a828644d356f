"""The journal: append-only, gapless, replayable."""
