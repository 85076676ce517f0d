"""Sealing: what leaves this program for a database or for Temporal, and must not be read there."""
