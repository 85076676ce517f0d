"""The store's own tables, by subject. Importing this package completes the metadata."""

from waystation.store.tables import (
    access,
    cases,
    changes,
    chores,
    definitions,
    designs,
    desk,
    effects,
    journal,
    lists,
    messages,
    outside,
    people,
    personal,
    shared,
)

__all__ = [
    "access",
    "cases",
    "changes",
    "chores",
    "definitions",
    "designs",
    "desk",
    "effects",
    "journal",
    "lists",
    "messages",
    "outside",
    "people",
    "personal",
    "shared",
]
