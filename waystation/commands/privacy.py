"""`waystation privacy`: finding, exporting and erasing people, and changing the master key, from the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from waystation.commands.up import complain
from waystation.contracts.errors import Refused, WaystationError

if TYPE_CHECKING:
    from waystation.sealing.ring import KeyRing
    from waystation.store.erasing import Found
    from waystation.store.session import Database, TenantSession

    #: Work that is done again until it finds nothing more to do.
    Rounds = Sequence[Callable[[TenantSession], Awaitable[int]]]

Answer = TypeVar("Answer")
#: Who is said to have done what is done from here.
_ACTOR = "cli"

Who = Annotated[str, typer.Argument(help="phone:138…, id_number:…, mail:…, member:…, customer:…, case:… 查找方式:值")]
Tenant = Annotated[str, typer.Option(help="Tenant. 租户。")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Personal data. 个人信息。", no_args_is_help=True)
    for command in (find, export, erase, rewrap, seal):
        group.command(command.__name__)(command)
    app.add_typer(group, name="privacy")


def find(who: Who, tenant: Tenant = "demo") -> None:
    """Say what is held of somebody. 查找某人的数据。"""
    from waystation.store import erasing

    by, value = _parted(who)
    _say(_run(tenant, lambda session: erasing.find(session, by, value)))


def erase(
    who: Who,
    reason: Annotated[str, typer.Option(help="Why; goes into the audit log. 原因，写入审计日志。")],
    tenant: Tenant = "demo",
    force: Annotated[bool, typer.Option("--force", help="Even while open cases need him. 流程进行中也删除。")] = False,
) -> None:
    """Destroy somebody's keys: his data can never be read again. 删除某人的密钥，其数据永久不可读。"""
    from waystation.store import erasing

    by, value = _parted(who)

    async def work(session: TenantSession) -> Found:
        at = datetime.now(UTC)
        return await erasing.erase(session, by, value, actor=_ACTOR, reason=reason, at=at, force=force)

    _say(_run(tenant, work))


def export(
    who: Who,
    to: Annotated[Path, typer.Option(help="File to write, *.zip. 输出文件。")],
    tenant: Tenant = "demo",
) -> None:
    """Write everything that is held on somebody into a ZIP file, for him. 导出某人的全部数据。"""
    from designer_api.exporting import archive
    from designer_api.objects import open_objects
    from waystation.settings import Settings
    from waystation.store import audit, personal_exports

    _know_tables()
    by, value = _parted(who)

    async def work(session: TenantSession) -> dict[str, Any]:
        found = await personal_exports.export(session, by, value)
        detail = {"by": by, "cases": len(found["cases"])}
        await audit.record(
            session, _ACTOR, "person.export", at=datetime.now(UTC), target="privacy/export", detail=detail
        )
        return found

    async def packed(database: Database) -> bytes:
        found = await database.transact(tenant, work)
        return await archive(database, open_objects(Settings.read()), tenant, found)

    content = _with_database(packed)
    to.touch(mode=0o600)
    to.write_bytes(content)
    typer.echo(f"{to}: {len(content)} bytes")


def rewrap() -> None:
    """Wrap the keys of all people by the first master key, so that older ones can go. 用新主密钥重新加密。"""
    from waystation.store import file_seal, person_keys, personal_contacts

    def again(ring: KeyRing) -> Rounds:
        return [partial(some, ring=ring) for some in (person_keys.rewrap, file_seal.rewrap, personal_contacts.rewrap)]

    _for_every_tenant(again)


def seal() -> None:
    """Seal contacts of people, and rows of orders and tickets, from before there were keys. 加密已有的明文数据。"""
    from waystation.store import personal_contacts, personal_rows

    _know_tables()
    _for_every_tenant(lambda _ring: [personal_contacts.seal_all, personal_rows.seal_some])


def _know_tables() -> None:
    """Rows of capabilities are looked through as far as their tables are known."""
    from activities import table_modules

    for module in table_modules():
        import_module(module)


def _for_every_tenant(rounds: Callable[[KeyRing], Rounds]) -> None:
    """Do each round in every tenant until there is nothing left to do, and say how much it was."""
    try:
        for tenant, count in asyncio.run(_everywhere(rounds)).items():
            typer.echo(f"{tenant}: {count}")
    except WaystationError as error:
        raise complain(error) from None


async def _everywhere(rounds: Callable[[KeyRing], Rounds]) -> dict[str, int]:
    from waystation.store import tenants
    from waystation.store.session import EVERY_TENANT

    database = _database()
    done: dict[str, int] = {}
    try:
        if database.ring is None:
            raise Refused("not_sealed", "no keys are set (WAYSTATION_KEYS)", "未设置密钥（WAYSTATION_KEYS）")
        async with database.read(EVERY_TENANT) as session:
            names = [row.tenant for row in await tenants.all_tenants(session)]
        for name in names:
            done[name] = 0
            for some in rounds(database.ring):
                while count := await database.transact(name, some):
                    done[name] += count
        return done
    finally:
        await database.close()


def _database() -> Database:
    from waystation.server import open_database
    from waystation.settings import Settings

    return open_database(Settings.read())


def _run(tenant: str, work: Callable[[TenantSession], Awaitable[Answer]]) -> Answer:
    return _with_database(lambda database: database.transact(tenant, work))


def _with_database(work: Callable[[Database], Awaitable[Answer]]) -> Answer:
    async def run() -> Answer:
        database = _database()
        try:
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except WaystationError as error:
        raise complain(error) from None


def _parted(who: str) -> tuple[str, str]:
    by, _, value = who.partition(":")
    if not value:
        raise complain(Refused("bad_request", "say whom as phone:138…", "请用 phone:138… 的形式指明"))
    return by, value


def _say(found: Found) -> None:
    typer.echo(f"people {len(found.people)}, cases {len(found.cases)}, in data of others {len(found.others)}")
    for person in found.people:
        typer.echo(f"  person:{person}")
    for case in sorted(found.cases):
        typer.echo(f"  case:{case}")
