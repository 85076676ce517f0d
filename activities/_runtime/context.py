"""What an action knows while it runs: who, which case, when, under which key, and the session it writes through."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from waystation.contracts.errors import Refused
from waystation.outside import Outside
from waystation.store.session import TenantSession

_Value = TypeVar("_Value", bool, int, str, Decimal, list[str])


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """One attempt to run an action.

    Args:
        path: visit path of the node.
        key: idempotency key within the case; the same key takes effect once.
        at: time of the case, aware UTC.
        actor: person who caused it, "" for the system; `initiator` started the case.
        attempt: counts from 1.
        settings: the tenant's settings, by dotted name or nested.
    """

    tenant: str
    case: str
    process: str
    path: str
    key: str
    args: Mapping[str, Any]
    at: datetime
    actor: str = ""
    initiator: str = ""
    attempt: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Context:
    """What every action knows of its request."""

    request: ActionRequest

    @property
    def tenant(self) -> str:
        return self.request.tenant

    @property
    def case(self) -> str:
        return self.request.case

    @property
    def at(self) -> datetime:
        return self.request.at

    @property
    def actor(self) -> str:
        return self.request.actor

    @property
    def initiator(self) -> str:
        return self.request.initiator

    def reference(self, prefix: str, part: str = "") -> str:
        """An id for what this activation creates: equal for every attempt, different for every visit.

        Args:
            part: tells apart several things of one kind that the same activation creates.
        """
        request = self.request
        text = f"{request.tenant}\n{request.case}\n{request.key}\n{prefix}\n{part}"
        return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:24]}"

    def setting(self, name: str, default: _Value) -> _Value:
        """A tenant's setting, or the product's default.

        Raises:
            Refused: `bad_setting`, the tenant's value is not of the default's type.
        """
        found = setting(self.request.settings, name)
        if found is None:
            return default
        if isinstance(default, Decimal) and type(found) is int:
            return Decimal(found)
        if type(found) is not type(default):
            kind = type(default).__name__
            raise Refused("bad_setting", f"the setting {name} must be of type {kind}", f"设置 {name} 的类型须为 {kind}")
        return found


@dataclass(frozen=True, slots=True)
class ActionContext(_Context):
    """The first argument of an action that works in our database. It writes through `session` and never commits."""

    session: TenantSession


@dataclass(frozen=True, slots=True)
class ComputeContext(_Context):
    """The first argument of an action that only computes, from its arguments, the case and the settings. It has no
    session, writes nothing, and may run again at any time: no transaction is made for it."""


@dataclass(frozen=True, slots=True)
class OutsideContext(_Context):
    """The first argument of an action that asks somebody else. It runs apart from any transaction, because a database
    must not wait for the world; what it gives is kept under its key afterwards."""

    outside: Outside


def setting(settings: Mapping[str, Any], name: str) -> Any:
    """A setting by its dotted name, written either as one key or nested; None when it is not set."""
    if name in settings:
        return settings[name]
    here: Any = settings
    for part in name.split("."):
        if not isinstance(here, Mapping) or part not in here:
            return None
        here = here[part]
    return here
