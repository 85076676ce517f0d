"""The one policy: `can(caller, action, …)`. Routes ask here and nowhere else.

Roles of the product: `admin` may do everything, `designer` may publish, `operator` may operate every process, `hr`
may manage people, but not admins.
Everything else comes from a process's `access`: an empty list means everybody who is signed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from waystation.contracts.errors import Refused
from waystation.contracts.plan import Access
from workflows.machine.commands import is_among


class Action(StrEnum):
    PUBLISH = "publish"
    START = "start"
    SEE = "see"
    OPERATE = "operate"
    ADMINISTER = "administer"
    MANAGE_PEOPLE = "people.manage"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody signed in. `facts` are those of `workflows.facts`: roles with what they inherit, groups."""

    tenant: str
    person: str
    name: str
    facts: dict[str, Any]

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(self.facts.get("roles", ()))


def can(caller: Caller, action: Action, access: Access | None = None) -> bool:
    """May the caller do this (to a process with this access)?"""
    if "admin" in caller.roles:
        return True
    if action is Action.ADMINISTER:
        return False
    if action is Action.MANAGE_PEOPLE:
        return "hr" in caller.roles
    if action is Action.PUBLISH:
        return "designer" in caller.roles
    if action is Action.OPERATE and "operator" in caller.roles:
        return True
    if access is None:
        return False
    entries = {Action.START: access.start, Action.SEE: access.see, Action.OPERATE: access.operate}[action]
    return not entries or is_among(entries, caller.person, caller.facts)


def require(caller: Caller, action: Action, access: Access | None = None) -> None:
    """Raise `not_allowed` unless the caller can."""
    if not can(caller, action, access):
        raise Refused("not_allowed", f"you may not {action.value} here", "您没有此操作的权限", {"action": action.value})
