"""One transaction of a case: its journal entries with their projections, and the effects that the store carries out.

Everything here may be done twice and takes effect once, because whoever is not sure whether a transaction went through
sends it again. What has to happen outside the database goes into the outbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, assert_never

import msgspec

from activities._asking import Asking
from waystation.contracts.errors import Refused
from waystation.contracts.events import (
    AwaitMessage,
    CallEnded,
    CancelCase,
    Command,
    Effect,
    Entry,
    FreeLock,
    LockGranted,
    MessageArrived,
    ResolvePeople,
    RunAction,
    SendMessage,
    SendNotice,
    StartCase,
    StopAwaiting,
    TakeLock,
)
from waystation.contracts.runs import Answer, CalledStart, CaseMark, Ended, LockClaim, Recorded, RecordRequest
from waystation.store import journal, locks, lost_entries, messages, outbox, states
from waystation.store.ids import new_id
from waystation.store.journal import Addition, CaseMeta
from waystation.store.locks import Holder
from waystation.store.messages import Delivery, Message
from waystation.store.session import TenantSession

#: Kinds of outbox rows that the worker's dispatcher delivers to cases.
DELIVER_MESSAGE = "deliver_message"
DELIVER_GRANT = "deliver_grant"
DELIVER_CALL_ENDED = "deliver_call_ended"
START_CASE = "start_case"
CANCEL_CASE = "cancel_case"
#: Ask a case whether it still wants a lock that it has reserved.
CHECK_LOCK = "check_lock"
TO_CASES = (DELIVER_MESSAGE, DELIVER_GRANT, DELIVER_CALL_ENDED, START_CASE, CANCEL_CASE, CHECK_LOCK)
#: Messages that leave the system; the channels take these.
SEND_OUT = "send_out"
#: How long a command may take from reserving a lock to confirming it before somebody looks.
RESERVED_FOR = timedelta(minutes=1)


async def record(session: TenantSession, request: RecordRequest, asking: Asking) -> Recorded:
    """Write a request; the answers are events for the machine, in the order of the effects they answer."""
    mark = request.mark
    meta = CaseMeta(mark.version, mark.plan, *_caller(request))
    new = await _append(session, mark.case, request.entries, meta)
    for message_id in request.taken:
        await messages.taken(session, mark.case, message_id)
    answers: list[Answer] = []
    for message_id in request.refused:
        instead = await messages.refuse(session, mark.case, message_id, at=mark.at)
        await hand_out(session, [each for each in instead if each.case_id != mark.case], mark.at)
        answers += [_arrival(each.message, mark.at) for each in instead if each.case_id == mark.case]
    for effect in request.effects:
        answers += await _carry_out(session, mark, effect)
    found = await asking.answer(session, mark, _questions(request))
    entries = asking.ahead(request, found) if found and not answers else []
    await _append(session, mark.case, entries, meta)
    await _end(session, [request], {mark.case: new})
    return Recorded([*answers, *found], entries[-1].seq if entries else 0)


def may_go_together(request: RecordRequest) -> bool:
    """May it share a transaction with those of other cases? Then it brings entries, questions for people and an end,
    and none of what several cases may wait for each other with: messages, locks, other cases."""
    if request.taken or request.refused:
        return False
    return all(isinstance(effect, ResolvePeople) for effect in request.effects)


async def record_together(session: TenantSession, requests: Sequence[RecordRequest], asking: Asking) -> list[Recorded]:
    """Write requests of different cases, each of which `may_go_together`; their answers in the same order."""
    metas = [CaseMeta(each.mark.version, each.mark.plan, *_caller(each)) for each in requests]
    additions = [Addition(each.mark.case, each.entries, meta) for each, meta in zip(requests, metas, strict=True)]
    new = await journal.append_all(session, additions)
    answers = [await asking.answer(session, each.mark, _questions(each)) for each in requests]
    ahead = [asking.ahead(each, found) if found else [] for each, found in zip(requests, answers, strict=True)]
    further = zip(additions, ahead, strict=True)
    await journal.append_all(session, [Addition(each.case_id, entries, each.meta) for each, entries in further])
    await _end(session, requests, new)
    return [
        Recorded(list(found), entries[-1].seq if entries else 0) for found, entries in zip(answers, ahead, strict=True)
    ]


def _questions(request: RecordRequest) -> list[ResolvePeople]:
    return [effect for effect in request.effects if isinstance(effect, ResolvePeople)]


async def hand_out(session: TenantSession, deliveries: Iterable[Delivery], at: datetime) -> None:
    """Have messages brought to the cases they were given to at `at`."""
    for delivery in deliveries:
        message = delivery.message
        body = _plain(_arrival(message, at))
        await put(session, DELIVER_MESSAGE, f"{delivery.case_id}/{message.id}", delivery.case_id, body)


async def grant(session: TenantSession, name: str, holder: Holder, at: datetime) -> None:
    """Have a case told that it has a lock now."""
    body = _plain(LockGranted(at, holder.path, name))
    # Tickets begin anew once a lock has been forgotten, so they do not make a key; a grant that comes twice is none.
    await put(session, DELIVER_GRANT, new_id(), holder.case_id, body)


async def reserve(session: TenantSession, claim: LockClaim) -> bool:
    """Hold a lock for a command. Should the case be lost before it confirms that, somebody will look."""
    now = datetime.now(UTC)
    case, until = claim.mark.case, now + RESERVED_FOR
    held = await locks.reserve_lock(session, claim.name, case, claim.path, until=until, at=claim.mark.at)
    if held:
        await check_lock(session, claim.name, case, claim.path, until)
    return held


async def check_lock(session: TenantSession, name: str, case: str, path: str, at: datetime) -> None:
    """Have it looked at whether a reserved lock is still wanted."""
    await outbox.put(session, CHECK_LOCK, new_id(), {"name": name, "path": path}, at=at, case_id=case)


async def _append(session: TenantSession, case: str, entries: list[Entry], meta: CaseMeta) -> int:
    """Append to the journal. What a workflow task wrote that was done again since is not history: it makes room."""
    try:
        return await journal.append(session, case, entries, meta)
    except journal.JournalBroken:
        since = await lost_entries.first_difference(session, case, entries)
        if since is None:
            raise
        await lost_entries.take_back(session, case, since)
        _ = await journal.append(session, case, entries, meta)
        return 0  # not the first time


async def start_later(session: TenantSession, called: CalledStart) -> None:
    """Have a case started."""
    await put(session, START_CASE, called.effect.case, called.effect.case, _plain(called))


async def put(session: TenantSession, kind: str, key: str, case: str, body: dict[str, Any]) -> None:
    """Have the dispatcher do something as soon as this transaction is through. Cases under test have clocks of their
    own, so this goes by the real one."""
    await outbox.put(session, kind, key, body, at=datetime.now(UTC), case_id=case)


def _caller(request: RecordRequest) -> tuple[str | None, str]:
    """The case and path that called this case, as its first entry says."""
    first = request.entries[0] if request.entries else None
    caller = str(first.data.get("caller") or "") if first is not None and first.seq == 1 else ""
    case, _, path = caller.partition("|")
    return case or None, path


async def _carry_out(session: TenantSession, mark: CaseMark, effect: Effect) -> list[Answer]:
    match effect:
        case TakeLock():
            if await locks.take_lock(session, effect.name, mark.case, effect.path, mark.at):
                return [LockGranted(mark.at, effect.path, effect.name)]
        case FreeLock():
            holder = await locks.free_lock(session, effect.name, mark.case, effect.path)
            if holder is not None:
                await grant(session, effect.name, holder, mark.at)
        case StartCase():
            await start_later(session, CalledStart(effect, f"{mark.case}|{effect.path}", mark.at, mark.trial))
        case CancelCase():
            key = f"{mark.case}|{effect.path}"
            command = Command(mark.at, f"caller:{key}"[:200], "cancel")
            await put(session, CANCEL_CASE, f"{effect.case}/{key}", effect.case, _plain(command))
        case SendMessage():
            await _send(session, mark, effect)
        case AwaitMessage():
            found = await messages.await_message(
                session, mark.case, effect.path, effect.name, effect.field, effect.value, keep=effect.keep, at=mark.at
            )
            return [_arrival(message, mark.at) for message in found]
        case StopAwaiting():
            await messages.stop_awaiting(session, mark.case, effect.path, effect.name)
        case ResolvePeople():
            pass  # all questions of a request are answered together
        case SendNotice() | RunAction():
            raise TypeError(f"{type(effect).__name__} is not for the store")
        case _:
            assert_never(effect)
    return []


def _arrival(message: Message, at: datetime) -> MessageArrived:
    return MessageArrived(at, message.id, message.name, message.fields)


def _plain(value: Any) -> dict[str, Any]:
    """A struct as JSON data with exact decimals."""
    plain: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(Decimal,))
    return plain


async def _send(session: TenantSession, mark: CaseMark, effect: SendMessage) -> None:
    key = f"{mark.case}/{effect.id}"
    if effect.to == "cases":
        try:
            deliveries = await messages.route(session, effect.name, effect.fields, key, at=mark.at)
        except Refused:
            return  # it went out with other content, from a workflow task that was done again
        await hand_out(session, deliveries, mark.at)
    else:
        body = {"to": effect.to, "name": effect.name, "fields": effect.fields, "id": key}
        await put(session, SEND_OUT, key, mark.case, body)


async def _end(session: TenantSession, requests: Sequence[RecordRequest], new: Mapping[str, int]) -> None:
    """What cases leave behind that have ended: nothing is held, whoever called them is told, their states are kept.

    Args:
        new: how many entries of each are new; one that is new as a whole has nothing from before.
    """
    ends = {each.mark.case: (each.mark, each.ended) for each in requests if each.ended is not None}
    if not ends:
        return
    older = [each.mark.case for each in requests if each.mark.case in ends and not _is_new(each, new)]
    for case, name, holder in await locks.free_all(session, older) if older else ():
        await grant(session, name, holder, ends[case][0].at)
    left = {
        case: states.EndState(bytes(ended.state), mark.plan, mark.engine, mark.at)
        for case, (mark, ended) in ends.items()
    }
    await states.keep_ends(session, left, older)
    for mark, ended in ends.values():
        await _tell_caller(session, mark, ended)


def _is_new(request: RecordRequest, new: Mapping[str, int]) -> bool:
    entries = request.entries
    return bool(entries) and entries[0].seq == 1 and new.get(request.mark.case) == len(entries)


async def _tell_caller(session: TenantSession, mark: CaseMark, ended: Ended) -> None:
    caller, _, path = ended.caller.partition("|")
    if caller:
        event = CallEnded(mark.at, path, mark.case, ended.outcome, ended.data, ended.error)
        key = f"{mark.case}/{mark.at.isoformat()}"
        await put(session, DELIVER_CALL_ENDED, key, caller, _plain(event))
