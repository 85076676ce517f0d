"""Pages of long lists. A cursor names the last item of a page, so that rows coming and going do not shift the next.

Sort columns must together be unique and never null. A cursor is read only by the list and order that wrote it, and
whatever else it holds is refused before it reaches a database.
"""

from __future__ import annotations

import base64
import binascii
import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC as UTC_ZONE
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, not_, or_, select, tuple_
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
        names: columns at the end that name a row; by the first of them rows are fetched.
    """

    name: str
    columns: tuple[InstrumentedAttribute[Any], ...]
    descending: bool = False
    names: int = 1

    @property
    def label(self) -> str:
        return f"{self.name}{'-' if self.descending else '+'}"

    @property
    def fetched_by(self) -> InstrumentedAttribute[Any]:
        return self.columns[-self.names]

    def key(self, entity: Any) -> list[Any]:
        """Where a row stands in this order."""
        return [getattr(entity, column.key) for column in self.columns]

    def merged_by(self, key: list[Any]) -> list[Any]:
        """What several queries are merged by. A database may compare texts otherwise than we do, so of the columns
        that name a row only the first counts: rows that differ in the others come from the same queries."""
        return key[: len(key) - self.names + 1]


async def page_through(
    session: TenantSession,
    query: Select[Any],
    branches: Sequence[Sequence[ColumnElement[bool]]],
    order: Order,
    cursor: str | None,
    limit: int,
) -> Page[Any]:
    """One page of the rows of a query for which all of one branch holds, each row once.

    Databases walk an index in order for a simple condition, and read everything for several joined by OR; so each
    branch is a query of its own, of one page at most. Where there are several, these look only for keys.

    Raises:
        Refused: `bad_cursor`.
    """
    limit = _bounded(limit)
    after = None if cursor is None else _read(cursor, order.columns, order.label)
    parts = [_cut_out(query.where(*branch), order, after, limit, session.dialect) for branch in branches]
    if len(parts) == 1:
        rows = list(await session.execute(parts[0]))
        keys = [order.key(row[0]) for row in rows]
    else:
        keys = await _merged(session, parts, order)
        rows = await _fetched(session, query, keys[:limit], order)
    return Page(rows[:limit], _write(keys[limit - 1], order.label) if len(keys) > limit else None)


async def _merged(session: TenantSession, parts: Sequence[Select[Any]], order: Order) -> list[list[Any]]:
    """The keys that these queries find, in order, each once."""
    found = [
        [list(key) for key in await session.execute(part.with_only_columns(*order.columns, maintain_column_froms=True))]
        for part in parts
    ]
    merged = heapq.merge(*found, key=order.merged_by, reverse=order.descending)
    return list({tuple(key[-order.names :]): key for key in merged}.values())


async def _fetched(session: TenantSession, query: Select[Any], keys: Sequence[list[Any]], order: Order) -> list[Any]:
    """The rows with these keys, in this order. What meanwhile is gone is left out."""
    if not keys:
        return []
    wanted = query.where(order.fetched_by.in_({key[-order.names] for key in keys}))
    rows = {tuple(order.key(row[0])[-order.names :]): row for row in await session.execute(wanted)}
    names = [tuple(key[-order.names :]) for key in keys]
    return [rows[name] for name in names if name in rows]


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


async def log_page(
    session: TenantSession,
    log: type[Item],
    narrowed: Mapping[str, str | Sequence[str] | None],
    cursor: str | None,
    limit: int,
) -> Page[Item]:
    """One page of a log, newest first: of rows with `at` and `id`.

    Args:
        narrowed: column -> the value that it must have, or one of several; None: any.
    Raises:
        Refused: `bad_cursor`.
    """
    sort = [getattr(log, name) for name in ("at", "id")]
    given = {getattr(log, name): value for name, value in narrowed.items() if value is not None}
    wanted = [column == found if isinstance(found, str) else column.in_(found) for column, found in given.items()]
    rows = list(await session.scalars(page_of(select(log).where(*wanted), sort, cursor, limit, newest_first=True)))
    return cut(rows, [[getattr(row, column.key) for column in sort] for row in rows], limit)


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
        # From this row on, without it: of "beyond it" PostgreSQL expects next to nothing where very many rows share
        # the first value, such as those that are due never, and then walks through all of them.
        row = tuple_(*order.columns)
        further = row <= tuple(values) if order.descending else row >= tuple(values)
        names = zip(order.columns[-order.names :], values[-order.names :], strict=True)
        return and_(further, not_(and_(*(column == value for column, value in names))))
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
