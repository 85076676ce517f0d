"""`waystation audit`: is what happened still what is written?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from waystation.commands.up import complain
from waystation.contracts.errors import WaystationError

if TYPE_CHECKING:
    from waystation.store.chain_check import Checked

#: Breaks that are listed for a tenant.
_MOST = 20
_WHY = {"changed": "被更改 changed", "missing": "缺失 missing", "unexpected": "多余 unexpected"}


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The audit log. 审计日志。", no_args_is_help=True)
    group.callback()(_audit)
    group.command("verify")(verify)
    app.add_typer(group, name="audit")


def _audit() -> None:
    """The audit log. 审计日志。"""


def verify(
    tenant: Annotated[str | None, typer.Option(help="Only this tenant. 仅此租户。")] = None,
    expect: Annotated[
        str | None, typer.Option(help="A head noted earlier that must still be there. 此前记录的链头，必须仍在。")
    ] = None,
) -> None:
    """Check the hash chains of journals and audit logs; exit code 1 where one is broken. 校验哈希链。"""
    try:
        found = asyncio.run(_check(tenant, expect))
    except WaystationError as error:
        raise complain(error) from None
    for name, checked in found.items():
        _say(name, checked)
    raise typer.Exit(int(any(checked.breaks for checked in found.values())))


def _say(tenant: str, checked: Checked) -> None:
    state = f"{len(checked.breaks)} broken 处断裂" if checked.breaks else "intact 完整"
    typer.echo(
        f"{tenant}: {state}; audit {checked.records}, cases {checked.cases}, entries {checked.entries}; "
        f"head {checked.head}"
    )
    for found in checked.breaks[:_MOST]:
        typer.echo(f"  {found.chain} {found.seq}: {_WHY[found.why]}")


async def _check(tenant: str | None, expect: str | None) -> dict[str, Checked]:
    from waystation.server import open_database
    from waystation.settings import Settings
    from waystation.store import tenants
    from waystation.store.chain_check import check
    from waystation.store.session import EVERY_TENANT

    database = open_database(Settings.read())
    try:
        async with database.read(EVERY_TENANT) as session:
            names = [row.tenant for row in await tenants.all_tenants(session)]
        wanted = [tenant] if tenant is not None else names
        return {name: await check(database, name, expect) for name in wanted}
    finally:
        await database.close()
