"""Proofs take minutes: they run by `make prove`, not with the tests.

With `PROVE_WRITE=1`, as `make prove` has it, each that passes as a whole is written into docs/proofs.json and
docs/reliability.md.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.support import proofs
from tests.support.databases import database, prepared  # noqa: F401 - fixtures
from tests.support.house import house, temporal  # noqa: F401 - fixtures


@pytest.fixture
def database_kind() -> str:
    """Proofs that need one database take SQLite."""
    return "sqlite"


class _Run:
    """The proofs of this run, by their files."""

    def __init__(self) -> None:
        self.reports: defaultdict[str, list[pytest.TestReport]] = defaultdict(list)
        self.left_out: set[str] = set()

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.left_out.update(item.path.name for item in items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.reports[Path(report.location[0]).name].append(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        named = {Path(given.partition("::")[0]).name for given in session.config.args if "::" in given}
        done = {name: _proof(found) for name, found in self.reports.items() if all(one.passed for one in found)}
        whole = {name: proof for name, proof in done.items() if name not in self.left_out | named}
        if whole:
            proofs.keep(whole)


def _proof(reports: list[pytest.TestReport]) -> proofs.Proof:
    calls = [report for report in reports if report.when == "call"]
    told = [line for report in calls for line in proofs.told_in(report.capstdout)]
    seconds = round(sum(report.duration for report in reports))
    share = float(os.environ.get("PROVE_SHARE", "1"))
    return proofs.Proof(proofs.commit(), proofs.today(), seconds, len(calls), share, told)


def pytest_configure(config: Any) -> None:
    if os.environ.get("PROVE_WRITE") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Run())
