"""`waystation upgrade`: the tables of the store as this version needs them, and a first tenant."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from waystation.commands.up import complain
from waystation.contracts.errors import Refused, WaystationError

if TYPE_CHECKING:
    from waystation.settings import Settings


def register(app: typer.Typer) -> None:
    app.command("upgrade")(upgrade)


def upgrade(
    tenant: Annotated[str | None, typer.Option(help="Make this tenant, where it is not there. 新建租户。")] = None,
    admin: Annotated[str, typer.Option(help="Its administrator. 管理员账号。")] = "admin",
    demo: Annotated[
        bool, typer.Option("--demo", help="Load the tenant demo; on loopback only. 载入演示租户。")
    ] = False,
) -> None:
    """Bring the store's tables up to this version; once, before API and workers start. 升级数据库结构。"""
    from waystation.settings import Settings

    try:
        for line in asyncio.run(_upgrade(Settings.read(), tenant, admin, demo=demo)):
            typer.echo(line)
    except WaystationError as error:
        raise complain(error) from None


async def _upgrade(settings: Settings, tenant: str | None, admin: str, *, demo: bool) -> list[str]:
    from waystation.bootstrap import build_catalog
    from waystation.provision import provision_demo, provision_tenant
    from waystation.server import database_url, open_database
    from waystation.store import migrate

    if demo and not settings.loopback:
        raise Refused("demo_not_local", "demo people are for this machine only", "演示账号只能用于本机")
    await migrate.upgrade(database_url(settings))
    said = ["the store is up to date  数据库结构已是最新"]
    database = open_database(settings)
    try:
        if tenant is not None:
            password = await provision_tenant(database, tenant, admin)
            said.append(
                f"{tenant} {admin} {password}  (shown once 仅显示一次)"
                if password
                else f"{tenant} is there  租户已存在"
            )
        if demo:
            made = await provision_demo(database, build_catalog())
            said += [f"demo {person} {password}" for person, password in made.passwords.items()]
    finally:
        await database.close()
    return said
