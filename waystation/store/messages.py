"""Messages find the cases that wait for them; what nobody waits for is kept for a while (language section 4.6).

A waiter waits for a name and one field's value (or for the name alone); both become one digest, so finding is one
look into an index. Routing and waiting lock the same gates, or a message and its waiter could pass each other:
each would look before the other is there. A case that turns out not to want a message refuses it, and it goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, bindparam, delete, exists, select, update

from waystation.store import exact_json
from waystation.store.idempotency import key_reused
from waystation.store.inserts import insert_if_new
from waystation.store.prepared import prepared
from waystation.store.session import TenantSession
from waystation.store.tables.messages import DeliveryRow, GateRow, MessageMatchRow, MessageRow, WaiterRow

#: How long a message is kept for a waiter that comes later, and how long its id is remembered.
KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that came in; `id` is the sender's."""

    id: str
    name: str
    fields: dict[str, Any]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message and the case that is to get it. The case itself finds its oldest waiter; `path` is where it waits."""

    case_id: str
    path: str
    message: Message


async def route(
    session: TenantSession, name: str, fields: dict[str, Any], message_id: str, *, at: datetime
) -> list[Delivery]:
    """Give a message to every case that waits for it, or keep it. The same id again gives the same answer.

    Raises:
        Refused: `key_reused`, when the id came with another content before.
    """
    key, content = exact_json.digest(message_id), exact_json.digest([name, fields])
    is_new = await insert_if_new(
        session,
        MessageRow,
        id=key,
        message=message_id,
        name=name,
        fields=fields,
        digest=content,
        state="kept",
        received_at=at,
        expires_at=at + KEPT_FOR,
    )
    row = (await session.scalars(select(MessageRow).where(MessageRow.id == key))).one()
    if not is_new:
        if row.digest != content:
            raise key_reused(message_id)
        return await _deliveries(session, row)
    matches = _matches(name, fields)
    await _lock_gates(session, matches)
    waiting = await session.scalars(
        select(WaiterRow).where(WaiterRow.match.in_(matches)).order_by(WaiterRow.since, WaiterRow.path)
    )
    oldest = {waiter.case_id: waiter for waiter in reversed(waiting.all())}
    return await _hand_out(session, row, list(reversed(oldest.values())), matches, at)


async def await_message(
    session: TenantSession,
    case_id: str,
    path: str,
    name: str,
    field: str,
    value: Any,
    *,
    keep: bool,
    at: datetime,
) -> list[Message]:
    """A case waits for a message from now on. Asking again changes nothing.

    Args:
        field: the message's field that must equal `value`; "" for any message of the name.
        keep: also take a message that came earlier and is kept.
    Returns:
        What the case gets at once: the oldest kept message that matches and that it has not refused at this place.
    """
    match = _match(name, field, value if field else None)
    await _lock_gates(session, [match])
    await insert_if_new(
        session,
        WaiterRow,
        case_id=case_id,
        path=path,
        match=match,
        name=name,
        field=field,
        value=value,
        keep=keep,
        since=at,
    )
    given = await session.scalars(
        select(MessageRow)
        .join(DeliveryRow, DeliveryRow.id == MessageRow.id)
        .where(DeliveryRow.case_id == case_id, DeliveryRow.path == path, DeliveryRow.state == "given")
        .where(MessageRow.name == name)
        .order_by(MessageRow.received_at, MessageRow.id)
    )
    waiting_there = [_message(row) for row in given]
    if waiting_there or not keep:
        return waiting_there
    kept = await _take_kept(session, match, case_id, path, at)
    return [] if kept is None else [_message(kept)]


async def stop_awaiting(session: TenantSession, case_id: str, path: str, name: str) -> None:
    """A place in a case waits for this name no more."""
    await session.execute(
        delete(WaiterRow).where(WaiterRow.case_id == case_id, WaiterRow.path == path, WaiterRow.name == name)
    )


_STOP_ALL = prepared(
    delete(WaiterRow)
    .where(WaiterRow.case_id.in_(bindparam("cases", expanding=True)))
    .execution_options(synchronize_session=False)
)


async def stop_all(session: TenantSession, cases: Collection[str]) -> None:
    """These cases wait for nothing any more."""
    await session.execute(_STOP_ALL, {"cases": sorted(cases)})


async def taken(session: TenantSession, case_id: str, message_id: str) -> None:
    """A case has taken a message: it is nobody else's any more."""
    await _set_delivery(session, exact_json.digest(message_id), case_id, "taken")


async def refuse(session: TenantSession, case_id: str, message_id: str, *, at: datetime) -> list[Delivery]:
    """A case that was given a message does not want it. Refusing what it has taken changes nothing.

    When no other case has it, it goes to the first other waiter that takes kept messages, else it is kept. Whoever
    refused it gets the next one that is kept for him.

    Returns:
        Who gets what instead.
    """
    key = exact_json.digest(message_id)
    row = (await session.scalars(select(MessageRow).where(MessageRow.id == key).with_for_update())).one_or_none()
    if row is None:
        return []
    given_for = await _given_for(session, key, case_id)
    if given_for is None or not await _set_delivery(session, key, case_id, "refused"):
        return []
    elsewhere = [] if await _deliveries(session, row, "given", "taken") else await _pass_on(session, row, at)
    return [*elsewhere, *await _next_kept(session, case_id, given_for, row.name, at)]


async def is_given(session: TenantSession, case_id: str, message_id: str) -> bool:
    """Is a message still on its way to a case? False once the case has taken or refused it."""
    return await _given_for(session, exact_json.digest(message_id), case_id) is not None


