"""The nouns: records, column batches, units, errors. Imports nothing of ours."""
