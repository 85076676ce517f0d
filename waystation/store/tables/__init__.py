"""The store's own tables, by subject. Importing this package completes the metadata."""

from waystation.store.tables import access, cases, chores, definitions, desk, effects, journal, messages, people, shared

__all__ = ["access", "cases", "chores", "definitions", "desk", "effects", "journal", "messages", "people", "shared"]
