"""`waystation explain`, `diff` and `schema`: what a process means, how two versions differ, and what may be written."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from waystation.contracts.plan import Plan


class Language(StrEnum):
    EN = "en"
    ZH = "zh"


Spoken = Annotated[Language, typer.Option("--language", "-l", help="Of the words. 语言。")]
File = Annotated[Path, typer.Argument(help="A process file. 流程文件。", exists=True, dir_okay=False)]


class View(StrEnum):
    ALL = "all"
    WORDS = "words"
    MERMAID = "mermaid"
    PLAN = "plan"


def register(app: typer.Typer) -> None:
    app.command("explain")(explain)
    app.command("diff")(diff)
    app.command("schema")(schema)


def explain(
    file: File,
    show: Annotated[View, typer.Option(help="What to show. 显示什么。")] = View.ALL,
    language: Spoken = Language.EN,
) -> None:
    """Say what a process means: its plan in words and as a Mermaid flowchart. 解释流程：文字与流程图。"""
    from waystation.compiler.explain import explain as in_words
    from waystation.compiler.mermaid import mermaid
    from waystation.contracts.plan import canonical_json

    plan = _plan(file, language)
    if show in (View.ALL, View.WORDS):
        typer.echo(in_words(plan, language=language.value))
    if show in (View.ALL, View.MERMAID):
        typer.echo(mermaid(plan, language=language.value), nl=False)
    if show is View.PLAN:
        typer.echo(json.dumps(json.loads(canonical_json(plan)), ensure_ascii=False, indent=2))


def diff(
    before: File,
    after: File,
    language: Spoken = Language.EN,
) -> None:
    """Say in words how two versions of a process differ. 用文字说明两个版本的差别。"""
    from waystation.compiler.diff import as_text

    typer.echo(as_text(_plan(before, language), _plan(after, language), language=language.value), nl=False)


def schema(
    to: Annotated[Path | None, typer.Option(help="Write it there instead. 写入文件。", dir_okay=False)] = None,
) -> None:
    """Print the JSON Schema of the language, as in definitions/schema.json. 输出语言的 JSON Schema。"""
    from waystation.bootstrap import build_catalog
    from waystation.compiler.schema import language_schema

    text = json.dumps(language_schema(build_catalog()), ensure_ascii=False, indent=2) + "\n"
    if to is None:
        typer.echo(text, nl=False)
    else:
        to.write_text(text, encoding="utf-8")


def _plan(file: Path, language: Language) -> Plan:
    """The plan of a process file; its problems and exit code 1 where it has errors."""
    from waystation.bootstrap import build_catalog
    from waystation.compiler.files import Definitions, surroundings
    from waystation.compiler.problem_text import as_text

    around = surroundings([file])
    definitions = Definitions.read([file, *around], closed=bool(around))
    process = definitions.files[0]
    compiled = definitions.compile(process, build_catalog())
    if compiled.plan is None:
        sources = {str(process.path): process.source}
        typer.echo(as_text(compiled.problems, sources, files=1, language=language.value), nl=False, err=True)
        raise typer.Exit(1)
    return compiled.plan
