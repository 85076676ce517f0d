"""Runs an action: one transaction, one effect per key, one table of errors.

`run_action` is the only place that opens a transaction for an action: arguments are parsed, the idempotency record and
the effect are written together, and whatever goes wrong becomes a `Failed` with a stable code. An action that fails
has changed nothing. Here stands one of the two tables that derive retryability from `waystation.contracts.errors`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import structlog
from pydantic import BaseModel, ValidationError

from activities._runtime.context import ActionContext, ActionRequest, ComputeContext, OutsideContext
from activities._runtime.models import plain
from activities._runtime.spec import Action
from waystation.contracts.catalog import ActionSpec
from waystation.contracts.errors import Refused, Unavailable
from waystation.measures import ACTION_RETRIES, ACTION_SECONDS, ACTIONS
from waystation.outside import Outside
from waystation.store import idempotency
from waystation.store.session import Database, TenantSession

BeforeCommit = Callable[[TenantSession], Awaitable[None]]
#: What is done in a transaction, and gives JSON data.
Work = Callable[[TenantSession], Awaitable[Any]]

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
    spec: ActionSpec,
    database: Database,
    request: ActionRequest,
    *,
    before_commit: BeforeCommit | None = None,
    outside: Outside | None = None,
) -> Outcome:
    """Run one attempt of an action.

    Args:
        outside: how actions that run apart go out; None: nothing goes out here, as in scenarios.
        before_commit: writes something else into the same transaction (journal entries). It may run several times
            and also when the action took effect before; it is rolled back when the action fails.

    Returns:
        `Succeeded` with the result; under a key that took effect before, the stored result. `Failed` otherwise:
        nothing is raised, except that the task is cancelled.
    """
    since = time.perf_counter()
    outcome = await _tried(spec, database, request, before_commit, outside)
    ACTION_SECONDS.labels(spec.name).observe(time.perf_counter() - since)
    ACTIONS.labels(spec.name, outcome.kind if isinstance(outcome, Failed) else "done").inc()
    if request.attempt > 1:
        ACTION_RETRIES.labels(spec.name).inc()
    return outcome


async def run_computing(spec: ActionSpec, request: ActionRequest) -> Outcome:
    """Run an action that only computes: it needs no database, and leaves nothing behind."""
    try:
        args = spec.takes.model_validate(dict(request.args))
        async with asyncio.timeout(spec.timeout):
            return Succeeded(plain(await spec.run(ComputeContext(request), args)))
    except Exception as error:  # noqa: BLE001 - the edge: every failure becomes a value with a code
        return _failed(spec, request, error)


async def _tried(
    spec: ActionSpec,
    database: Database,
    request: ActionRequest,
    before_commit: BeforeCommit | None,
    outside: Outside | None,
) -> Outcome:
    if spec.computes and before_commit is None:
        return await run_computing(spec, request)
    try:
        args = spec.takes.model_validate(dict(request.args))
        async with asyncio.timeout(spec.timeout):
            work: Work = partial(_run_inside, spec, request, args)
            if isinstance(spec, Action) and spec.apart:
                work = await _run_apart(spec, database, request, args, outside)
            return Succeeded(await database.transact(request.tenant, _effect(request, work, before_commit)))
    except Exception as error:  # noqa: BLE001 - the edge: every failure becomes a value with a code
        return _failed(spec, request, error)


async def _run_inside(spec: ActionSpec, request: ActionRequest, args: BaseModel, session: TenantSession) -> Any:
    context = ComputeContext(request) if spec.computes else ActionContext(request, session)
    return plain(await spec.run(context, args))


async def _run_apart(
    spec: ActionSpec, database: Database, request: ActionRequest, args: BaseModel, outside: Outside | None
) -> Work:
    """Ask the outside first, unless it has answered under this key before; what it said is work that is done."""
    async with database.read(request.tenant) as session:
        known = await idempotency.answer_of(session, _scope(request), request.key)
    if known is None:
        if outside is None:
            raise Refused("nothing_goes_out", "nothing goes out from here", "此处不对外发送任何请求")
        known = plain(await spec.run(OutsideContext(request, outside), args))

    async def work(_session: TenantSession) -> Any:
        return known

    return work


def _scope(request: ActionRequest) -> str:
    return f"action:{request.case}"


def _effect(request: ActionRequest, work: Work, before_commit: BeforeCommit | None) -> Work:
    async def effect(session: TenantSession) -> Any:
        result = await idempotency.once(
            session, _scope(request), request.key, dict(request.args), partial(work, session)
        )
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
