"""`waystation migrate`: move the open cases of a version to another one, in a batch that can be undone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from waystation.commands.cases import Person, Tenant, read_arguments, say

if TYPE_CHECKING:
    from designer_api.auth.policy import Caller
    from designer_api.bulk_schemas import Batch
    from designer_api.deps import Parts

Process = Annotated[str, typer.Argument(help="Process id. 流程。")]
BatchId = Annotated[str, typer.Argument(help="Batch id. 批次编号。")]
From = Annotated[int, typer.Option("--from", min=1, help="Version that they are of. 原版本。")]
To = Annotated[int, typer.Option("--to", min=1, help="Version that they go to. 目标版本。")]
Map = Annotated[list[str] | None, typer.Option("--map", help="old=new, for nodes that are gone. 节点映射。")]
Restart = Annotated[bool, typer.Option("--restart-clocks", help="Deadlines begin again. 重新计时。")]
Pace = Annotated[int, typer.Option(min=1, max=1000, help="Cases in a second. 每秒数量。")]
#: Seconds between looks at a batch.
_LOOK = 0.5


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Move open cases to another version. 迁移进行中的流程。", no_args_is_help=True)
    group.command("plan")(plan)
    group.command("run")(run)
    group.command("undo")(undo)
    group.command("status")(status)
    group.command("stop")(stop)
    app.add_typer(group, name="migrate")


def plan(
    process: Process,
    from_: From,
    to: To,
    mapping: Map = None,
    pace: Pace = 50,
    tenant: Tenant = "demo",
    person: Person = "",
) -> None:
    """Say of every open case what its migration would mean; change nothing. 试运行。"""
    _migrate(process, from_, to, mapping, False, True, pace, tenant, person)


def run(
    process: Process,
    from_: From,
    to: To,
    mapping: Map = None,
    restart_clocks: Restart = False,
    pace: Pace = 50,
    tenant: Tenant = "demo",
    person: Person = "",
) -> None:
    """Move the open cases of a version, and say how each answered. 执行迁移。"""
    _migrate(process, from_, to, mapping, restart_clocks, False, pace, tenant, person)


def undo(batch: BatchId, tenant: Tenant = "demo", person: Person = "") -> None:
    """Move back the cases that a batch has moved, where that is still possible. 撤销迁移。"""

    async def work(held: Parts, caller: Caller) -> Any:
        from designer_api import bulk_steering

        return await _followed(held, caller, await bulk_steering.undo(held, caller, batch, None))

    say(tenant, person, work)


def status(batch: BatchId, tenant: Tenant = "demo", person: Person = "") -> None:
    """Show a batch, and why cases could not be moved. 查看批次。"""

    async def work(held: Parts, caller: Caller) -> Any:
        from designer_api import batches

        return await _told(held, caller, await batches.show(held, caller, batch))

    say(tenant, person, work)


def stop(batch: BatchId, tenant: Tenant = "demo", person: Person = "") -> None:
    """Stop a batch after the cases that it has in hand. 停止批次。"""

    async def work(held: Parts, caller: Caller) -> Any:
        from designer_api import batches

        return (await batches.stop(held, caller, batch)).model_dump(mode="json")

    say(tenant, person, work)


def _migrate(
    process: str,
    from_: int,
    to: int,
    mapping: list[str] | None,
    restart: bool,
    dry_run: bool,
    pace: int,
    tenant: str,
    person: str,
) -> None:
    async def work(held: Parts, caller: Caller) -> Any:
        from designer_api import bulk_steering
        from designer_api.bulk_schemas import MigrationAsked

        asked = MigrationAsked(
            from_=from_,
            to=to,
            map={old: str(new) for old, new in read_arguments(mapping).items()},
            clocks="restart" if restart else "keep",
            dry_run=dry_run,
            per_second=pace,
        )
        return await _followed(held, caller, await bulk_steering.migrate(held, caller, process, asked, None))

    say(tenant, person, work)


async def _followed(held: Parts, caller: Caller, batch: Batch) -> Any:
    """A batch once it is over; how far it is stands on the terminal meanwhile."""
    from designer_api import batches

    while batch.status == "running":
        waiting = batch.progress.get("waiting", 0)
        typer.echo(f"{batch.id}  {batch.total - waiting}/{batch.total}", err=True)
        await asyncio.sleep(_LOOK)
        batch = await batches.show(held, caller, batch.id)
    return await _told(held, caller, batch)


async def _told(held: Parts, caller: Caller, batch: Batch) -> Any:
    from designer_api import batches

    why = await batches.reasons(held, caller, batch.id)
    return {**batch.model_dump(mode="json"), **why.model_dump(mode="json")}
