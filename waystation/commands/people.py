"""`waystation people`: users of a tenant, from the command line."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from waystation.commands.up import complain
from waystation.contracts.errors import Refused, WaystationError


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Users of a tenant. 租户的用户。", no_args_is_help=True)
    group.command("password")(password)
    app.add_typer(group, name="people")


def password(
    user: Annotated[str, typer.Argument(help="Person id. 人员编号。")],
    tenant: Annotated[str, typer.Option(help="Tenant. 租户。")] = "demo",
) -> None:
    """Give somebody a new random password and print it; his sessions end. 重置密码并显示。"""
    try:
        typer.echo(asyncio.run(_reset(tenant, user)))
    except WaystationError as error:
        raise complain(error) from None


async def _reset(tenant: str, user: str) -> str:
    from waystation.provision import reset_password
    from waystation.server import database_url
    from waystation.settings import Settings
    from waystation.store import people
    from waystation.store.session import Database

    database = Database(database_url(Settings.read()))
    try:
        async with database.read(tenant) as session:
            if user not in (await people.organisation(session)).people:
                raise Refused("not_found", f"tenant {tenant} has no person {user}", f"租户 {tenant} 没有人员 {user}")
        return await reset_password(database, tenant, user)
    finally:
        await database.close()
