"""`waystation people`: users of a tenant, and the contact lists that its people come from, from the command line."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from waystation.commands.up import complain
from waystation.contracts.errors import Refused, WaystationError

if TYPE_CHECKING:
    from waystation.gateway.people_pull import Pulled


class Source(StrEnum):
    """Whose contact list."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Users of a tenant. 租户的用户。", no_args_is_help=True)
    group.command("password")(password)
    group.command("pull")(pull)
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
    from waystation.server import open_database
    from waystation.settings import Settings
    from waystation.store import people

    database = open_database(Settings.read())
    try:
        async with database.read(tenant) as session:
            if user not in (await people.organisation(session)).people:
                raise Refused("not_found", f"tenant {tenant} has no person {user}", f"租户 {tenant} 没有人员 {user}")
        return await reset_password(database, tenant, user)
    finally:
        await database.close()


def pull(
    source: Annotated[Source, typer.Argument(help="Whose contact list. 通讯录来源。")],
    tenant: Annotated[str, typer.Option(help="Tenant. 租户。")] = "demo",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change. 仅显示变更。")] = False,
    force: Annotated[bool, typer.Option("--force", help="Even if very many leave. 允许大量离职。")] = False,
) -> None:
    """Bring people and departments to what WeCom or DingTalk says; who is not there any more has left. 同步通讯录。"""
    try:
        report = asyncio.run(_pull(source, tenant, dry_run=dry_run, force=force))
    except WaystationError as error:
        raise complain(error) from None
    for line in _told(report, dry_run=dry_run):
        typer.echo(line)


async def _pull(source: Source, tenant: str, *, dry_run: bool, force: bool) -> Pulled:
    import httpx

    from waystation.gateway.contact_pulls import directory_of
    from waystation.gateway.people_pull import pull as bring
    from waystation.server import open_database
    from waystation.settings import Settings

    settings = Settings.read()
    database = open_database(settings)
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            directory = directory_of(source.value, settings, http)
            return await bring(database, tenant, directory, dry_run=dry_run, force=force)
    finally:
        await database.close()


def _told(report: Pulled, *, dry_run: bool) -> list[str]:
    """What happened, a line each."""
    lines = [f"+ {person}" for person in report.added]
    lines += [f"~ {person}: {', '.join(fields)}" for person, fields in report.changed.items()]
    lines += [f"- {person}" for person in report.left]
    lines += [f"! {member}: {why}" for member, why in report.skipped.items()]
    counts = (
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.left)} left, "
        f"{report.unchanged} unchanged, {len(report.groups)} departments, {len(report.skipped)} skipped"
    )
    lines.append(f"{'would be: ' if dry_run else ''}{counts}")
    return lines
