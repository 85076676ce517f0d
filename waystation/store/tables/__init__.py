"""The store's own tables, by subject. Importing this package completes the metadata."""

from waystation.store.tables import (
    access,
    cases,
    changes,
    chores,
    definitions,
    desk,
    effects,
    journal,
    lists,
    messages,
    people,
    shared,
)

__all__ = [
    "access",
    "cases",
    "changes",
    "chores",
    "definitions",
    "desk",
    "effects",
    "journal",
    "lists",
    "messages",
    "people",
    "shared",
]
