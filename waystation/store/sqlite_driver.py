"""SQLite's driver without waits that cost more than what is asked.

aiosqlite keeps a thread for each connection and visits it four times for a statement: a cursor is opened, asked,
emptied and closed. On a busy process each visit costs more than most statements do. So a statement is one visit at
most, a transaction begins with its first statement, and what has shown itself quick is asked at once, with no visit.
Streams (`yield_per`, server-side cursors) go the ordinary way.
"""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.util.concurrency import await_

Ask = Callable[[sqlite3.Cursor], object]


class Quick:
    """Which statements are quick, by their text and by what they took the last times.

    One that was quick `TRIALS` times is taken for quick, until it takes longer than everything else can wait for: then
    it has to show itself anew, and longer.
    """

    TRIALS = 3
    #: Seconds of work below which a statement is quick, and seconds after which a quick one has been a mistake.
    QUICK, SLOW = 0.001, 0.02
    #: Trials after such a mistake, and statements that are known at a time.
    AGAIN, MOST = 200, 1_000

    def __init__(self) -> None:
        self._left: dict[str, int] = {}

    def knows(self, statement: str) -> bool:
        """May it be asked at once?"""
        return self._left.get(statement) == 0

    def tried(self, statement: str, seconds: float) -> None:
        """It took so much work in a thread of its own."""
        if seconds > self.QUICK:
            self._left[statement] = max(self.TRIALS, self._left.get(statement, 0))
            return
        if len(self._left) >= self.MOST:
            self._left.clear()
        self._left[statement] = max(0, self._left.get(statement, self.TRIALS) - 1)

    def asked(self, statement: str, seconds: float) -> None:
        """It was asked at once, and everything else waited so long for it."""
        if seconds > self.SLOW:
            self._left[statement] = self.AGAIN


class _Cursor:
    """A DBAPI cursor that holds all rows of its statement as soon as that is through."""

    server_side = False
    __slots__ = ("_adapted", "_rows", "arraysize", "description", "lastrowid", "rowcount")

    def __init__(self, adapted: _Connection) -> None:
        self._adapted = adapted
        self._rows: deque[Any] = deque()
        self.arraysize = 1
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount = -1

    def execute(self, operation: str, parameters: Any = None) -> None:
        self._ask(operation, lambda cursor: cursor.execute(operation, () if parameters is None else parameters))

    def executemany(self, operation: str, parameters: Any) -> None:
        self._ask(operation, lambda cursor: cursor.executemany(operation, parameters))

    def _ask(self, operation: str, ask: Ask) -> None:
        try:
            self.description, self.lastrowid, self.rowcount, rows = await_(self._adapted.ask(operation, ask))
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


Answer = tuple[Any, int | None, int, list[Any]]


def _answer(connection: sqlite3.Connection, begin: str | None, ask: Ask) -> Answer:
    """What a statement gave, from beginning to end, its transaction begun before it."""
    cursor = connection.cursor()
    try:
        if begin is not None:
            cursor.execute(begin)
        ask(cursor)
        rows = cursor.fetchall() if cursor.description else []
        return cursor.description, cursor.lastrowid, cursor.rowcount, rows
    finally:
        cursor.close()


def _tried(connection: sqlite3.Connection, begin: str | None, ask: Ask) -> tuple[float, Answer]:
    """In the connection's thread: the answer, and the seconds of processor time that it took."""
    since = time.thread_time()
    answer = _answer(connection, begin, ask)
    return time.thread_time() - since, answer


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ("_begin", "_waiting", "quick")
    _cursor_cls = _Cursor  # type: ignore[assignment] # the same methods; SQLAlchemy asks for no more
    _begin: str | None
    #: A transaction of this connection may have to wait: for a lock, or for the disk.
    _waiting: bool
    quick: Quick

    def begin(self, how: str) -> None:
        """Begin a transaction by this statement, together with the first one that asks for something."""
        self._begin = how
        self._waiting = how != "BEGIN"

    async def ask(self, operation: str, ask: Ask) -> Answer:
        """The answer to a statement: at once where it is quick and waits for nobody, else by a visit to the thread."""
        begin, raw = self._begins(), self._raw
        if self.quick.knows(operation) and not (begin is not None and self._waiting):
            since = time.perf_counter()
            at_once = _answer(raw, begin, ask)
            self.quick.asked(operation, time.perf_counter() - since)
            return at_once
        visited: Any = self._connection
        seconds: float
        answer: Answer
        seconds, answer = await visited._execute(_tried, raw, begin, ask)
        self.quick.tried(operation, seconds)
        return answer

    def cursor(self, server_side: bool = False) -> Any:  # noqa: FBT001, FBT002 - SQLAlchemy's signature
        how = self._begins() if server_side else None
        if how is not None:  # a stream goes the ordinary way
            self.cursor().execute(how)
        return super().cursor(server_side)

    def rollback(self) -> None:
        """Sessions roll back when they close, and the pool once more: the second has nothing to do."""
        _ = self._begins()
        if self._connection._connection is None or not self._raw.in_transaction:
            return
        if self._waiting:
            super().rollback()
        else:  # it has only read
            self._raw.rollback()

    def _begins(self) -> str | None:
        """The statement that still has to begin the transaction; it is the caller's to send, once."""
        how, self._begin = self._begin, None
        return how

    @property
    def _raw(self) -> sqlite3.Connection:
        raw: sqlite3.Connection = self._connection._conn
        return raw


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    quick: Quick

    def connect(self, *arguments: Any, **options: Any) -> AsyncAdapt_aiosqlite_connection:
        # One session at a time has the connection, so never two threads at once.
        adapted = super().connect(*arguments, **{**options, "check_same_thread": False})
        mine = _Connection(self, adapted._connection)
        mine._begin, mine._waiting, mine.quick = None, True, self.quick
        return mine


def driver() -> Any:
    """For `create_async_engine(…, module=driver())`."""
    made = _Driver(aiosqlite, sqlite3)
    made.quick = Quick()
    return made
