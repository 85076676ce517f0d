"""SQLite's driver with one visit to the connection's thread for each statement.

aiosqlite makes four: a cursor is opened, asked, emptied and closed. Each is a wait for the other thread, which on a
busy process costs more than the statement; so a transaction begins with its first statement too. Streams
(`yield_per`, server-side cursors) go the ordinary way.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.util.concurrency import await_


class _Cursor:
    """A DBAPI cursor that holds all rows of its statement as soon as that is through."""

    server_side = False
    __slots__ = ("_adapted", "_rows", "arraysize", "description", "lastrowid", "rowcount")

    def __init__(self, adapted: AsyncAdapt_aiosqlite_connection) -> None:
        self._adapted = adapted
        self._rows: deque[Any] = deque()
        self.arraysize = 1
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount = -1

    def execute(self, operation: str, parameters: Any = None) -> None:
        self._visit(lambda cursor: cursor.execute(operation, () if parameters is None else parameters))

    def executemany(self, operation: str, parameters: Any) -> None:
        self._visit(lambda cursor: cursor.executemany(operation, parameters))

    def _visit(self, ask: Callable[[sqlite3.Cursor], object]) -> None:
        connection: Any = self._adapted._connection
        begin = self._adapted.begins()  # type: ignore[attr-defined] # it is one of ours
        try:
            self.description, self.lastrowid, self.rowcount, rows = await_(
                connection._execute(_asked, connection._conn, begin, ask)
            )
        except Exception as error:  # noqa: BLE001 - named as the driver names it, and raised
            self._adapted._handle_exception(error)
        self._rows = deque(rows)

    async def _async_soft_close(self) -> None:
        """Nothing is open any more."""

    def close(self) -> None:
        self._rows.clear()

    def setinputsizes(self, *_sizes: Any) -> None:
        """SQLite asks for no sizes."""

    def __iter__(self) -> Iterator[Any]:
        while self._rows:
            yield self._rows.popleft()

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> Sequence[Any]:
        rows = list(self._rows)
        self._rows.clear()
        return rows


def _asked(
    connection: sqlite3.Connection, begin: str | None, ask: Callable[[sqlite3.Cursor], object]
) -> tuple[Any, Any, int, list[Any]]:
    """In the connection's thread: what a statement gave, from beginning to end, its transaction begun before it."""
    cursor = connection.cursor()
    try:
        if begin is not None:
            cursor.execute(begin)
        ask(cursor)
        rows = cursor.fetchall() if cursor.description else []
        return cursor.description, cursor.lastrowid, cursor.rowcount, rows
    finally:
        cursor.close()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ("_begin",)
    _cursor_cls = _Cursor  # type: ignore[assignment] # the same methods; SQLAlchemy asks for no more

    def begin(self, how: str) -> None:
        """Begin a transaction by this statement, together with the first one that asks for something."""
        self._begin = how

    def begins(self) -> str | None:
        """The statement that still has to begin the transaction; it is the caller's to send, once."""
        how, self._begin = getattr(self, "_begin", None), None
        return how

    def cursor(self, server_side: bool = False) -> Any:  # noqa: FBT001, FBT002 - SQLAlchemy's signature
        how = self.begins() if server_side else None
        if how is not None:  # a stream goes the ordinary way
            self.cursor().execute(how)
        return super().cursor(server_side)

    def commit(self) -> None:
        if self.begins() is None:
            super().commit()

    def rollback(self) -> None:
        """Sessions roll back when they close, and the pool once more: the second has nothing to do."""
        _ = self.begins()
        raw = self._connection._conn if self._connection._connection else None
        if raw is not None and raw.in_transaction:
            super().rollback()


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arguments: Any, **options: Any) -> AsyncAdapt_aiosqlite_connection:
        return _Connection(self, super().connect(*arguments, **options)._connection)


def driver() -> Any:
    """For `create_async_engine(…, module=driver())`."""
    return _Driver(aiosqlite, sqlite3)
