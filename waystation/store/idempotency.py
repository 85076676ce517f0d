"""Once is enough: a request with a key takes effect at most once, however often and concurrently it is sent.

The record is written in the same transaction as the effect, so neither exists without the other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, literal, select, update

from waystation.contracts.errors import Refused
from waystation.store import exact_json
from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, CaseStatus
from waystation.store.tables.shared import IdempotencyRow

_OPEN = (CaseStatus.OPEN, CaseStatus.SUSPENDED)


async def once(session: TenantSession, scope: str, key: str, request: Any, work: Callable[[], Awaitable[Any]]) -> Any:
    """The answer of `work`, which runs only if this key has not taken effect before.

    Args:
        scope: what the key is unique in, for example an endpoint or a case.
        request: the request as JSON data; the same key with another request is refused.
        work: must do all it does through `session`.

    Returns:
        The answer as plain JSON data, the same the first time and every later time.
    Raises:
        Refused: `key_reused`.
    """
    if not await _is_first(session, scope, key, request, response=None, state="running"):
        return await _known(session, scope, key, request)
    answer = exact_json.plain(await work())
    await session.execute(update(IdempotencyRow).where(*_here(scope, key)).values(response=answer, state="done"))
    return answer


async def chosen(session: TenantSession, scope: str, key: str, request: Any, answer: Any) -> Any:
    """`once` for an answer that is there already, such as a new id: the first one that was offered under this key.

    Raises:
        Refused: `key_reused`.
    """
    plain = exact_json.plain(answer)
    is_first = await _is_first(session, scope, key, request, response=plain, state="done")
    return plain if is_first else await _known(session, scope, key, request)


async def _is_first(session: TenantSession, scope: str, key: str, request: Any, *, response: Any, state: str) -> bool:
    """Take the key with this request; False where somebody has."""
    return await insert_if_new(
        session,
        IdempotencyRow,
        scope=scope,
        key=exact_json.digest(key),
        key_text=key,
        request_hash=exact_json.digest(request),
        response=response,
        state=state,
        at=datetime.now(UTC),
    )


async def _known(session: TenantSession, scope: str, key: str, request: Any) -> Any:
    known = (await session.scalars(select(IdempotencyRow).where(*_here(scope, key)))).one()
    if known.request_hash != exact_json.digest(request):
        raise key_reused(key)
    return known.response


def _here(scope: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return IdempotencyRow.scope == scope, IdempotencyRow.key == exact_json.digest(key)


async def settle(session: TenantSession, scope: str, key: str, answer: Any) -> Any:
    """Complete the answer under a key that `once` has begun with a map; the first to complete it wins.

    For work that cannot be done inside one transaction: what `once` stored tells a repetition how to go on.

    Returns:
        The answer as it stands now, as plain JSON data.
    """
    query = select(IdempotencyRow).where(*_here(scope, key)).with_for_update()
    row = (await session.scalars(query)).one()
    if row.state != "settled":
        row.response, row.state = {**row.response, **exact_json.plain(answer)}, "settled"
        await session.flush()
    return row.response


async def answer_of(session: TenantSession, scope: str, key: str) -> Any:
    """The answer that is stored under a key, whatever the request was; None where it has not taken effect."""
    row_key = exact_json.digest(key)
    query = select(IdempotencyRow.response).where(IdempotencyRow.scope == scope, IdempotencyRow.key == row_key)
    return await session.scalar(query)


async def forget(session: TenantSession, before: datetime, scope: str | None = None) -> int:
    """Drop records older than `before`; returns how many. A dropped key may take effect again.

    Those of the actions of open cases stay: such a case may have stood still for long, and tries again.
    """
    open_cases = select(literal("action:") + CaseRow.case_id).where(CaseRow.status.in_(_OPEN))
    old = delete(IdempotencyRow).where(IdempotencyRow.at < before, IdempotencyRow.scope.not_in(open_cases))
    old = old.execution_options(synchronize_session=False)
    result = await session.execute(old if scope is None else old.where(IdempotencyRow.scope == scope))
    assert isinstance(result, CursorResult)
    return result.rowcount


def key_reused(key: str) -> Refused:
    """The refusal of a key that came with another request before."""
    return Refused(
        "key_reused",
        "this idempotency key came with another request before",
        "该幂等键已用于另一个不同的请求",
        {"key": key},
    )
