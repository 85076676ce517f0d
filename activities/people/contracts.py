"""What a contact list of another system holds, whoever keeps it, and how it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Department:
    """A department. `parent` is None at the top; `leaders` are ids of members."""

    id: str
    name: str
    parent: str | None = None
    leaders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the list.

    Args:
        departments: where he is, the main one first.
        leads: departments that he leads.
        manager: id of the one he reports to, where the system knows.
        active: he works there; False: disabled, or has left.
    """

    id: str
    name: str
    email: str = ""
    phone: str = ""
    title: str = ""
    departments: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    manager: str | None = None
    active: bool = True


class Directory(Protocol):
    """A contact list. Both calls ask the other system for all of it, page by page.

    They may wait for its rate limits, and raise `Refused` (`directory_credentials`, `directory_forbidden`,
    `directory_refused`) where trying again is pointless, `Unavailable` (`directory_unavailable`, `directory_busy`)
    where it is not. `source` names the system: ids are unique within it.
    """

    @property
    def source(self) -> str: ...

    async def departments(self) -> list[Department]:
        """All departments that the credentials may see, parents before children."""
        ...

    async def members(self, departments: list[Department]) -> list[Member]:
        """Everybody in these departments, each once."""
        ...
