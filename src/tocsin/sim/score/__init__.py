"""The measures: one definition each, for every tracker and every scene."""
