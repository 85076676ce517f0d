"""`waystation check`: everything wrong with definitions, as text for people, or as JSON or SARIF for programs."""

from __future__ import annotations

import gc
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class Language(StrEnum):
    EN = "en"
    ZH = "zh"


def register(app: typer.Typer) -> None:
    app.command("check")(check)


def check(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders. 文件与目录。")],
    format_: Annotated[Format, typer.Option("--format", help="How to say it. 输出格式。")] = Format.TEXT,
    json_: Annotated[bool, typer.Option("--json", help="The same as --format json. 输出 JSON。")] = False,
    language: Annotated[Language, typer.Option("--language", "-l", help="Of the sentences. 语言。")] = Language.EN,
) -> None:
    """Check processes, forms, tables, calendars and scenarios. 检查流程、表单、决策表、日历与场景。"""
    from waystation.bootstrap import build_catalog
    from waystation.compiler.files import Definitions, find_files, surroundings
    from waystation.compiler.problem_text import as_json, as_sarif, as_text
    from waystation.contracts.problems import has_errors
    from waystation.definition_checks import file_problems

    wanted = find_files(paths)
    missing = [path for path in paths if not path.exists()]
    for path in missing:
        typer.echo(f"{path}: no such file or folder 没有这个文件或目录", err=True)
    around = surroundings(paths)
    closed = bool(around) or any(path.is_dir() for path in paths)
    definitions = Definitions.read((path for path in (*wanted, *around) if path.exists()), closed=closed)
    asked = set(wanted)
    files = [file for file in definitions.files if file.path in asked]
    catalog = build_catalog()
    gc.freeze()  # what is loaded stays: looking through it for garbage again and again takes longer than checking
    problems = [
        problem
        for file in files
        for problem in (*definitions.problems(file, catalog), *file_problems(file, definitions))
    ]
    if json_ or format_ is Format.JSON:
        typer.echo(as_json(problems))
    elif format_ is Format.SARIF:
        typer.echo(as_sarif(problems))
    else:
        sources = {str(file.path): file.source for file in files}
        typer.echo(as_text(problems, sources, files=len(files), language=language.value), nl=False)
    if missing or all(file.is_stranger for file in files) or has_errors(problems):
        raise typer.Exit(1)
