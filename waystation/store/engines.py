"""Database engines with the settings that each database needs, and which of its errors mean what."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from waystation.store.sqlite_driver import driver

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "mysql": "mysql+asyncmy",
    "mariadb": "mariadb+asyncmy",
}
#: Out of range, not in the character set, too long.
_MYSQL_UNFIT = {1264, 1366, 1406}
#: A transaction that ended with one of these has been rolled back as a whole: it is safe to run it again.
_ROLLED_BACK = {"40001", "40P01", "55P03", 1020, 1205, 1213}
#: Seconds that a statement may take, or wait for a lock, before it is given up.
_PATIENCE = 15
_QUICK = {"jit": "off", "max_parallel_workers_per_gather": "0"}
_STRICT = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE"


def async_url(url: str) -> URL:
    """The URL with the driver that this code base uses. Plain `sqlite://`, `postgresql://`, `mysql://` are enough."""
    parsed = make_url(url)
    driver = _DRIVERS.get(parsed.get_backend_name(), parsed.drivername)
    if driver == _DRIVERS["sqlite"] and parsed.database in (None, "", ":memory:"):
        raise ValueError("SQLite in memory is private to one connection; give a file: sqlite:///path/to/file.db")
    if driver in (_DRIVERS["mysql"], _DRIVERS["mariadb"]):
        parsed = parsed.update_query_dict({"charset": "utf8mb4"})
    return parsed.set(drivername=driver)


def open_engines(url: str, *, pool_size: int = 10) -> tuple[AsyncEngine, AsyncEngine]:
    """The engine for writing and the engine for reading.

    Args:
        pool_size: connections kept per engine on servers; twice as many are opened under load.
    """
    target = async_url(url)
    match target.get_backend_name():
        case "sqlite":
            return _open_sqlite(target)
        case "postgresql":
            return _open_postgresql(target, pool_size)
        case _:
            return _open_mysql(target, pool_size)


def was_rolled_back(error: DBAPIError) -> bool:
    """True for deadlocks, serialization failures and lock timeouts: nothing has happened, try again."""
    original = error.orig
    if original is None:
        return False
    codes = {getattr(original, "sqlstate", None), *(getattr(original, "args", None) or ())[:1]}
    return bool(codes & _ROLLED_BACK) or "database is locked" in str(original)


def does_not_fit(error: DBAPIError) -> bool:
    """True where a value is out of the range of its column: of PostgreSQL its class 22, of MariaDB three errors."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    first = (getattr(error.orig, "args", None) or (None,))[0]
    return state.startswith("22") or first in _MYSQL_UNFIT


def is_out_of_reach(error: DBAPIError) -> bool:
    """True where the connection broke: whether a running commit took effect is not known."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    return error.connection_invalidated or state.startswith(("08", "57P", "53"))


def _open_sqlite(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    # One writer: SQLite has one write lock, and waiting in a queue is fairer and faster than busy retries.
    writer = create_async_engine(url, module=driver(), pool_size=1, max_overflow=0, pool_timeout=_PATIENCE)
    reader = create_async_engine(url, module=driver(), pool_size=4, max_overflow=0, pool_timeout=_PATIENCE)
    event.listen(writer.sync_engine, "connect", _sqlite_connected)
    event.listen(reader.sync_engine, "connect", _sqlite_connected)
    # A deferred transaction that turns to writing fails at once in spite of busy_timeout; an immediate one waits.
    event.listen(writer.sync_engine, "begin", _begin_immediate)
    event.listen(reader.sync_engine, "begin", _begin)
    return writer, reader


def _sqlite_connected(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    _begin(connection, "BEGIN IMMEDIATE")


def _begin(connection: Connection, how: str = "BEGIN") -> None:
    adapted: Any = connection.connection.dbapi_connection  # a `sqlite_driver` connection
    adapted.begin(how)


def _open_postgresql(url: URL, pool_size: int) -> tuple[AsyncEngine, AsyncEngine]:
    # Without command_timeout a connection into a black hole hangs for ever. To compile a statement, or to start
    # processes that share it, takes longer than the page that is asked for.
    writer = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=_PATIENCE,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args={"command_timeout": _PATIENCE * 2, "server_settings": _QUICK},
    )
    return writer, writer.execution_options(postgresql_readonly=True)


def _open_mysql(url: URL, pool_size: int) -> tuple[AsyncEngine, AsyncEngine]:
    # An insert that finds its row there already is our daily business; the driver would warn of each one.
    logging.getLogger("asyncmy").setLevel(logging.ERROR)
    # READ COMMITTED takes no gap locks, and a statement after a lock sees what its holder committed.
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=_PATIENCE,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args={
            "connect_timeout": _PATIENCE,
            "init_command": f"SET sql_mode='{_STRICT}', time_zone='+00:00', innodb_lock_wait_timeout={_PATIENCE}",
        },
    )
    return engine, engine
