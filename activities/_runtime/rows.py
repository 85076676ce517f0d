"""Two small things that every capability needs with rows: how many an UPDATE changed, and racing inserts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import CursorResult, Update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from waystation.store.schema import Base
from waystation.store.session import Conflict

#: A row to be written where there is none yet: its table and its values.
Seed = tuple[type[Base], dict[str, Any]]


async def changed_rows(session: AsyncSession, statement: Update) -> int:
    """Run a conditional UPDATE and say how many rows it changed. Objects already loaded are not refreshed."""
    result = await session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[object]", result).rowcount


@contextmanager
def racing_insert(what: str) -> Iterator[None]:
    """Somebody inserting the same row at the same time makes this transaction start again, not fail.

    Raises:
        Conflict: the row is there already; the next try will read it.
    """
    try:
        yield
    except IntegrityError as error:
        raise Conflict(f"{what} has just been written by somebody else") from error
