"""What a process may refer to besides the catalogue: forms, tables, calendars, other processes and the organisation.

A library is a value made by the caller (from files, from the store, or empty). `None` means "not known here", and what
is not known is not checked; an empty collection means "there are none".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from waystation.contracts.calendars import WorkCalendar
from waystation.contracts.plan import Fields, Form, Table


@dataclass(frozen=True, slots=True)
class Signature:
    """What a caller sees of a process: its outcomes (ids of named ends, else `done`) and the data it starts with."""

    outcomes: tuple[str, ...] = ("done",)
    data: Fields = field(default_factory=dict)
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """Everything a process may name.

    Args:
        forms, tables, calendars: compiled, by id.
        processes: other processes by id; the signature is None where only the id is known.
        roles, groups, users, templates: known ids.
        untyped_actions: actions that need not be in the catalogue (a scenario's stubs): arguments and result unchecked.
    """

    forms: Mapping[str, Form] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    calendars: Mapping[str, WorkCalendar] = field(default_factory=dict)
    processes: Mapping[str, Signature | None] | None = None
    roles: frozenset[str] | None = None
    groups: frozenset[str] | None = None
    users: frozenset[str] | None = None
    templates: frozenset[str] | None = None
    untyped_actions: frozenset[str] = frozenset()
