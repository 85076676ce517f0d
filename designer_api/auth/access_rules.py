"""A tenant's rules of access: how far roles see in the cases of a process, and what they may do with which field.

They narrow what processes allow and never widen it. Kept as one setting of the tenant, `access.rules`.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

#: The name of the tenant's setting.
SETTING = "access.rules"
#: In a rule: every process; everybody, whatever his role.
EVERY = "*"

Name = Annotated[str, Field(min_length=1, max_length=100)]


class Reach(StrEnum):
    """Which cases of a process: those one takes part in, those started in one's unit too, or all."""

    OWN = "own"
    UNIT = "unit"
    ALL = "all"


class Grade(StrEnum):
    """What one may do with a field."""

    HIDE = "hide"
    MASK = "mask"
    READ = "read"
    EDIT = "edit"


class Right(IntEnum):
    """Grades in order."""

    HIDE = 0
    MASK = 1
    READ = 2
    EDIT = 3


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RowRule(_Rule):
    """How far each role sees in a process. Of several roles the widest counts; whom no entry names sees his own."""

    process: Name = EVERY
    reach: Annotated[dict[Name, Reach], Field(max_length=100)]


class FieldRule(_Rule):
    """What each role may do with a field, in every process. The highest counts; from others it is hidden."""

    field: Name
    rights: Annotated[dict[Name, Grade], Field(max_length=100)]


class AccessRules(_Rule):
    """All of them. No rule for a process: all cases that it shows; no rule for a field: it may be edited."""

    rows: Annotated[tuple[RowRule, ...], Field(max_length=200)] = ()
    fields: Annotated[tuple[FieldRule, ...], Field(max_length=200)] = ()

    def reach(self, roles: tuple[str, ...], process: str) -> Reach:
        """How far somebody with these roles sees in a process; a rule for it goes before one for every process."""
        found = [rule for rule in self.rows if rule.process == process]
        found = found or [rule for rule in self.rows if rule.process == EVERY]
        if not found:
            return Reach.ALL
        order = list(Reach)
        reached = [where for rule in found for role, where in rule.reach.items() if role in (EVERY, *roles)]
        return max(reached, key=order.index, default=Reach.OWN)

    def rights(self, roles: tuple[str, ...]) -> dict[str, Right]:
        """Field -> what somebody with these roles may do, for every field with a rule. An admin who is not named
        in a rule may edit."""
        found: dict[str, Right] = {}
        for rule in self.fields:
            named = [Right[grade.name] for role, grade in rule.rights.items() if role in (EVERY, *roles)]
            if "admin" in roles and "admin" not in rule.rights:
                named.append(Right.EDIT)
            found[rule.field] = max([*named, found.get(rule.field, Right.HIDE)])
        return found


NO_RULES = AccessRules()


def read_rules(kept: Any) -> AccessRules:
    """The rules from a tenant's setting; None is none."""
    return NO_RULES if kept is None else AccessRules.model_validate(kept)
