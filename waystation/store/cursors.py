"""Pages of long lists. A cursor names the last item of a page, so that rows coming and going do not shift the next.

Sort columns must together be unique and never null. A cursor is read only by the list and order that wrote it, and
whatever else it holds is refused before it reaches a database.
"""

from __future__ import annotations

import base64
import binascii
import heapq
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC as UTC_ZONE
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from waystation.contracts.errors import Refused
from waystation.store import exact_json
from waystation.store.schema import UTC, Key
from waystation.store.session import TenantSession

Item = TypeVar("Item")
Sort = Sequence[InstrumentedAttribute[Any]]

#: Items on a page at most.
LONGEST_PAGE = 200
_LONGEST_CURSOR = 4_000
_MOST_INT = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list, and the cursor of the next page, None on the last one."""

    items: list[Item]
    next: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a list, by columns of the first entity of its query.

    Args:
        name: of list and order; a cursor of another is refused.
        apart: columns at the end that several queries are not merged by. A database may compare texts otherwise than
            we do, so rows that differ in these alone must come from the same queries.
    """

    name: str
    columns: tuple[InstrumentedAttribute[Any], ...]
    descending: bool = False
    apart: int = 0

    @property
    def label(self) -> str:
        return f"{self.name}{'-' if self.descending else '+'}"

    def key(self, entity: Any) -> list[Any]:
        """Where a row stands in this order."""
        return [getattr(entity, column.key) for column in self.columns]


async def page_through(
    session: TenantSession,
    queries: Sequence[Select[Any]],
    order: Order,
    cursor: str | None,
    limit: int,
    identity: Callable[[Any], Hashable],
) -> Page[Any]:
    """One page of what several queries find together, each row once.

    Databases walk an index in order for a simple condition, and read everything for several joined by OR; so each of
    these is a query of its own, of one page at most.

    Args:
        identity: what a row is known by.
    Raises:
        Refused: `bad_cursor`.
    """
    limit = _bounded(limit)
    after = None if cursor is None else _read(cursor, order.columns, order.label)
    found = [list(await session.execute(_cut_out(query, order, after, limit, session.dialect))) for query in queries]
    if len(found) == 1:
        rows = found[0]
    else:
        merged = heapq.merge(
            *found, key=lambda row: order.key(row[0])[: len(order.columns) - order.apart], reverse=order.descending
        )
        rows = list({identity(row): row for row in merged}.values())
    if len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], _write(order.key(rows[limit - 1][0]), order.label))


def page_of(query: Select[Any], sort: Sort, cursor: str | None, limit: int, *, newest_first: bool) -> Select[Any]:
    """The query for one page and one row more, which tells whether there is another page."""
    if cursor is not None:
        query = query.where(_beyond(sort, _read(cursor, sort), newest_first=newest_first))
    order = [column.desc() if newest_first else column.asc() for column in sort]
    return query.order_by(*order).limit(_bounded(limit) + 1)


def cut(rows: list[Item], keys: Sequence[Any], limit: int) -> Page[Item]:
    """The page that these rows make; `keys` are the sort values of each row."""
    limit = _bounded(limit)
    if len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], _write(keys[limit - 1]))


def _bounded(limit: int) -> int:
    return max(1, min(limit, LONGEST_PAGE))


def _cut_out(query: Select[Any], order: Order, after: list[Any] | None, limit: int, dialect: str) -> Select[Any]:
    if after is not None:
        query = query.where(_further(order, after, dialect))
    ways = [column.desc() if order.descending else column.asc() for column in order.columns]
    return query.order_by(*ways).limit(limit + 1)


def _further(order: Order, values: list[Any], dialect: str) -> ColumnElement[bool]:
    """Beyond these values, in the form in which the database starts its walk through the index right there."""
    if dialect in ("sqlite", "postgresql"):
        row = tuple_(*order.columns)
        return row < tuple(values) if order.descending else row > tuple(values)
    # MariaDB compares rows without an index, but makes ranges of the written-out form.
    return _beyond(order.columns, values, newest_first=order.descending)


def _beyond(sort: Sort, values: Sequence[Any], *, newest_first: bool) -> ColumnElement[bool]:
    found: ColumnElement[bool] = false()
    for index, column in enumerate(sort):
        same = [earlier == value for earlier, value in zip(sort[:index], values[:index], strict=True)]
        further = column < values[index] if newest_first else column > values[index]
        found = or_(found, and_(*same, further))
    # Implied by the rest; with it the walk begins near the place instead of at the list's start.
    nearest = sort[0] <= values[0] if newest_first else sort[0] >= values[0]
    return and_(nearest, found)


def _write(values: Sequence[Any], label: str | None = None) -> str:
    content = list(values) if label is None else [label, *values]
    return base64.urlsafe_b64encode(exact_json.encode(content).encode()).decode().rstrip("=")


def _read(cursor: str, sort: Sort, label: str | None = None) -> list[Any]:
    try:
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError("a cursor of this length is none of ours")
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values = exact_json.decode(raw.decode())
        if not isinstance(values, list):
            raise TypeError("a cursor is a list of values")
        if label is not None and (not values or values.pop(0) != label):
            raise ValueError("a cursor of another list")
        return [_typed(value, column) for value, column in zip(values, sort, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
        raise Refused("bad_cursor", "this is not a cursor of this list", "分页游标无效") from error


def _typed(value: Any, column: InstrumentedAttribute[Any]) -> Any:
    """The value as this column may hold it."""
    if isinstance(column.type, UTC):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return moment.astimezone(UTC_ZONE)
    if isinstance(column.type, Key):
        if not isinstance(value, str) or not is_storable(value, column.type.length):
            raise ValueError(f"{value!r} is no identifier")
        return value
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MOST_INT:
        raise TypeError(f"{value!r} in a cursor")
    return value


def is_storable(value: str, length: int) -> bool:
    """Whether a column for identifiers of this length could hold a text; others need not be asked for."""
    if len(value) > length or value.endswith(" ") or "\0" in value:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in value)
