"""Transactions: the only place that opens, commits and repeats them.

`async with db.write(tenant) as session` is one transaction, committed when the block ends without an exception and
rolled back otherwise; it is the only commit in the code base. `db.read(tenant)` never writes. What the database
itself rolled back (deadlock, serialization, lock timeout) comes out as `Unavailable`; `db.transact` runs the work
again when that happens.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Never, TypeVar

from sqlalchemy import event, select
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from waystation.contracts.errors import Refused, Unavailable
from waystation.sealing.ring import KeyRing
from waystation.store.engines import does_not_fit, is_out_of_reach, open_engines, was_rolled_back
from waystation.store.schema import Unfit
from waystation.store.scope import EVERY_TENANT, OutOfScope, Scope, ScopedSession

__all__ = ["EVERY_TENANT", "Conflict", "Database", "OutOfScope", "Scope", "TenantSession"]

Answer = TypeVar("Answer")

#: Seconds before the first repetition; each further one waits up to twice as long, but no longer than the longest.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 1.0


class Conflict(Unavailable):
    """Another transaction was in the way and this one has been rolled back: run it again."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "database_conflict",
            "another transaction was in the way; try again",
            "与另一个事务冲突，请重试",
            {"detail": detail} if detail else None,
            retry_after=0.05,
        )


class Kept:
    """What was read once and never changes in the database, by a name that says of which tenant and version it is.

    Args:
        most: things kept; the one that was not asked for longest makes room.
    """

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._things: dict[tuple[Any, ...], Any] = {}

    def get(self, name: tuple[Any, ...]) -> Any:
        """The thing of this name, or None."""
        found = self._things.pop(name, None)
        if found is not None:
            self._things[name] = found
        return found

    def put(self, name: tuple[Any, ...], thing: Any) -> None:
        self._things[name] = thing
        while len(self._things) > self._most:
            del self._things[next(iter(self._things))]

    def clear(self) -> None:
        """Forget everything: the database has been emptied, or replaced by another."""
        self._things.clear()


class TenantSession(AsyncSession):
    """A session inside one tenant and one transaction. It cannot be committed by those who are handed it."""

    sync_session_class = ScopedSession

    @property
    def scope(self) -> Scope:
        """The tenant of this session, or `EVERY_TENANT`."""
        scope: Scope = self.info["scope"]
        return scope

    @property
    def tenant(self) -> str:
        """The tenant of this session. A session over every tenant has none."""
        scope = self.scope
        if not isinstance(scope, str):
            raise OutOfScope("this session is not of one tenant")
        return scope

    @property
    def ring(self) -> KeyRing | None:
        """What personal data are sealed with."""
        ring: KeyRing | None = self.info["ring"]
        return ring

    @property
    def kept(self) -> Kept:
        """What this process knows of the database for good."""
        kept: Kept = self.info["kept"]
        return kept

    def keep(self, name: tuple[Any, ...], thing: Any) -> None:
        """Know this for good, unless this session has changed such things: what it sees may be rolled back."""
        if name[0] not in self.info["changed"]:
            self.kept.put(name, thing)

    def changes(self, what: str) -> None:
        """This session changes things whose names begin so."""
        self.info["changed"].add(what)

    def has_changed(self, what: str) -> bool:
        """Has this session changed things whose names begin so?"""
        return what in self.info["changed"]

    @property
    def dialect(self) -> str:
        """`sqlite`, `postgresql`, `mysql` or `mariadb`."""
        return self.get_bind().dialect.name

    async def commit(self) -> None:
        raise OutOfScope("the transaction is committed by whoever opened it")

    async def connection(self, *_arguments: Any, **_options: Any) -> Never:
        raise OutOfScope("a bare connection is not confined to the tenant")


