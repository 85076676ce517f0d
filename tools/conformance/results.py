"""Running the scenarios that show something, in memory and on a Temporal server; keeping how it went.

The outcome is kept with the hash of each file, so that a scenario that was changed since is noticed without a server.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath

from waystation.bootstrap import build_catalog
from waystation.scenario_files import prepare
from waystation.scenario_report import Report
from waystation.scenario_run import MemoryRuns, Runs
from waystation.scenario_temporal import TemporalRuns

RESULTS = "docs/conformance.json"


@dataclass(frozen=True, slots=True)
class FileResult:
    """Of one file: its hash, and for each scenario by name whether it held in memory and on Temporal."""

    sha256: str
    scenarios: dict[str, tuple[bool, bool]]


@dataclass(frozen=True, slots=True)
class Results:
    """Of one run of everything. `day` is UTC; `commit` is what the tree stood on."""

    day: str
    commit: str
    files: dict[str, FileResult]


async def run_all(root: Path, files: Iterable[str], commit: str) -> Results:
    """Run every scenario of some files, first in memory, then on a server of its own."""
    catalog = build_catalog()
    paths = [root / file for file in dict.fromkeys(files)]
    memory = await _run(root, paths, MemoryRuns(catalog))
    temporal = await _run(root, paths, TemporalRuns(catalog))
    found = {
        path.relative_to(root).as_posix(): FileResult(
            digest(path), {name: (held, temporal.get((rel, name), False)) for (rel, name), held in _of(memory, rel)}
        )
        for path in paths
        for rel in [path.relative_to(root).as_posix()]
    }
    return Results(datetime.now(UTC).strftime("%Y-%m-%d"), commit, found)


def head(root: Path) -> str:
    """The commit that the tree stands on, in short."""
    told = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, check=True)
    return told.stdout.strip()


async def _run(root: Path, paths: list[Path], runs: Runs) -> dict[tuple[str, str], bool]:
    report = Report()
    async with runs:
        await report.add_all(prepare(paths, build_catalog()), runs)
    for broken in report.broken:
        print(broken.report)
    for row in report.rows:
        if not row.passed:
            print(f"{row.file}: {row.name}: {row.failures}")
    held: dict[tuple[str, str], bool] = {}
    for row in report.rows:
        key = (PurePath(row.file).relative_to(root).as_posix(), row.name)
        held[key] = held.get(key, True) and row.passed
    return held


def _of(held: dict[tuple[str, str], bool], file: str) -> list[tuple[tuple[str, str], bool]]:
    return [(key, passed) for key, passed in held.items() if key[0] == file]


def digest(path: Path) -> str:
    """Hex SHA-256 of a file as it lies there."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(root: Path) -> Results:
    """The outcome of the last run."""
    found = json.loads((root / RESULTS).read_text("utf-8"))
    files = {
        file: FileResult(each["sha256"], {name: (held[0], held[1]) for name, held in each["scenarios"].items()})
        for file, each in found["files"].items()
    }
    return Results(found["day"], found["commit"], files)


def write(root: Path, results: Results) -> None:
    text = json.dumps(asdict(results), ensure_ascii=False, indent=1)
    (root / RESULTS).write_text(text + "\n", "utf-8")
