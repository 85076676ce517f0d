"""Pages of long lists. A cursor names the last item of a page, so that rows coming and going do not shift the next.

Sort columns must together be unique and never null.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from waystation.contracts.errors import Refused
from waystation.store import exact_json
from waystation.store.schema import UTC

Item = TypeVar("Item")
Sort = Sequence[InstrumentedAttribute[Any]]

#: Items on a page at most.
LONGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list, and the cursor of the next page, None on the last one."""

    items: list[Item]
    next: str | None


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


def _beyond(sort: Sort, values: Sequence[Any], *, newest_first: bool) -> ColumnElement[bool]:
    # Written out instead of comparing tuples: databases use an index for this form.
    found: ColumnElement[bool] = false()
    for index, column in enumerate(sort):
        same = [earlier == value for earlier, value in zip(sort[:index], values[:index], strict=True)]
        further = column < values[index] if newest_first else column > values[index]
        found = or_(found, and_(*same, further))
    return found


def _write(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(exact_json.encode(list(values)).encode()).decode().rstrip("=")


def _read(cursor: str, sort: Sort) -> list[Any]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = exact_json.decode(raw.decode())
        return [_typed(value, column) for value, column in zip(values, sort, strict=True)]
    except (ValueError, TypeError, binascii.Error) as error:
        raise Refused("bad_cursor", "this is not a cursor of this list", "分页游标无效") from error


def _typed(value: Any, column: InstrumentedAttribute[Any]) -> Any:
    if isinstance(column.type, UTC):
        return datetime.fromisoformat(value)
    if not isinstance(value, (str, int)):
        raise TypeError(f"{value!r} in a cursor")
    return value
