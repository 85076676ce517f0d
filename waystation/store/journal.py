"""The journal: appended in order, never changed; projections follow in the same transaction.

Appending is idempotent: entries that are there already change nothing, so whoever is not sure whether an append went
through sends it again. A different entry under a number that is taken is refused, as is a gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from waystation.contracts.events import Entry, EntryKind
from waystation.store import case_keys, chains, counters, exact_json, feed, messages, outbox, personal, search_terms
from waystation.store.case_rows import CaseRows, load_for
from waystation.store.prepared import prepared
from waystation.store.projector import CaseMeta, notice_id, project
from waystation.store.session import Conflict, TenantSession
from waystation.store.tables.cases import CaseRow
from waystation.store.tables.journal import JournalRow

__all__ = ["Addition", "CaseMeta", "JournalBroken", "append", "append_all", "entries", "last_seq", "of_actor"]

#: Entries that may set a case's facts anew, and so carry them.
_WITH_META = frozenset({EntryKind.CASE_STARTED, EntryKind.MIGRATED, EntryKind.REOPENED})


class JournalBroken(RuntimeError):
    """Entries that do not continue the journal: a gap, or another entry under a number that is taken."""


@dataclass(frozen=True, slots=True)
class Addition:
    """Entries for the journal of one case.

    Args:
        entries: with consecutive numbers; any of them may have been appended before.
        meta: the case's version, plan and caller, where the entries do not say.
    """

    case_id: str
    entries: Sequence[Entry]
    meta: CaseMeta | None = None


@dataclass(slots=True)
class _Fresh:
    """What is new of an addition: as it came, and as it is kept."""

    rows: CaseRows
    said: list[Entry]
    kept: list[Entry]
    meta: CaseMeta | None


async def append(
    session: TenantSession, case_id: str, new_entries: Sequence[Entry], meta: CaseMeta | None = None
) -> int:
    """Append entries of a case; returns how many were new. Arguments and errors as of `append_all`."""
    return sum((await append_all(session, [Addition(case_id, new_entries, meta)])).values())


async def append_all(session: TenantSession, additions: Sequence[Addition]) -> dict[str, int]:
    """Append entries of different cases and let their projections follow; returns how many of each were new.

    Raises:
        JournalBroken: the entries do not fit the journal.
        Refused: `key_in_use`, for a case that starts with the business key of another open case.
        Conflict: somebody else appends to this case right now.
    """
    additions = [each for each in additions if each.entries]
    if not additions:
        return {}
    held = await load_for(session, {each.case_id: each.entries for each in additions})
    found = [await _fresh(session, held[each.case_id], each) for each in additions]
    fresh = [each for each in found if each.said]
    if fresh:
        await _write(session, fresh)
        await _project(session, fresh)
    return {each.rows.case_id: len(each.said) for each in fresh}


async def _fresh(session: TenantSession, rows: CaseRows, given: Addition) -> _Fresh:
    case, meta = rows.find(CaseRow), given.meta
    last = case.revision if case is not None else 0
    _check_sequence(given.case_id, given.entries, last)
    await _check_known(session, given.case_id, [entry for entry in given.entries if entry.seq <= last])
    said = [entry for entry in given.entries if entry.seq > last]
    plans = [case.plan_hash if case is not None else None, meta.plan_hash if meta is not None else None]
    return _Fresh(rows, said, await personal.sealed(session, given.case_id, said, plans) if said else [], meta)


async def entries(session: TenantSession, case_id: str, *, after: int = 0, limit: int = 1000) -> list[Entry]:
    """Entries of a case in order, from the one after `after`."""
    query = (
        select(JournalRow)
        .where(JournalRow.case_id == case_id, JournalRow.seq > after)
        .order_by(JournalRow.seq)
        .limit(limit)
    )
    return [entry_of(row) for row in await session.scalars(query)]


async def of_kind(session: TenantSession, case_id: str, kind: EntryKind, *, limit: int = 1000) -> list[Entry]:
    """The first entries of one kind, in order."""
    query = select(JournalRow).where(JournalRow.case_id == case_id, JournalRow.kind == kind.value)
    return [entry_of(row) for row in await session.scalars(query.order_by(JournalRow.seq).limit(limit))]


async def last_seq(session: TenantSession, case_id: str) -> int:
    """The number of the last entry; 0 for a case without any."""
    return await session.scalar(select(func.max(JournalRow.seq)).where(JournalRow.case_id == case_id)) or 0


async def of_actor(
    session: TenantSession, actor: str, *, since: datetime, until: datetime, limit: int = 200
) -> list[tuple[str, Entry]]:
    """What a person did in [since, until), newest first: case id and entry."""
    query = (
        select(JournalRow)
        .where(JournalRow.actor == actor, JournalRow.at >= since, JournalRow.at < until)
        .order_by(JournalRow.at.desc(), JournalRow.case_id, JournalRow.seq.desc())
        .limit(limit)
    )
    return [(row.case_id, entry_of(row)) for row in await session.scalars(query)]


def entry_of(row: JournalRow) -> Entry:
    """The entry that a row holds."""
    return Entry(row.seq, row.at, EntryKind(row.kind), row.path, row.node, row.actor, row.data, row.command)


def meta_of(row: JournalRow) -> CaseMeta | None:
    """The facts that came with an entry."""
    return CaseMeta(**row.meta) if row.meta else None


def _check_sequence(case_id: str, new_entries: Sequence[Entry], last: int) -> None:
    first = new_entries[0].seq
    if [entry.seq for entry in new_entries] != list(range(first, first + len(new_entries))) or first < 1:
        raise JournalBroken(f"entries of case {case_id} are not numbered one after another")
    if first > last + 1:
        raise JournalBroken(f"entries {last + 1} to {first - 1} of case {case_id} are missing")


async def _check_known(session: TenantSession, case_id: str, known: Sequence[Entry]) -> None:
    if not known:
        return
    stored = await entries(session, case_id, after=known[0].seq - 1, limit=len(known))
    for mine, theirs in zip(known, stored, strict=True):
        if not await is_same(session, mine, theirs):
            raise JournalBroken(f"case {case_id} has another entry {mine.seq}: {theirs.kind}, not {mine.kind}")


async def is_same(session: TenantSession, mine: Entry, stored: Entry) -> bool:
    """Whether a stored entry says what an entry in memory says; what was erased in it cannot differ any more."""
    if fingerprint(mine) == fingerprint(stored):
        return True
    without = [fingerprint(msgspec.structs.replace(entry, data={})) for entry in (mine, stored)]
    return without[0] == without[1] and await personal.agree(session, mine.data, stored.data)


def fingerprint(entry: Entry) -> str:
    """What two entries have in common exactly when they are the same, in memory or as they were read back."""
    return exact_json.digest([entry.at.astimezone(UTC), *msgspec.structs.astuple(entry)[2:]])


_APPEND = prepared(insert(JournalRow).execution_options(render_nulls=True))


async def _write(session: TenantSession, fresh: Sequence[_Fresh]) -> None:
    ends = await chains.journal_ends(session, {each.rows.case_id: each.kept[0].seq - 1 for each in fresh})
    written: list[dict[str, Any]] = []
    for each in fresh:
        case_id = each.rows.case_id
        rows = [_row(case_id, entry, each.meta) for entry in each.kept]
        told = [(entry, row["meta"]) for entry, row in zip(each.kept, rows, strict=True)]
        links = chains.journal_links(ends[case_id], session.tenant, case_id, told)
        written += [{**row, "chain": chain} for row, chain in zip(rows, links, strict=True)]
    try:
        await session.execute(_APPEND, written)
    except IntegrityError as error:
        # Possible only before the case's row exists to be locked: two first appends at once.
        raise Conflict(f"somebody else appends to {_named(fresh)}") from error


def _row(case_id: str, entry: Entry, meta: CaseMeta | None) -> dict[str, Any]:
    facts = None
    if meta is not None and entry.kind in _WITH_META:
        facts = {
            "version": meta.version,
            "plan_hash": meta.plan_hash,
            "parent_case": meta.parent_case,
            "parent_path": meta.parent_path,
        }
    return {
        "case_id": case_id,
        "seq": entry.seq,
        "at": entry.at,
        "kind": entry.kind.value,
        "path": entry.path,
        "node": entry.node,
        "actor": entry.by,
        "data": entry.data,
        "command": entry.command,
        "meta": facts,
    }


async def _project(session: TenantSession, fresh: Sequence[_Fresh]) -> None:
    """Let projections follow entries as they are kept, and what goes elsewhere follow them as they came."""
    counts: Counter[counters.CounterKey] = Counter()
    found_by: list[search_terms.Change] = []
    with session.no_autoflush:  # all is flushed together
        for each in fresh:
            rows = each.rows
            before = search_terms.texts(rows)
            for entry, said in zip(each.kept, each.said, strict=True):
                project(rows, entry, each.meta)
                await _follow_up(session, rows, said)
            found_by.append(search_terms.changed(rows, before))
            session.add_all(rows.new)
            counts.update(counters.keys_for(rows.case_id, rows.case.process, rows.counts))
            feed.note(session, rows.case_id, rows.case.process, each.said[0].seq, each.said[-1].seq)
        await search_terms.write(session, found_by)
        ended = [each.rows.case_id for each in fresh if any(one.kind is EntryKind.CASE_ENDED for one in each.said)]
        if ended:
            await messages.stop_all(session, ended)
    try:
        await session.flush()
    except IntegrityError as error:
        raise Conflict(f"somebody else projects {_named(fresh)}") from error
    await counters.add(session, counts)


def _named(fresh: Sequence[_Fresh]) -> str:
    return "case " + ", ".join(each.rows.case_id for each in fresh)


async def _follow_up(session: TenantSession, rows: CaseRows, entry: Entry) -> None:
    """What is no projection but belongs into the same transaction: the business key, messages, notices to send."""
    case = rows.case
    if entry.kind in {EntryKind.CASE_STARTED, EntryKind.REOPENED} and case.key_text is not None:
        await case_keys.hold(session, case.process, str(case.key_text), rows.case_id, entry.at)
    elif entry.kind is EntryKind.CASE_ENDED:
        if case.key_text is not None:
            await case_keys.free(session, rows.case_id)
    elif entry.kind is EntryKind.MESSAGE_TAKEN:
        await messages.taken(session, rows.case_id, str(entry.data["id"]))
    elif entry.kind is EntryKind.NOTICE and entry.data.get("to"):
        key = notice_id(rows.case_id, str(entry.data["id"]))
        body = {"path": entry.path, "process": case.process, **entry.data}
        # Dispatchers go by the real clock; a case under test may live in another year.
        await outbox.put(session, "notice", key, body, at=datetime.now(UTC), case_id=rows.case_id)
