"""Routes by noun. Each is a few lines: parse, ask, answer."""
