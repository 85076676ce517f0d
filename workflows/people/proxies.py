"""Who may stand in for whom: standing proxies, for a period and for named processes, never in chains."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from waystation.contracts.people import Organisation, Person, Proxy


def proxies_of(
    organisation: Organisation, person: str, process: str, at: datetime | None, barred: Collection[str] = ()
) -> tuple[str, ...]:
    """The people who may act for `person` now, in the order he named them.

    Only those he named himself: a proxy's own proxy never acts for him. `since` is inclusive, `until` is not.
    """
    owner = organisation.people.get(person)
    if owner is None:
        return ()
    named = (proxy.person for proxy in owner.proxy if _holds(proxy, process, at))
    return tuple(
        dict.fromkeys(one for one in named if one != person and one not in barred and is_active(organisation, one))
    )


def acts_for(organisation: Organisation, actor: str, process: str, at: datetime | None) -> tuple[str, ...]:
    """The people `actor` may stand in for now: what a command's facts call `acts_for`."""
    if not is_active(organisation, actor):
        return ()
    owners = organisation.people.values()
    return tuple(one.id for one in owners if one.active and actor in proxies_of(organisation, one.id, process, at))


def is_active(organisation: Organisation, person: str) -> bool:
    """Is this somebody who works here?"""
    found: Person | None = organisation.people.get(person)
    return found is not None and found.active


def _holds(proxy: Proxy, process: str, at: datetime | None) -> bool:
    if proxy.processes and process not in proxy.processes:
        return False
    if at is None:
        return True
    return (proxy.since is None or proxy.since <= at) and (proxy.until is None or at < proxy.until)
