"""`waystation publish` and `rebuild`: processes into a tenant, and projections against their journal."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waystation.commands.up import complain
from waystation.contracts.errors import WaystationError

if TYPE_CHECKING:
    from waystation.store.rebuild import Report

Tenant = Annotated[str, typer.Option(help="Tenant. 租户。")]


def register(app: typer.Typer) -> None:
    app.command("publish")(publish)
    app.command("rebuild")(rebuild)


def publish(
    files: Annotated[list[Path], typer.Argument(help="Process files. 流程文件。", exists=True)], tenant: Tenant = "demo"
) -> None:
    """Publish processes; new cases get them at once. One that has not changed keeps its version. 发布流程。"""
    from waystation.compiler.files import Definitions, find_files, surroundings
    from waystation.compiler.problem_text import as_text
    from waystation.contracts.errors import DefinitionInvalid

    read = Definitions.read((*find_files(files), *surroundings(files)))
    wanted = set(find_files(files))
    processes = [file for file in read.files if file.path in wanted and file.kind == "process"]
    if not processes:
        typer.echo("there is no process among these files  这些文件中没有流程", err=True)
        raise typer.Exit(1)
    try:
        for line in asyncio.run(_publish(read, [str(file.path) for file in processes], tenant)):
            typer.echo(line)
    except DefinitionInvalid as invalid:
        sources = {str(file.path): file.source for file in read.files}
        typer.echo(as_text(list(invalid.problems), sources, files=1, language="en"), nl=False, err=True)
        raise typer.Exit(1) from None
    except WaystationError as error:
        raise complain(error) from None


async def _publish(read: object, paths: list[str], tenant: str) -> list[str]:
    from waystation.bootstrap import build_catalog
    from waystation.compiler.files import Definitions
    from waystation.provision import publish_process
    from waystation.server import open_database
    from waystation.settings import Settings

    assert isinstance(read, Definitions)
    catalog = build_catalog()
    database = open_database(Settings.read())
    try:
        return [
            await publish_process(database, tenant, file, read.library, catalog)
            for file in read.files
            if str(file.path) in paths
        ]
    finally:
        await database.close()


def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Only report. 仅检查。")] = False,
    tenant: Annotated[str | None, typer.Option(help="Default: all. 默认全部租户。")] = None,
) -> None:
    """Compare what is shown of cases with their journal, and put right what differs. 按日志核对并重建。"""
    try:
        reports = asyncio.run(_rebuild(check, tenant))
    except WaystationError as error:
        raise complain(error) from None
    wrong = 0
    for name, report in reports.items():
        wrong += len(report.differences) + len(report.unknown)
        typer.echo(f"{name}: {report.cases} cases, {report.entries} entries, {len(report.differences)} differences")
        for found in report.differences[:50]:
            typer.echo(f"  {found.table} {found.case_id} {found.column}: {found.stored!r} -> {found.expected!r}")
        for case, key in report.unknown[:50]:
            typer.echo(f"  {case}: 日志中没有的动作效果 an effect that the journal does not know: {key}")
    if check and wrong:
        raise typer.Exit(1)


async def _rebuild(check: bool, tenant: str | None) -> dict[str, Report]:
    from waystation.server import open_database
    from waystation.settings import Settings
    from waystation.store import tenants
    from waystation.store.rebuild import rebuild as put_right
    from waystation.store.session import EVERY_TENANT

    database = open_database(Settings.read())
    try:
        async with database.read(EVERY_TENANT) as session:
            known = [row.tenant for row in await tenants.all_tenants(session)]
        return {name: await put_right(database, name, check=check) for name in known if tenant in (None, name)}
    finally:
        await database.close()
