"""Calls to programs elsewhere, from a process."""
