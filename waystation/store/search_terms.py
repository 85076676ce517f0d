"""Search by words: the terms of each case, kept in the transaction that changes its texts, and the condition that asks
for them. One table of our own, because the databases' own full-text search knows no Chinese, or no transactions.

What a case is found by: its title, its business key, the texts and whole numbers of its data, and the titles of its
tasks; a task by the same but the titles of other tasks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, false, func, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from waystation.store import exact_json
from waystation.store.case_rows import CaseRows
from waystation.store.inserts import insert_all_new
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, TaskRow
from waystation.store.tables.lists import SearchTermRow
from waystation.store.words import MOST_CHARACTERS, Span, spans, terms, texts_in

#: Cases that have all terms, up to which it is cheaper to begin with them than with the list.
_FEW = 500
#: Terms in a span, up to which all of them are looked at once instead of those of each row.
_MANY_OF_ONE, _MANY = 5_000, 20_000
#: Spans that are counted to find the rarest; the widest ones first.
_MOST_COUNTED = 4
_BATCH = 500

#: Part of a case and term: empty for title and key, `|name` for a field of its data, `||name` for what lies deeper in
#: that field, else the path of a task.
Kept = set[tuple[str, str]]
#: What a case (empty) or the task at a path is found by.
Texts = dict[str, list[Any]]


@dataclass(slots=True)
class Change:
    """Terms that a case is found by from now on, and those that it is not found by any more."""

    case_id: str
    added: Kept = field(default_factory=set)
    gone: Kept = field(default_factory=set)


def texts(rows: CaseRows) -> Texts:
    """What a case and its tasks are found by, as far as these rows tell; what comes first is more important."""
    found = {task.path: [task.title] for task in rows.each(TaskRow)}
    case = rows.find(CaseRow)
    return found if case is None else found | {"": [case.title, case.key_text, case.data]}


def changed(rows: CaseRows, before: Texts) -> Change:
    """How the terms keep in step with these rows; `before` is what they said before they changed."""
    change = Change(rows.case_id)
    for part, values in texts(rows).items():
        if values == before.get(part):
            continue
        old, new = _terms(part, before.get(part, [])), _terms(part, values)
        change.added |= new - old
        change.gone |= old - new
    return change


async def stored(session: TenantSession, case_id: str) -> Kept:
    """The terms that are kept of a case."""
    found = await session.execute(
        select(SearchTermRow.part, SearchTermRow.term).where(SearchTermRow.case_id == case_id)
    )
    return {(part, term) for part, term in found}


def expected(rows: CaseRows) -> Kept:
    """The terms that should be kept of a case, from all of its rows."""
    return {kept for part, values in texts(rows).items() for kept in _terms(part, values)}


async def put_right(session: TenantSession, rows: CaseRows) -> None:
    """Make the kept terms what they should be."""
    kept, wanted = await stored(session, rows.case_id), expected(rows)
    await write(session, [Change(rows.case_id, wanted - kept, kept - wanted)])


async def conditions(
    session: TenantSession,
    question: str,
    case: InstrumentedAttribute[str],
    path: InstrumentedAttribute[str] | None = None,
    *,
    unseen: Collection[str] = (),
) -> list[ColumnElement[bool]]:
    """What must hold of a row (of a case; with `path`, of a task) for each word of a question to occur in it.

    Args:
        unseen: fields that the caller may not read; nothing is found by them, nor by anything that could hold them.

    Raises:
        Refused: `bad_filter`, for a question that is too long.
    """
    if not question.strip():
        return []
    looked_for = spans(question)
    if not looked_for:
        return [false()]
    found = [_occurs(span, case, path, unseen) for span in looked_for]
    rare = await _rare(session, looked_for)
    if not rare:
        return found
    few = await _if_few(session, [*rare, *(span for span in looked_for if span not in rare)])
    if few is not None:
        return [case.in_(few), *found]
    # In this form the set stays beside the walk; joined, the whole list would be sorted.
    return [case.in_(_with_all(rare)).is_(true()), *found]


def _occurs(
    span: Span,
    case: InstrumentedAttribute[str],
    path: InstrumentedAttribute[str] | None,
    unseen: Collection[str],
) -> ColumnElement[bool]:
    """Looked up row by row, as the list is walked: a database that joins first would sort the whole list."""
    query = select(SearchTermRow.term).where(SearchTermRow.case_id == case, _within(span))
    if path is not None:
        query = query.where(
            or_(SearchTermRow.part == path, SearchTermRow.part == "", SearchTermRow.part.startswith("|"))
        )
    if unseen:
        hidden = SearchTermRow.part.in_([f"|{name}" for name in sorted(unseen)])
        query = query.where(not_(hidden), not_(SearchTermRow.part.startswith("||")))
    return query.limit(1).scalar_subquery().is_not(None)


def _with_all(these: Sequence[Span]) -> Select[Any]:
    """The cases that have a term in each of these spans, found from the first one on."""
    query = select(SearchTermRow.case_id).where(_within(these[0]))
    for span in these[1:]:
        other = aliased(SearchTermRow)
        query = query.where(SearchTermRow.case_id.in_(select(other.case_id).where(_within(span, other))))
    return query


def _within(span: Span, row: type[SearchTermRow] = SearchTermRow) -> ColumnElement[bool]:
    return row.term.between(span.low, span.high) & (row.term != span.high)


async def _rare(session: TenantSession, looked_for: Sequence[Span]) -> list[Span]:
    """The spans with so few terms that all of them can be looked at, the rarest first; longer ones are counted first.

    One word that is common is soon found again on a walk through the list; several seldom meet.
    """
    widest = sorted(looked_for, key=lambda span: -len(span.low))[:_MOST_COUNTED]
    most = _MANY_OF_ONE if len(looked_for) == 1 else _MANY
    counts = [
        select(func.count()).select_from(
            select(SearchTermRow.case_id).where(_within(span)).limit(most + 1).subquery()
        ).scalar_subquery()
        for span in widest
    ]  # fmt: skip
    found = zip((await session.execute(select(*counts))).one(), widest, strict=True)
    return [span for count, span in sorted(found, key=lambda pair: int(pair[0])) if count <= most]


async def _if_few(session: TenantSession, these: Sequence[Span]) -> list[str] | None:
    """The cases that have a term in each of these spans; None where they are many."""
    found: list[str] = list(await session.scalars(_with_all(these).limit(_FEW + 1)))
    return sorted(set(found)) if len(found) <= _FEW else None


def _terms(part: str, values: list[Any]) -> Kept:
    # As they are read back: what is a moment in memory is a text in the journal.
    plain = exact_json.plain(values)
    if part:
        return {(part, term) for term in terms(texts_in(plain))}
    found: Kept = set()
    left = MOST_CHARACTERS
    for where, text in _own_texts(plain):
        found |= {(where, term) for term in terms([text[:left]])}
        left -= len(text)
        if left <= 0:
            break
    return found


def _own_texts(values: list[Any]) -> Iterator[tuple[str, str]]:
    """The texts of a case and the parts that they are kept under, those first by which one looks most."""
    *first, data = values or [None]
    for text in texts_in(first):
        yield "", text
    fields = data if isinstance(data, dict) else {}
    for name, value in fields.items():
        depth = "||" if isinstance(value, (dict, list)) else "|"
        for text in texts_in(value):
            yield f"{depth}{name}"[:200], text


async def write(session: TenantSession, changes: Sequence[Change]) -> None:
    """Carry out changes of different cases."""
    for change in changes:
        await _drop(session, change.case_id, change.gone)
    new = [(change.case_id, part, term) for change in changes for part, term in sorted(change.added)]
    rows = [{"case_id": case_id, "part": part, "term": term} for case_id, part, term in new]
    await insert_all_new(session, SearchTermRow, rows)


async def _drop(session: TenantSession, case_id: str, gone: Kept) -> None:
    for part in sorted({part for part, _ in gone}):
        old = sorted(term for other, term in gone if other == part)
        for start in range(0, len(old), _BATCH):
            which = SearchTermRow.term.in_(old[start : start + _BATCH])
            await session.execute(
                delete(SearchTermRow)
                .where(SearchTermRow.case_id == case_id, SearchTermRow.part == part, which)
                .execution_options(synchronize_session=False)
            )
