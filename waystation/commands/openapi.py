"""`waystation openapi`: the description of the HTTP API, as in docs/openapi.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("openapi")(openapi)


def openapi(
    to: Annotated[Path | None, typer.Option(help="Write it there instead. 写入文件。", dir_okay=False)] = None,
) -> None:
    """Print the OpenAPI document of the HTTP API. 输出接口描述。"""
    from designer_api.app import description

    text = json.dumps(description(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if to is None:
        typer.echo(text, nl=False)
    else:
        to.write_text(text, encoding="utf-8")
