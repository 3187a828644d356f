"""Predict, gate, associate, update, birth, death, late data: one fused picture."""
