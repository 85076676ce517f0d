"""Waystation (驿站): business processes written as YAML node graphs, run as Temporal workflows."""

__version__ = "0.1.0"