async def _given_for(session: TenantSession, key: str, case_id: str) -> str | None:
    """The place in a case for which it was given a message that it has neither taken nor refused."""
    query = select(DeliveryRow.path).where(
        DeliveryRow.id == key, DeliveryRow.case_id == case_id, DeliveryRow.state == "given"
    )
    return (await session.scalars(query.limit(1))).one_or_none()


async def _next_kept(session: TenantSession, case_id: str, path: str, name: str, at: datetime) -> list[Delivery]:
    waiters = select(WaiterRow).where(
        WaiterRow.case_id == case_id, WaiterRow.path == path, WaiterRow.name == name, WaiterRow.keep
    )
    for waiter in (await session.scalars(waiters)).all():
        await _lock_gates(session, [waiter.match])
        kept = await _take_kept(session, waiter.match, case_id, path, at)
        if kept is not None:
            return [Delivery(case_id, path, _message(kept))]
    return []


async def _pass_on(session: TenantSession, row: MessageRow, at: datetime) -> list[Delivery]:
    """Give a message that nobody has to the first who takes kept ones and has not had it, else keep it."""
    matches = _matches(row.name, row.fields)
    await _lock_gates(session, matches)
    has_had_it = select(DeliveryRow.case_id).where(DeliveryRow.id == row.id)
    next_waiter = await session.scalars(
        select(WaiterRow)
        .where(WaiterRow.match.in_(matches), WaiterRow.keep, WaiterRow.case_id.not_in(has_had_it))
        .order_by(WaiterRow.since, WaiterRow.case_id, WaiterRow.path)
        .limit(1)
    )
    return await _hand_out(session, row, next_waiter.all(), matches, at)


async def not_kept(session: TenantSession, message_id: str) -> None:
    """A message that has started a case is not kept for somebody who comes later."""
    await session.execute(
        update(MessageRow)
        .where(MessageRow.id == exact_json.digest(message_id), MessageRow.state == "kept")
        .values(state="given")
    )


async def forget_expired(session: TenantSession, at: datetime) -> int:
    """Drop messages whose time is over; returns how many."""
    result = await session.execute(delete(MessageRow).where(MessageRow.expires_at <= at))
    assert isinstance(result, CursorResult)
    return result.rowcount


async def _hand_out(
    session: TenantSession, row: MessageRow, waiters: Sequence[WaiterRow], matches: Iterable[str], at: datetime
) -> list[Delivery]:
    row.state = "given" if waiters else "kept"
    if not waiters:
        for match in matches:
            await insert_if_new(session, MessageMatchRow, id=row.id, match=match)
    for waiter in waiters:
        session.add(DeliveryRow(id=row.id, case_id=waiter.case_id, path=waiter.path, state="given", at=at))
    await session.flush()
    return [Delivery(waiter.case_id, waiter.path, _message(row)) for waiter in waiters]


async def _take_kept(session: TenantSession, match: str, case_id: str, path: str, at: datetime) -> MessageRow | None:
    # What the case refused before, it may want at another place.
    had = exists().where(DeliveryRow.id == MessageRow.id, DeliveryRow.case_id == case_id, DeliveryRow.path == path)
    query = (
        select(MessageRow)
        .join(MessageMatchRow, MessageMatchRow.id == MessageRow.id)
        .where(MessageMatchRow.match == match, MessageRow.state == "kept", MessageRow.expires_at > at, ~had)
        .order_by(MessageRow.received_at, MessageRow.id)
        .limit(1)
        # Locked, because a waiter for another field of the same message stands at another gate.
        .with_for_update(skip_locked=True, of=MessageRow)
    )
    row = (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if row is not None:
        row.state = "given"
        session.add(DeliveryRow(id=row.id, case_id=case_id, path=path, state="given", at=at))
        await session.flush()
    return row


async def _deliveries(session: TenantSession, row: MessageRow, *states: str) -> list[Delivery]:
    query = select(DeliveryRow).where(DeliveryRow.id == row.id).order_by(DeliveryRow.at, DeliveryRow.case_id)
    if states:
        query = query.where(DeliveryRow.state.in_(states))
    found = {delivery.case_id: delivery.path for delivery in await session.scalars(query)}
    return [Delivery(case_id, path, _message(row)) for case_id, path in found.items()]


async def _set_delivery(session: TenantSession, key: str, case_id: str, state: str) -> bool:
    result = await session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == key, DeliveryRow.case_id == case_id, DeliveryRow.state == "given")
        .values(state=state)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


async def _lock_gates(session: TenantSession, matches: Iterable[str]) -> None:
    """Hold the gates of these digests until the transaction ends. Their order is fixed: nobody waits in a ring."""
    gates = sorted({match[:2] for match in matches})
    query = select(GateRow.gate).where(GateRow.gate.in_(gates)).order_by(GateRow.gate).with_for_update()
    found = (await session.scalars(query)).all()
    if len(found) < len(gates):
        for gate in gates:
            await insert_if_new(session, GateRow, gate=gate)
        await session.execute(query)


def _matches(name: str, fields: dict[str, Any]) -> list[str]:
    """The digests of all waits that a message satisfies."""
    return sorted({_match(name, "", None), *(_match(name, field, value) for field, value in fields.items())})


def _match(name: str, field: str, value: Any) -> str:
    return exact_json.digest([name, field, value])


def _message(row: MessageRow) -> Message:
    return Message(row.message, row.name, row.fields, row.received_at)
