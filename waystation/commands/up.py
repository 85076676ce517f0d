"""`waystation up` and `waystation api`: the whole product on one machine, and the API alone."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from waystation.contracts.errors import WaystationError


def register(app: typer.Typer) -> None:
    app.command("up")(up)
    app.command("api")(api)


def up(
    demo: Annotated[bool, typer.Option(help="Load the tenant demo. 载入演示租户。")] = True,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes. 工作进程数。")] = 1,
) -> None:
    """Start Temporal, database, worker and API; print one address. 启动全部服务。"""
    from waystation.settings import Settings

    try:
        settings = Settings.read()  # before what takes seconds to load: what is misspelt is told at once
        from waystation.post import check_settings
        from waystation.supervisor import Supervisor

        check_settings(settings)
        code = asyncio.run(Supervisor(settings, demo, workers).run())
    except WaystationError as error:
        raise complain(error) from None
    raise typer.Exit(code)


def api() -> None:
    """Serve the API alone; Temporal and the database run already. 仅启动接口服务。"""
    from waystation.server import serve
    from waystation.settings import Settings

    try:
        asyncio.run(serve(Settings.read()))
    except WaystationError as error:
        raise complain(error) from None


def complain(error: WaystationError) -> typer.Exit:
    """One line in each language, and exit code 2."""
    typer.echo(error.zh, err=True)
    if error.en != error.zh:
        typer.echo(error.en, err=True)
    return typer.Exit(2)
