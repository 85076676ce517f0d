"""Designs over HTTP: bodies, rights, and what the routes of the designer do. Meaning lives in `waystation.design`."""
