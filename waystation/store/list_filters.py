"""What lists of cases and lists of tasks may both be filtered by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import InstrumentedAttribute

from waystation.store import exact_json, search_terms
from waystation.store.filters import Conditions, Names, Numbers, any_of, asked, within
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """What to look for; None means any.

    Args:
        version, initiator, key: of the case; keys are whole business keys.
        assignee: who alone is asked or took it; candidates: who may answer.
        text: words, see `words.py`; unseen: fields that are not searched.
        since, until: started or opened in [since, until).
        due_after, due_before: due in [due_after, due_before).
        overdue_at: due before this moment.
    """

    process: Names = None
    version: Numbers = None
    node: Names = None
    initiator: Names = None
    key: Names = None
    assignee: Names = None
    candidates: Names = None
    priority: Numbers = None
    text: str | None = None
    unseen: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    due_after: datetime | None = None
    due_before: datetime | None = None
    overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """The columns that a list walks through."""

    case: InstrumentedAttribute[str]
    process: InstrumentedAttribute[str]
    priority: InstrumentedAttribute[int]
    began: InstrumentedAttribute[datetime]
    due: InstrumentedAttribute[datetime]


async def conditions(
    session: TenantSession, wanted: ListFilter, walked: Walked, path: InstrumentedAttribute[str] | None = None
) -> Conditions:
    """Everything but the nodes and what one list alone is filtered by; the case's row is joined or walked.

    Args:
        path: of the task, where the rows are tasks.
    Raises:
        Refused: `bad_filter`.
    """
    found = [
        *any_of(walked.process, wanted.process),
        *any_of(walked.priority, wanted.priority),
        *any_of(CaseRow.version, wanted.version),
        *any_of(CaseRow.initiator, wanted.initiator),
        *any_of(CaseRow.key, _digests(wanted.key)),
        *within(walked.began, wanted.since, wanted.until),
        *within(walked.due, wanted.due_after, wanted.due_before),
        *within(walked.due, None, wanted.overdue_at),
        *asked(walked.case, path, wanted.assignee, alone=True),
        *asked(walked.case, path, wanted.candidates, alone=False),
    ]
    if wanted.text:
        found += await search_terms.conditions(session, wanted.text, walked.case, path, unseen=wanted.unseen)
    return found


def _digests(keys: Names) -> Names:
    """Business keys as they are stored."""
    if keys is None:
        return None
    return [exact_json.digest(key) for key in ([keys] if isinstance(keys, str) else keys)]
