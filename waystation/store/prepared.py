"""Statements that are asked again and again: made, looked through and confined to a tenant once, not each time.

To build a statement, look through it and add its condition costs as much as to ask it.
"""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import Any, TypeVar, cast

from sqlalchemy import Select, bindparam, inspect, select
from sqlalchemy.sql.base import Executable

from waystation.store.schema import Base
from waystation.store.scope import PREPARED
from waystation.store.session import TenantSession

Row = TypeVar("Row", bound=Base)
Statement = TypeVar("Statement", bound=Executable)

_NUMBERS = count(1)


def prepared(statement: Statement) -> Statement:
    """A statement to be kept where it is made, and asked with parameters.

    A select or delete is about one mapped class, joins and nests nothing, and has `bindparam("name")` where its values
    go, in a list `bindparam("names", expanding=True)`. An insert names no values; it is given a list of rows.
    """
    kept: Any = statement.execution_options(**{PREPARED: next(_NUMBERS)})
    return cast("Statement", kept)


async def row(session: TenantSession, table: type[Row], *key: Any) -> Row | None:
    """The row with this primary key (without its tenant); None where there is none."""
    names = _key_names(table)
    return (await session.scalars(_by_key(table), dict(zip(names, key, strict=True)))).one_or_none()


@cache
def _key_names(table: type[Base]) -> tuple[str, ...]:
    return tuple(str(column.key) for column in inspect(table).primary_key if column.key != "tenant")


@cache
def _by_key(table: type[Row]) -> Select[Row]:
    return prepared(select(table).where(*(getattr(table, name) == bindparam(name) for name in _key_names(table))))