class Database:
    """One database.

    Args:
        url: `sqlite:///file.db`, `postgresql://…` or `mysql://…`; drivers are chosen here.
        pool_size: connections kept to a server.
        attempts: how often `transact` runs work that conflicts with other transactions.
        ring: what personal data are sealed with; without one they are not.
    """

    def __init__(self, url: str, *, pool_size: int = 10, attempts: int = 10, ring: KeyRing | None = None) -> None:
        self.writer, self.reader = open_engines(url, pool_size=pool_size)
        self._attempts = attempts
        self.ring = ring
        self.kept = Kept()
        for engine in {self.writer.sync_engine, self.reader.sync_engine}:
            event.listen(engine, "handle_error", _name_timeouts)

    @asynccontextmanager
    async def write(self, scope: Scope) -> AsyncIterator[TenantSession]:
        """One transaction of a tenant.

        Raises:
            Conflict: the database rolled it back because of another one.
            Unavailable: the database is not answering; whether a commit took effect is then unknown.
        """
        with _database_errors():
            async with self._open(self.writer, scope, writable=True) as session:
                yield session
                await AsyncSession.commit(session)

    @asynccontextmanager
    async def read(self, scope: Scope) -> AsyncIterator[TenantSession]:
        """A consistent look at a tenant. Writing in it is refused."""
        with _database_errors():
            async with self._open(self.reader, scope, writable=False) as session:
                yield session

    @asynccontextmanager
    async def snapshot(self, scope: Scope) -> AsyncIterator[TenantSession]:
        """Like `read`, but every statement sees the same moment, however long it takes."""
        engine = self.reader
        if engine.dialect.name != "sqlite":  # there, every transaction sees one moment
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with _database_errors():
            async with self._open(engine, scope, writable=False) as session:
                yield session

    async def transact(self, scope: Scope, work: Callable[[TenantSession], Awaitable[Answer]]) -> Answer:
        """The answer of `work`, run in a transaction of its own, and again in a new one after each conflict.

        `work` may run several times, so all it does must go through the session.
        """
        for attempt in range(1, self._attempts + 1):
            try:
                async with self.write(scope) as session:
                    return await work(session)
            except Conflict:
                if attempt == self._attempts:
                    raise
                await asyncio.sleep(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt) * random.random())  # noqa: S311 - spreads repetitions, keeps no secret
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def ping(self) -> None:
        """Ask the database for a sign of life; `Unavailable` if there is none."""
        async with self.read(EVERY_TENANT) as session:
            await session.execute(select(1))

    async def close(self) -> None:
        """Close all connections."""
        await self.writer.dispose()
        await self.reader.dispose()

    @asynccontextmanager
    async def _open(self, engine: AsyncEngine, scope: Scope, *, writable: bool) -> AsyncIterator[TenantSession]:
        if scope == "":
            raise OutOfScope("a session needs a tenant")
        info: dict[str, Any] = {
            "scope": scope,
            "writable": writable,
            "ring": self.ring,
            "kept": self.kept,
            "changed": set(),
        }
        session = TenantSession(engine, expire_on_commit=False, info=info)
        async with session:
            # Begun here, so that nobody else can begin (and with it commit) a transaction on this session.
            _transaction = await session.begin()
            await _connect(session)
            yield session


async def _connect(session: TenantSession) -> None:
    try:
        _connection = await AsyncSession.connection(session)
    except DBAPIError as error:
        raise (Conflict(str(error.orig)) if was_rolled_back(error) else _out_of_reach(error.orig)) from error
    except OSError as error:  # not wrapped by drivers while they connect
        raise _out_of_reach(error) from error


@contextmanager
def _database_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if was_rolled_back(error):
            raise Conflict(str(error.orig)) from error
        if is_out_of_reach(error):
            raise _out_of_reach(error.orig) from error
        if does_not_fit(error):
            raise _unfit("", "a number or text is out of range", "数字或文本超出范围") from error
        raise
    except StatementError as error:
        if isinstance(error.orig, Unfit):
            raise _unfit(error.orig.value, error.orig.en, error.orig.zh) from error
        raise
    except OverflowError as error:  # SQLite's driver, of an integer that has more than 64 bits
        raise _unfit("", "a number is out of range", "数字超出范围") from error
    except PoolTimeout as error:
        raise _out_of_reach(error) from error


def _name_timeouts(context: ExceptionContext) -> None:
    """A statement that took too long ends in a bare TimeoutError, which could be anybody's."""
    if isinstance(context.original_exception, OSError):
        raise _out_of_reach(context.original_exception) from context.original_exception


def _unfit(value: str, en: str, zh: str) -> Refused:
    """A value that came from outside fits no column. Its beginning says which one it was."""
    shown = value[:40].encode("utf-8", "replace").decode()
    detail = {"value": shown, "length": len(value)} if value else {}
    return Refused("bad_request", f"{en}: {shown}" if shown else en, f"{zh}：{shown}" if shown else zh, detail)


def _out_of_reach(cause: BaseException | None) -> Unavailable:
    return Unavailable(
        "database_unavailable",
        "the database is not answering",
        "数据库没有响应",
        {"cause": str(cause) or type(cause).__name__},
        retry_after=1.0,
    )
