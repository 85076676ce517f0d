"""Compiling one process: from its text to a plan, with every problem on the way."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath

from waystation.compiler import checks
from waystation.compiler.findings import Check, Unit
from waystation.compiler.library import Library
from waystation.compiler.process import lower_process
from waystation.compiler.reporting import Report, value_at
from waystation.compiler.source import Source, read_source
from waystation.contracts.catalog import Catalog
from waystation.contracts.errors import DefinitionInvalid
from waystation.contracts.plan import Plan
from waystation.contracts.problems import Path, Problem, has_errors


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled process. `plan` is None exactly when `problems` has an error; `unit` is what the checks looked at."""

    plan: Plan | None
    problems: tuple[Problem, ...]
    unit: Unit | None = None

    def ready(self) -> Plan:
        """The plan.

        Raises:
            DefinitionInvalid: there are errors.
        """
        if self.plan is None:
            raise DefinitionInvalid(self.problems)
        return self.plan


def compile_process(
    source: Source | str | bytes | FilePath,
    catalog: Catalog,
    library: Library | None = None,
    *,
    file: str = "",
    at: Path = (),
) -> Compiled:
    """Compile a process.

    Args:
        source: text, bytes, a file to read, or an already read source.
        file: how problems name it; default: the path of a file.
        at: where in the source the process stands, such as `("processes", 0)` of a scenario file.
    """
    read = _read(source, file)
    report = Report(read, at)
    tree = value_at(read.tree, at)
    lowered = None
    if isinstance(tree, dict):
        lowered = lower_process(tree, report, catalog, library or Library())
    elif tree is not None or not read.flaws:
        report.add("bad_type", (), expected="process")
    if lowered is not None and lowered.whole:
        for check in (*_checks(), *catalog.checks):
            report.extend(check(lowered.unit))
    problems = report.problems()
    unit = lowered.unit if lowered is not None else None
    plan = unit.plan if unit is not None and not has_errors(problems) else None
    return Compiled(plan, problems, unit)


def _read(source: Source | str | bytes | FilePath, file: str) -> Source:
    if isinstance(source, Source):
        return source
    if isinstance(source, FilePath):
        return read_source(source.read_bytes(), file=file or str(source))
    return read_source(source, file=file)


@cache
def _checks() -> tuple[Check, ...]:
    """The compile checks, in name order of their modules."""
    names = sorted(info.name for info in pkgutil.iter_modules(checks.__path__) if not info.name.startswith("_"))
    return tuple(importlib.import_module(f"{checks.__name__}.{name}").check for name in names)
