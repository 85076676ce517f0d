"""`waystation worker`: worker processes, one per core unless told otherwise."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import typer

from waystation.commands.up import complain
from waystation.contracts.errors import WaystationError


def register(app: typer.Typer) -> None:
    app.command("worker")(worker)


def worker(
    processes: Annotated[int | None, typer.Option(min=1, max=256, help="Default: one per core. 进程数。")] = None,
    name: Annotated[str, typer.Option(help="Tells it from others. 名称。")] = "worker",
    health_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Health and metrics; of the next processes, the ports after. 健康端口。"),
    ] = None,
    health_host: Annotated[
        str, typer.Option(help="Address of the health ports; metrics then need WAYSTATION_METRICS_KEY. 健康检查地址。")
    ] = "127.0.0.1",
) -> None:
    """Work cases until asked to stop; actions that run may end first. 执行流程。"""
    from waystation.settings import Settings

    number = processes or os.cpu_count() or 1
    try:
        settings = Settings.read()
        if number == 1:
            from worker import run_worker

            asyncio.run(run_worker(settings, name=name, health_port=health_port, health_host=health_host))
        else:
            from waystation.supervisor import keep_workers

            asyncio.run(keep_workers(settings, number, name, health_port, health_host))
    except WaystationError as error:
        raise complain(error) from None
