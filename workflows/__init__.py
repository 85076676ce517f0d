"""Deterministic side: the token machine, node kinds, and the drivers that run them."""
