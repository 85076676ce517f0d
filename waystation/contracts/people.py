"""The organisation as a value, and the question "who is asked here?" with its answer.

Resolving is a pure function of an organisation, a request and load figures; drivers call it (in memory, or as an
activity), never the machine itself, so that an organisation of any size stays out of a case's state.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct


class Proxy(Struct, frozen=True, omit_defaults=True):
    """A standing stand-in: `person` may act for the owner, for named processes (empty: all), within a period."""

    person: str
    processes: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


class Absence(Struct, frozen=True, omit_defaults=True):
    """Out of office from `since` (inclusive; None: already) to `until` (not inclusive; None: open)."""

    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    id: str = ""


class Duty(Struct, frozen=True, omit_defaults=True):
    """Hours of duty: weekdays (0 Monday .. 6 Sunday), minutes after local midnight; `end` may pass midnight."""

    days: tuple[int, ...]
    start: int
    end: int


class Person(Struct, frozen=True, omit_defaults=True):
    """Somebody who can be asked. `at` is [latitude, longitude]; skills map to levels from 1.

    Args:
        away: out of office until further notice; `absent` says for how long. Without `duty` he is always on duty.
    """

    id: str
    name: str = ""
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    manager: str | None = None
    title: str | None = None
    skills: dict[str, int] = {}
    at: tuple[float, float] | None = None
    proxy: tuple[Proxy, ...] = ()
    away: bool = False
    active: bool = True
    capacity: int | None = None
    region: str | None = None
    absent: tuple[Absence, ...] = ()
    duty: tuple[Duty, ...] = ()


class Organisation(Struct, frozen=True, omit_defaults=True):
    """People by id; role inheritance: a holder of `role` also holds every role in `inherits[role]`.

    `timezone` is where hours of duty are meant.
    """

    people: dict[str, Person] = {}
    inherits: dict[str, tuple[str, ...]] = {}
    admins: tuple[str, ...] = ()  # who gets tasks nobody was found for; default: holders of role "admin"
    timezone: str = "Asia/Shanghai"


class Asked(Struct, frozen=True, omit_defaults=True):
    """A rule with its values computed: the question without expressions.

    `by` as in `plan.Rule`; `people` are ids already known (same_as, field, expr, pick_by, initiator/actor of
    manager_of); `value` is the role, group, skill list or point.
    """

    by: str
    value: Any = None
    people: tuple[str, ...] = ()
    levels: int = 1
    up_to: str | None = None
    within_m: float | None = None
    weight: int = 1


class Request(Struct, frozen=True, omit_defaults=True):
    """Who is asked at a node.

    Args:
        exclude: person ids who must not be asked or answer, also through proxies.
        repeated: person ids who have agreed before and pass by themselves (去重).
        sequence: order matters (依次 or manager chain).
        keep: people who have the task already; a strategy leaves it with one of them as long as he is at work.
    """

    node: str
    process: str
    rules: tuple[Asked, ...]
    initiator: str = ""
    strategy: str = "pool"
    exclude: tuple[str, ...] = ()
    when_empty: str = "admin"
    when_initiator: str = "self"
    repeated: tuple[str, ...] = ()
    replace_away: bool = False  # all_then_any: a person out of office is replaced by the proxy
    at: datetime | None = None
    keep: tuple[str, ...] = ()


class Seat(Struct, frozen=True, omit_defaults=True):
    """One person found. `stage` orders people who are asked one after another, from 0.

    Args:
        rule: index of the rule that found the person first; -1 for `when_empty`.
    """

    person: str
    rule: int = 0
    weight: int = 1
    stage: int = 0
    proxies: tuple[str, ...] = ()
    passes: str | None = None  # "initiator" or "repeat": counts as agreed without being asked


class Resolution(Struct, frozen=True, omit_defaults=True):
    """The answer. `empty` tells which `when_empty` rule applied, if nobody was found: the journal names it."""

    seats: tuple[Seat, ...] = ()
    fired: tuple[dict[str, Any], ...] = ()  # {rule: index or -1, by, people}; how, for where the step has them
    empty: str | None = None  # admin | skip | reject | fail | user
