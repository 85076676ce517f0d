"""What a command must know of the organisation, looked up before it is sent: a validator cannot look anything up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from waystation.contracts.people import Organisation
from workflows.people import acts_for, proxies_of, roles_of

#: Roles whose holders may operate every process.
OPERATORS = frozenset({"admin", "operator"})


def facts_for(
    organisation: Organisation, actor: str, process: str, at: datetime, args: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Facts for a command of `actor`: roles, groups, whom he may stand in for, and which of the people named exist."""
    person = organisation.people.get(actor)
    named = list(_named(args or {}))
    roles = sorted(roles_of(organisation, person)) if person is not None else []
    return {
        "roles": roles,
        "operate": not OPERATORS.isdisjoint(roles),
        "groups": list(person.groups) if person is not None else [],
        "acts_for": list(acts_for(organisation, actor, process, at)),
        "known": [other for other in named if other in organisation.people and organisation.people[other].active],
        "proxies": {other: list(proxies_of(organisation, other, process, at)) for other in named},
    }


def _named(args: dict[str, Any]) -> Iterable[str]:
    for key in ("who", "to", "from", "mention"):
        value = args.get(key)
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from (str(item) for item in value)
