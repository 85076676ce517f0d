"""Search by words: the terms of each case, kept in the transaction that changes its texts, and the condition that asks
for them. One table of our own, because the databases' own full-text search knows no Chinese, or no transactions.

What a case is found by: its title, its business key, the texts and whole numbers of its data, and the titles of its
tasks; a task by the same but the titles of other tasks.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, delete, exists, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from waystation.store import exact_json
from waystation.store.case_rows import CaseRows
from waystation.store.inserts import insert_all_new
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, TaskRow
from waystation.store.tables.lists import SearchTermRow
from waystation.store.words import Span, spans, terms, texts_in

#: Cases that have a term, up to which it is cheaper to begin with them than with the list.
_FEW = 500
_BATCH = 500

#: Part of a case (empty: its own texts, else a task's path) and term.
Kept = set[tuple[str, str]]
#: What a case (empty) or the task at a path is found by.
Texts = dict[str, list[Any]]


def texts(rows: CaseRows) -> Texts:
    """What a case and its tasks are found by, as far as these rows tell; what comes first is more important."""
    found = {task.path: [task.title] for task in rows.each(TaskRow)}
    case = rows.find(CaseRow)
    return found if case is None else found | {"": [case.title, case.key_text, case.data]}


async def follow(session: TenantSession, rows: CaseRows, before: Texts) -> None:
    """Keep the terms in step with these rows; `before` is what they said before they changed."""
    added: Kept = set()
    gone: Kept = set()
    for part, values in texts(rows).items():
        if values == before.get(part):
            continue
        old, new = _terms(before.get(part, [])), _terms(values)
        added |= {(part, term) for term in new - old}
        gone |= {(part, term) for term in old - new}
    await _write(session, rows.case_id, added, gone)


async def stored(session: TenantSession, case_id: str) -> Kept:
    """The terms that are kept of a case."""
    found = await session.execute(
        select(SearchTermRow.part, SearchTermRow.term).where(SearchTermRow.case_id == case_id)
    )
    return {(part, term) for part, term in found}


def expected(rows: CaseRows) -> Kept:
    """The terms that should be kept of a case, from all of its rows."""
    return {(part, term) for part, values in texts(rows).items() for term in _terms(values)}


async def put_right(session: TenantSession, rows: CaseRows) -> None:
    """Make the kept terms what they should be."""
    kept, wanted = await stored(session, rows.case_id), expected(rows)
    await _write(session, rows.case_id, wanted - kept, kept - wanted)


async def conditions(
    session: TenantSession,
    question: str,
    case: InstrumentedAttribute[str],
    path: InstrumentedAttribute[str] | None = None,
) -> list[ColumnElement[bool]]:
    """What must hold of a row (of a case; with `path`, of a task) for each word of a question to occur in it.

    Raises:
        Refused: `bad_filter`, for a question that is too long.
    """
    if not question.strip():
        return []
    looked_for = sorted(spans(question), key=lambda span: len(span.low), reverse=True)
    if not looked_for:
        return [false()]
    found = [_occurs(span, case, path) for span in looked_for]
    for span in looked_for:
        few = await _if_few(session, span)
        if few is not None:
            return [case.in_(few), *found]
    return found


def _occurs(
    span: Span, case: InstrumentedAttribute[str], path: InstrumentedAttribute[str] | None
) -> ColumnElement[bool]:
    query = select(SearchTermRow.term).where(SearchTermRow.case_id == case, _within(span))
    if path is not None:
        query = query.where(or_(SearchTermRow.part == "", SearchTermRow.part == path))
    return exists(query)


def _within(span: Span) -> ColumnElement[bool]:
    return SearchTermRow.term.between(span.low, span.high) & (SearchTermRow.term != span.high)


async def _if_few(session: TenantSession, span: Span) -> list[str] | None:
    """The cases that have a term in this span; None where they are many."""
    query = select(SearchTermRow.case_id).where(_within(span)).limit(_FEW + 1)
    found = list(await session.scalars(query))
    return sorted(set(found)) if len(found) <= _FEW else None


def _terms(values: list[Any]) -> set[str]:
    # As they are read back: what is a moment in memory is a text in the journal.
    return terms(texts_in(exact_json.plain(values)))


async def _write(session: TenantSession, case_id: str, added: Kept, gone: Kept) -> None:
    for part in sorted({part for part, _ in gone}):
        old = sorted(term for other, term in gone if other == part)
        for start in range(0, len(old), _BATCH):
            which = SearchTermRow.term.in_(old[start : start + _BATCH])
            await session.execute(
                delete(SearchTermRow)
                .where(SearchTermRow.case_id == case_id, SearchTermRow.part == part, which)
                .execution_options(synchronize_session=False)
            )
    await insert_all_new(
        session, SearchTermRow, [{"case_id": case_id, "part": part, "term": term} for part, term in sorted(added)]
    )
