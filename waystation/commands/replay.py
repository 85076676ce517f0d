"""`waystation replay`: the last finished cases of a tenant, played again on a process file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waystation.commands.up import complain
from waystation.contracts.errors import WaystationError

if TYPE_CHECKING:
    from waystation.design.replay_runs import Replays

File = Annotated[Path, typer.Argument(help="A process file. 流程文件。", exists=True, dir_okay=False)]


def register(app: typer.Typer) -> None:
    app.command("replay")(replay)


def replay(
    file: File,
    last: Annotated[int, typer.Option(min=1, max=100_000, help="So many finished cases. 最近结束的实例数。")] = 100,
    tenant: Annotated[str, typer.Option(help="Whose cases. 哪个租户。")] = "demo",
    show: Annotated[int, typer.Option(min=0, help="Cases that are told. 列出的实例数。")] = 20,
) -> None:
    """What the last finished cases would do on a process that is not published yet. 用已结束的实例回放草稿。

    Exit code 1 where a case goes otherwise.
    """
    try:
        found = asyncio.run(_replay(file, last, tenant, show))
    except WaystationError as error:
        raise complain(error) from None
    _say(found)
    raise typer.Exit(int(found.cases != found.same))


def _say(found: Replays) -> None:
    from waystation.design.replay_runs import in_words

    typer.echo(
        f"{found.cases} cases 实例, {found.same} same 相同, {found.changed} changed 改变, {found.stuck} stuck 停住, "
        f"{found.left_out} left out 略过 ({found.seconds:.1f} s)"
    )
    for row in found.items:
        zh, en = in_words(row)
        typer.echo(f"  {row.case} v{row.version} {row.verdict}: {zh} | {en}")


async def _replay(file: Path, last: int, tenant: str, show: int) -> Replays:
    from waystation.bootstrap import build_catalog
    from waystation.compiler import compile_process
    from waystation.compiler.files import Definitions, find_files
    from waystation.design.replay_runs import replay_last
    from waystation.design.trials import World
    from waystation.scenario_files import shipped_definitions
    from waystation.server import open_database
    from waystation.settings import Settings
    from waystation.store import people

    catalog = build_catalog()
    library = Definitions.read(find_files([shipped_definitions()]), closed=False).library
    plan = compile_process(file, catalog, library).ready()
    database = open_database(Settings.read())
    try:
        async with database.read(tenant) as session:
            organisation = await people.organisation(session)
        world = World({plan.process: plan}, catalog, organisation, plan.process)
        return await replay_last(database, tenant, world, plan.process, last, told=show)
    finally:
        await database.close()
