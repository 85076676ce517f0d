"""Runs an action: one transaction, one effect per key, one table of errors.

`run_action` is the only place that opens a transaction for an action: arguments are parsed, the idempotency record and
the effect are written together, and whatever goes wrong becomes a `Failed` with a stable code. An action that fails
has changed nothing. Here stands one of the two tables that derive retryability from `waystation.contracts.errors`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import structlog
from pydantic import BaseModel, ValidationError

from activities._runtime.context import ActionContext, ActionRequest
from activities._runtime.models import plain
from waystation.contracts.catalog import ActionSpec
from waystation.contracts.errors import Refused, Unavailable
from waystation.store import idempotency
from waystation.store.session import Database, TenantSession

BeforeCommit = Callable[[TenantSession], Awaitable[None]]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The action has taken effect, now or under the same key before. `result` is JSON data with exact decimals."""

    result: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The action has changed nothing.

    Args:
        kind: business (trying again is pointless) or transient (worth trying after `retry_after` seconds).
    """

    code: str
    kind: Literal["business", "transient"]
    zh: str
    en: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    retry_after: float = 0.0


Outcome = Succeeded | Failed


async def run_action(
    spec: ActionSpec, database: Database, request: ActionRequest, *, before_commit: BeforeCommit | None = None
) -> Outcome:
    """Run one attempt of an action.

    Args:
        before_commit: writes something else into the same transaction (journal entries). It may run several times
            and also when the action took effect before; it is rolled back when the action fails.

    Returns:
        `Succeeded` with the result; under a key that took effect before, the stored result. `Failed` otherwise:
        nothing is raised, except that the task is cancelled.
    """
    try:
        args = spec.takes.model_validate(dict(request.args))
        async with asyncio.timeout(spec.timeout):
            return Succeeded(await database.transact(request.tenant, _effect(spec, request, args, before_commit)))
    except Exception as error:  # noqa: BLE001 - the edge: every failure becomes a value with a code
        return _failed(spec, request, error)


def _effect(
    spec: ActionSpec, request: ActionRequest, args: BaseModel, before_commit: BeforeCommit | None
) -> Callable[[TenantSession], Awaitable[Any]]:
    async def effect(session: TenantSession) -> Any:
        async def run() -> Any:
            return plain(await spec.run(ActionContext(request, session), args))

        result = await idempotency.once(session, f"action:{request.case}", request.key, dict(request.args), run)
        if before_commit is not None:
            await before_commit(session)
        return result

    return effect


def _failed(spec: ActionSpec, request: ActionRequest, error: Exception) -> Failed:
    """The table: which exception means what to the case."""
    match error:
        case ValidationError():
            detail = {"errors": error.errors(include_url=False, include_context=False, include_input=False)}
            return Failed("bad_args", "business", f"{spec.name} 的参数不正确", f"bad arguments for {spec.name}", detail)
        case Refused():
            return Failed(error.code, "business", error.zh, error.en, error.detail)
        case Unavailable():
            return Failed(error.code, "transient", error.zh, error.en, error.detail, error.retry_after)
        case TimeoutError():
            return Failed(
                "timeout", "transient", "动作超时", "the action took too long", {"seconds": spec.timeout}, 1.0
            )
        case _:
            # The exception's text stays in the log: it may hold personal data.
            _log.exception("action_crashed", action=spec.name, case=request.case, path=request.path)
            return Failed(
                "action_crashed", "transient", "动作内部出错", "the action crashed", {"type": type(error).__name__}, 1.0
            )
