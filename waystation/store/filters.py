"""Conditions that lists share, and which cases somebody sees.

What a filter names comes from outside: a value that no column could hold matches nothing, and never reaches a database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from waystation.contracts.errors import Refused
from waystation.store.cursors import is_storable
from waystation.store.schema import Key
from waystation.store.tables.cases import CaseRow, ReaderRow, Seen, TaskPersonRow

Conditions = list[ColumnElement[bool]]
#: One value or any of several; None: whatever it is.
Names = str | Collection[str] | None
Numbers = int | Collection[int] | None

#: Values that one filter may name. People come by role and group, which are larger.
MOST_VALUES, MOST_PEOPLE = 100, 2_000
_MOST_INT = 2**63 - 1


@dataclass(frozen=True, slots=True)
class RowSight:
    """How far somebody sees in the cases of a process: `all`, those started in his `unit`, or only his `own`.

    Args:
        default: in processes that `others` does not name.
        unit: people of his unit.
    """

    default: str
    others: Mapping[str, str]
    unit: frozenset[str] = frozenset()

    def processes(self, reach: str) -> Conditions | None:
        """Cases of the processes in which he sees this far; None: there are none."""
        if self.default == reach:
            named = sorted(process for process, other in self.others.items() if other != reach)
            return [CaseRow.process.not_in(named)] if named else []
        named = sorted(process for process, other in self.others.items() if other == reach)
        return [CaseRow.process.in_(named)] if named else None


#: Sees all there is in what processes show.
ALL_ROWS = RowSight("all", {})


@dataclass(frozen=True, slots=True)
class Sight:
    """Which cases somebody sees: those that run by these plans, those he started, those he has or had a task of or
    was sent to read.

    Args:
        plans: hashes; None: every plan.
        rows: what of those plans' cases.
    """

    person: str
    plans: frozenset[str] | None = None
    rows: RowSight = ALL_ROWS

    def branches(self) -> list[Conditions]:
        """Conditions on cases, of which one must hold. They overlap; apart from each other they are fast."""
        if self.plans is None and self.rows == ALL_ROWS:
            return [[]]
        tasks = select(TaskPersonRow.case_id).where(TaskPersonRow.person == self.person)
        sent = select(ReaderRow.case_id).where(ReaderRow.person == self.person)
        found: list[Conditions] = [
            [CaseRow.initiator == self.person],
            [CaseRow.case_id.in_(tasks)],
            [CaseRow.case_id.in_(sent)],
        ]
        if self.plans is None or self.plans:
            plans = [] if self.plans is None else [CaseRow.plan_hash.in_(sorted(self.plans))]
            whole, unit = self.rows.processes("all"), self.rows.processes("unit")
            if whole is not None:
                found.append([*plans, *whole])
            if unit is not None and self.rows.unit:
                found.append([*plans, *unit, CaseRow.initiator.in_(sorted(self.rows.unit))])
        return found

    def whole(self) -> Conditions:
        """The same in one condition."""
        branches = self.branches()
        return [] if branches == [[]] else [or_(*(and_(*branch) for branch in branches))]


def any_of(column: InstrumentedAttribute[Any], wanted: Names | Numbers, *, most: int = MOST_VALUES) -> Conditions:
    """The column has one of these values.

    Raises:
        Refused: `bad_filter`, for too many values.
    """
    if wanted is None:
        return []
    values = [wanted] if isinstance(wanted, (str, int)) else list(dict.fromkeys(wanted))
    if len(values) > most:
        raise Refused(
            "bad_filter",
            f"{len(values)} values of {column.key}; at most {most}",
            f"{column.key} 的取值过多（{len(values)} 个），最多 {most} 个",
            {"field": column.key, "most": most},
        )
    known = [value for value in values if _fits(value, column)]
    return [column.in_(known)] if known else [false()]


def within(column: InstrumentedAttribute[Any], since: datetime | None, until: datetime | None) -> Conditions:
    """The column's moment is in [since, until)."""
    found: Conditions = []
    if since is not None:
        found.append(column >= _utc(since))
    if until is not None:
        found.append(column < _utc(until))
    return found


def asked(
    case: InstrumentedAttribute[str],
    path: InstrumentedAttribute[str] | None,
    people: Names,
    *,
    alone: bool,
) -> Conditions:
    """One of these people may answer (a task of) it now; with `alone`, because he took it or nobody else is asked."""
    if people is None:
        return []
    query = select(TaskPersonRow.person).where(
        TaskPersonRow.case_id == case,
        TaskPersonRow.status == Seen.OPEN,
        *any_of(TaskPersonRow.person, people, most=MOST_PEOPLE),
    )
    if path is not None:
        query = query.where(TaskPersonRow.path == path)
    if alone:
        query = query.where(TaskPersonRow.pooled.is_(False))
    return [exists(query.correlate_except(TaskPersonRow))]


def _fits(value: object, column: InstrumentedAttribute[Any]) -> bool:
    if isinstance(column.type, Key):
        return isinstance(value, str) and is_storable(value, column.type.length)
    return isinstance(value, int) and abs(value) <= _MOST_INT


def _utc(moment: datetime) -> datetime:
    """The moment in UTC.

    Raises:
        Refused: `bad_filter`, without a time zone or outside the calendar.
    """
    try:
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(
            "bad_filter",
            f"{moment.isoformat()} needs a time zone and must lie within the calendar",
            f"时间 {moment.isoformat()} 必须带时区且在有效范围内",
        ) from error
