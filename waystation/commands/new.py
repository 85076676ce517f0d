"""`waystation new`: packages that add building blocks to the product without a fork."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer

_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}\Z")
_TEMPLATE = Path(__file__).parent.parent / "extension_template"


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Begin something new. 新建。", no_args_is_help=True)
    group.command("extension")(extension)
    group.callback()(_new)
    app.add_typer(group, name="new")


def _new() -> None:
    """Begin something new. 新建。"""


def extension(
    name: Annotated[str, typer.Argument(help="Lower case letters, digits and _. 小写字母、数字与下划线。")],
    into: Annotated[Path, typer.Option(help="Folder that it is made in. 所在目录。")] = Path(),
) -> None:
    """Make a package with an action, a node kind, a process that uses them, and tests. 新建扩展包。"""
    if not _NAME.match(name) or keyword.iskeyword(name):
        typer.echo(
            f"{name} is no name for a package: lower case letters, digits and _  名称只能用小写字母、数字与下划线",
            err=True,
        )
        raise typer.Exit(2)
    folder = into / f"waystation-{name}"
    if folder.exists():
        typer.echo(f"{folder} exists already  {folder} 已存在", err=True)
        raise typer.Exit(2)
    for path, text in files(name).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    typer.echo(f"{folder}")
    typer.echo(f"  pip install -e {folder} && pytest {folder}")


def files(name: str) -> dict[Path, str]:
    """The files of a new extension: path -> text."""
    found: dict[Path, str] = {}
    for source in sorted(_TEMPLATE.rglob("*.txt")):
        place = source.relative_to(_TEMPLATE).with_suffix("")
        if place.parts[0] == "package":
            place = Path(f"waystation_{name}", *place.parts[1:])
        found[place] = Template(source.read_text("utf-8")).substitute(name=name)
    return found
