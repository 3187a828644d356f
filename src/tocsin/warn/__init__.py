"""The policy that people set: a draft with its reason, or silence."""
