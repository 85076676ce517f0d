"""`waystation doctor`: what this machine lacks to run the product, and how to get it."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from waystation.settings import Settings

_PACKAGES = (
    "aiosqlite", "alembic", "argon2", "asyncmy", "asyncpg", "fastapi", "jinja2", "multipart", "re2", "sqlalchemy",
    "temporalio", "tzdata", "uvicorn",
)  # fmt: skip
#: Bytes that a start needs at least.
_ROOM = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `cure` is empty where all is well."""

    what: str
    found: str
    cure_zh: str = ""
    cure_en: str = ""

    @property
    def line(self) -> str:
        if not self.cure_en:
            return f"  ok       {self.what}: {self.found}"
        return f"  MISSING  {self.what}: {self.found}\n           {self.cure_en}\n           {self.cure_zh}"


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor() -> None:
    """Say what is missing and how to get it; exit code 1 if anything is. 检查运行环境。"""
    findings = list(_findings())
    for finding in findings:
        typer.echo(finding.line)
    if any(finding.cure_en for finding in findings):
        raise typer.Exit(1)


def _findings() -> Iterator[Finding]:
    from waystation.contracts.errors import Refused
    from waystation.settings import Settings

    yield Finding("Python", ".".join(map(str, sys.version_info[:3])))
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        yield Finding("packages", ", ".join(missing), "运行 make env 安装", "run: make env")
        return
    yield Finding("packages", "all there")
    try:
        settings = Settings.read()
    except Refused as refused:
        yield Finding("settings", ", ".join(refused.detail.get("names", [])), refused.zh, refused.en)
        return
    yield Finding("settings", "understood")
    yield _keys(settings)
    yield from _machine(settings)
    yield from asyncio.run(_servers(settings))


def _keys(settings: Settings) -> Finding:
    """Whether what leaves us is sealed. Without keys all works, and Temporal and the database hold plain data."""
    from waystation.contracts.errors import Refused
    from waystation.sealing.ring import KeyRing

    try:
        ring = KeyRing.of(settings)
    except Refused as refused:
        return Finding("keys", "not understood", refused.zh, refused.en)
    if ring is None:
        return Finding("keys", "none: nothing is sealed, see WAYSTATION_KEYS 未设置密钥，数据未加密")
    file = settings.keys_file if settings.keys is None else None
    if file is not None and file.stat().st_mode & 0o077:
        return Finding("keys", f"others can read {file}", f"请执行 chmod 600 {file}", f"run: chmod 600 {file}")
    others = len(ring.ids) - 1
    return Finding("keys", f"{ring.current} seals; {others} older" if others else f"{ring.current} seals")


def _machine(settings: Settings) -> Iterator[Finding]:
    """Folder, room, ports and the embedded server's program."""
    from waystation.contracts.errors import Refused
    from waystation.supervisor import answers, refuse_taken
    from waystation.temporal_server import server_program

    folder = settings.data_dir
    there = next(place for place in (folder.resolve(), *folder.resolve().parents) if place.exists())
    if not os.access(there, os.W_OK):
        yield Finding(
            "data folder", f"{there} cannot be written",
            "修改目录权限，或设置 WAYSTATION_DATA_DIR", "change its owner, or set WAYSTATION_DATA_DIR",
        )  # fmt: skip
    elif shutil.disk_usage(there).free < _ROOM:
        yield Finding("disk", f"less than 500 MB free in {there}", "清理磁盘空间", "make room")
    else:
        yield Finding("data folder", str(folder))
    if answers(f"{settings.url}/healthz"):
        yield Finding("API", f"runs at {settings.url}")
        return
    ports = {"WAYSTATION_PORT": (settings.host, settings.port)}
    if settings.temporal_address is None:
        ports["WAYSTATION_TEMPORAL_PORT"] = ("127.0.0.1", settings.temporal_port)
        ports["WAYSTATION_TEMPORAL_UI_PORT"] = ("127.0.0.1", settings.temporal_ui_port)
        try:
            yield Finding("Temporal program", str(server_program()))
        except Refused as refused:
            yield Finding("Temporal program", "not found", refused.zh, refused.en)
    for variable, (host, port) in ports.items():
        try:
            refuse_taken(host, port, variable)
        except Refused as refused:
            yield Finding(f"port {port}", "in use", refused.zh, refused.en)
        else:
            yield Finding(f"port {port}", "free")


async def _servers(settings: Settings) -> list[Finding]:
    """The servers that are not ours, if any are set."""
    from temporalio.client import Client

    from waystation.contracts.errors import Unavailable
    from waystation.store.session import Database

    found: list[Finding] = []
    if settings.database_url is not None:
        database = Database(settings.database_url)
        try:
            await database.ping()
            found.append(Finding("database", "answers"))
        except Unavailable as error:
            found.append(Finding("database", "does not answer", error.zh, "start it, or correct DATABASE_URL"))
        finally:
            await database.close()
    if settings.temporal_address is not None:
        try:
            async with asyncio.timeout(10):
                await Client.connect(settings.temporal_address, namespace=settings.temporal_namespace)
            found.append(Finding("Temporal", "answers"))
        except (RuntimeError, TimeoutError):
            cure = "start it, or correct TEMPORAL_ADDRESS"
            found.append(Finding("Temporal", "does not answer", "启动服务，或更正 TEMPORAL_ADDRESS", cure))
    return found
