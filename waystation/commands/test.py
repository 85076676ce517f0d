"""`waystation test`: every scenario under a path, in memory or on a Temporal server."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from waystation.scenario_report import Report


def register(app: typer.Typer) -> None:
    app.command("test")(test)


def test(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders. 文件与目录。")] = None,
    real: Annotated[
        bool, typer.Option("--real", help="On a Temporal server with skipped time. 在真实 Temporal 上运行。")
    ] = False,
    coverage: Annotated[
        bool,
        typer.Option(
            "--coverage", help="Also say which nodes and edges were covered, not only which were not. 列出全部覆盖。"
        ),
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON. 输出 JSON。")] = False,
) -> None:
    """Run scenarios: tests written by the author of a process. 运行场景测试。"""
    where = paths or [Path("definitions")]
    missing = [path for path in where if not path.exists()]
    for path in missing:
        typer.echo(f"{path}: no such file or folder 没有这个文件或目录", err=True)
    report = asyncio.run(_run([path for path in where if path.exists()], real))
    typer.echo(report.as_json() if json_ else report.as_text(coverage=coverage), nl=False)
    if missing or not report.passed:
        raise typer.Exit(1)


def log_apart() -> None:
    """Standard output is the report, so what is logged goes to standard error."""
    import structlog

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    logging.getLogger("temporalio").setLevel(logging.CRITICAL)  # failing actions are part of many scenarios


async def _run(paths: list[Path], real: bool) -> Report:
    from waystation.bootstrap import build_catalog
    from waystation.scenario_files import prepare
    from waystation.scenario_report import Report
    from waystation.scenario_run import MemoryRuns, Runs

    catalog = build_catalog()
    runs: Runs
    if real:
        from waystation.scenario_temporal import TemporalRuns

        log_apart()
        runs = TemporalRuns(catalog)
    else:
        runs = MemoryRuns(catalog)
    report = Report()
    async with runs:
        await report.add_all(prepare(paths, catalog), runs)
    return report
