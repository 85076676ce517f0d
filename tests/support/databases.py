"""Databases for tests: SQLite always, PostgreSQL and MariaDB from the machine's own binaries.

Servers are private to the test run: own data folder, own socket or port, no safety of data at all, gone afterwards.
Every test finds an empty database. Where a server's binaries are missing, its tests are skipped, and fail
when CI is set.
"""

from __future__ import annotations

import asyncio
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

import waystation.store.tables  # noqa: F401 - completes the metadata
from waystation.store import migrate
from waystation.store.engines import async_url
from waystation.store.schema import metadata
from waystation.store.session import Database
from waystation.temporal_server import free_port

KINDS = ("sqlite", "postgresql", "mariadb")
#: Seconds that a server may take to start.
_START_LIMIT = 60


@dataclass(frozen=True)
class Server:
    """A running database server. `url` has one free place for the name of a database."""

    url: str
    maintenance: str

    def at(self, name: str) -> str:
        return self.url.format(name=name)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A private PostgreSQL, started when the first test asks for it."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda folder: int(folder.split("/")[-2]))
    initdb = shutil.which("initdb") or (f"{folders[-1]}/initdb" if folders else None)
    if initdb is None:
        _missing("PostgreSQL")
        return
    with _folder("postgres") as (folder, as_user):
        yield from _run_postgresql(Path(initdb).parent, folder, as_user)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    """A private MariaDB, started when the first test asks for it."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    daemon, install = shutil.which("mariadbd", path=path), shutil.which("mariadb-install-db", path=path)
    if daemon is None or install is None:
        _missing("MariaDB")
        return
    with _folder("mysql") as (folder, as_user):
        yield from _run_mariadb(daemon, install, folder, as_user)


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The databases that every test of the store runs on."""
    return str(request.param)


@pytest.fixture
async def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty database without any table, made for this test alone."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Server = request.getfixturevalue(f"{database_kind}_server")
    name = f"t{uuid.uuid4().hex}"
    await _administer(server, f"CREATE DATABASE {name}")
    yield server.at(name)
    force = " WITH (FORCE)" if database_kind == "postgresql" else ""
    await _administer(server, f"DROP DATABASE {name}{force}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def prepared() -> AsyncIterator[dict[str, Prepared]]:
    """Databases with tables, by kind; made once, because making tables takes longer than most tests."""
    made: dict[str, Prepared] = {}
    yield made
    for place in made.values():
        await place.database.close()


@pytest_asyncio.fixture(loop_scope="session")
async def database(
    database_kind: str,
    request: pytest.FixtureRequest,
    prepared: dict[str, Prepared],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Database]:
    """An open database with all tables, and nothing in them.

    Tests that ask for it run in the session's event loop (`tests/conftest.py`), where its connections live: to open
    them anew, and to compile every statement anew, would take longer than most tests.
    """
    if database_kind not in prepared:
        if database_kind == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'waystation.db'}"
        else:
            server: Server = request.getfixturevalue(f"{database_kind}_server")
            await _administer(server, "CREATE DATABASE waystation")
            url = server.at("waystation")
        prepared[database_kind] = Prepared(Database(url))
    place = prepared[database_kind]
    await place.complete()
    yield place.database
    await _empty(place.database)


@dataclass
class Prepared:
    """A database that tests use one after another."""

    database: Database
    tables: int = 0

    async def complete(self) -> None:
        """Make the tables that the metadata has and this database has not; a test may have imported new ones."""
        if self.tables != len(metadata.tables):
            await create_tables(self.database)
            self.tables = len(metadata.tables)


_migrated: list[bytes] = []


async def migrated(file: Path) -> str:
    """The URL of a new SQLite database in this file, as all migrations make it: they run once, then it is copied."""
    if not _migrated:
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder) / "migrated.db"
            await migrate.upgrade(f"sqlite:///{first}")
            assert [found.name for found in first.parent.iterdir()] == [first.name], "something is not in the file yet"
            _migrated.append(first.read_bytes())
    await asyncio.to_thread(file.write_bytes, _migrated[0])
    return f"sqlite:///{file}"


async def create_tables(database: Database) -> None:
    """Make every table that the metadata knows."""
    async with database.writer.begin() as connection:
        await connection.run_sync(metadata.create_all)


async def _empty(database: Database) -> None:
    """Delete all rows. Few tests fill many tables, so looking first is faster than truncating all."""
    tables = metadata.sorted_tables
    # As text: to compile this for each test's new engine would take longer than to run it.
    is_filled = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables)
    async with database.writer.begin() as connection:
        filled = set(await connection.scalars(text(is_filled)))
        for table in reversed(tables):
            if table.name in filled:
                await connection.execute(text(f"DELETE FROM {table}"))
    database.kept.clear()


async def _administer(server: Server, statement: str) -> None:
    engine = create_async_engine(async_url(server.at(server.maintenance)), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


def _missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed: tools/install-databases")
    pytest.skip(f"{what} is not installed: tools/install-databases")


@contextmanager
def _folder(user: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A folder that goes away, and how to run a process that may write there: servers refuse to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="ws"))
    as_user: dict[str, Any] = {"cwd": "/", "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if os.geteuid() == 0:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    try:
        yield folder, as_user
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_postgresql(binaries: Path, folder: Path, as_user: dict[str, Any]) -> Iterator[Server]:
    data = folder / "data"
    options: list[str | Path] = ["-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run([binaries / "initdb", "-D", data, *options], check=True, **as_user)
    reckless = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
    options = ["-w", "-l", folder / "log", "-o", f"-c listen_addresses= -k {folder} {reckless}"]
    subprocess.run([binaries / "pg_ctl", "-D", data, *options, "start"], check=True, **as_user)
    try:
        yield Server(f"postgresql://postgres@/{{name}}?host={folder}", "postgres")
    finally:
        subprocess.run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=True, **as_user)


def _run_mariadb(daemon: str, install: str, folder: Path, as_user: dict[str, Any]) -> Iterator[Server]:
    data, port = folder / "data", free_port()
    options = ["--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run([install, *options], check=True, **as_user)
    reckless = ["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--skip-log-bin", "--sync-binlog=0"]
    place = [f"--datadir={data}", f"--socket={folder}/s", "--bind-address=127.0.0.1", f"--port={port}"]
    process = subprocess.Popen([daemon, "--no-defaults", *place, *reckless, "--max-connections=200"], **as_user)
    try:
        _wait_for(port, process)
        yield Server(f"mariadb://root@127.0.0.1:{port}/{{name}}", "mysql")
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + _START_LIMIT
    while time.monotonic() < give_up and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("MariaDB did not start")
