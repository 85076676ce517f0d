"""The one policy: `can(caller, action, …)`. Routes ask here and nowhere else.

Roles of the product: `admin` may do everything, `designer` may publish, `operator` may operate every process, `hr`
may manage people, but not admins.
Everything else comes from a process's `access`: an empty list means everybody who is signed in. A tenant's rules of
access narrow that by row (own, unit, all) and by field (hide, mask, read, edit). Which routes are open at all to whom
stands in `permissions`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from designer_api.auth.access_rules import EVERY, NO_RULES, AccessRules, Reach, Right
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
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody signed in. `facts` are those of `workflows.facts`: roles with what they inherit, groups.

    Args:
        scopes: what his token is confined to; None: nothing.
        unit: the people of his unit, for row rights.
    """

    tenant: str
    person: str
    name: str
    facts: dict[str, Any]
    scopes: tuple[str, ...] | None = None
    rules: AccessRules = NO_RULES
    unit: frozenset[str] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(self.facts.get("roles", ()))


@dataclass(frozen=True, slots=True)
class CaseRights:
    """A case, as far as rights depend on it.

    Args:
        involved: the caller has or had a task of it, or was sent it to read.
    """

    process: str
    access: Access
    initiator: str
    involved: bool = False


@dataclass(frozen=True, slots=True)
class TaskRights:
    """A task: it is seen with its case, and by those who are asked."""

    case: CaseRights
    asked: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class FileRights:
    """A file: seen by who stored it, and with its case."""

    stored_by: str
    case: CaseRights | None = None


@dataclass(frozen=True, slots=True)
class FieldRights:
    """A field of a form or of a case's data, by its name."""

    name: str


Resource = Access | CaseRights | TaskRights | FileRights | FieldRights


def can(caller: Caller, action: Action, resource: Resource | None = None) -> bool:
    """May the caller do this (to this)? An `Access` stands for all cases of its process."""
    if isinstance(resource, FieldRights):
        right = caller.rules.rights(caller.roles).get(resource.name, Right.EDIT)
        return right is Right.EDIT if action is Action.EDIT else right > Right.HIDE
    if "admin" in caller.roles:
        return True
    if isinstance(resource, FileRights):
        return caller.person == resource.stored_by or (resource.case is not None and can(caller, action, resource.case))
    if isinstance(resource, TaskRights):
        return caller.person in resource.asked or can(caller, action, resource.case)
    if isinstance(resource, CaseRights):
        return _can_with_case(caller, action, resource)
    return _can_anywhere(caller, action, resource)


def _can_with_case(caller: Caller, action: Action, case: CaseRights) -> bool:
    if action is Action.SEE and (caller.person == case.initiator or case.involved):
        return True
    return _can_anywhere(caller, action, case.access) and reaches(caller, case.process, case.initiator)


def reaches(caller: Caller, process: str, initiator: str) -> bool:
    """Whether the row rights of the caller reach a case that somebody else started."""
    reach = reach_in(caller, process)
    return reach is Reach.ALL or initiator == caller.person or (reach is Reach.UNIT and initiator in caller.unit)


def reach_in(caller: Caller, process: str) -> Reach:
    """How far the caller sees in a process, where that lets him see at all."""
    return Reach.ALL if "admin" in caller.roles else caller.rules.reach(caller.roles, process)


def reaches_all(caller: Caller, process: str | None) -> bool:
    """Whether the row rights of the caller reach every case of a process; None: of every process."""
    named = {rule.process for rule in caller.rules.rows} if process is None else set()
    return all(reach_in(caller, one) is Reach.ALL for one in {process or EVERY, *named})


def _can_anywhere(caller: Caller, action: Action, access: Access | None) -> bool:
    if action in (Action.ADMINISTER, Action.EDIT):
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


def require(caller: Caller, action: Action, resource: Resource | None = None) -> None:
    """Raise `not_allowed` unless the caller can."""
    if not can(caller, action, resource):
        raise Refused("not_allowed", f"you may not {action.value} here", "您没有此操作的权限", {"action": action.value})
