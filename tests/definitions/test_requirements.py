"""docs/requirements.md names only what exists, and every row that it has to name."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "requirements.md").read_text("utf-8")
ROWS = {"ORD": 37, "INV": 12, "TKT": 20, "FLD": 10}
ROW = re.compile(r"^\| ((?:ORD|INV|TKT|FLD)-\d\d) \| ([^|]*)\|([^|]*)\|([^|]*)\|$", re.MULTILINE)
PROOF = re.compile(r"`([\w.]+\.(?:scenarios\.yaml|py)): ([^`]+)`")
STATES = ("done", "partly", "later")


@cache
def names_in(file: str) -> frozenset[str]:
    """The scenarios of a file of definitions/, or the tests of a test module, wherever it stands."""
    if file.endswith(".yaml"):
        tree = yaml.safe_load((ROOT / "definitions" / file).read_text("utf-8"))
        return frozenset(each["scenario"] for each in tree["scenarios"])
    modules = list((ROOT / "tests").rglob(file))
    assert len(modules) == 1, f"{file}: {modules}"
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)", modules[0].read_text("utf-8"), re.MULTILINE))


def test_every_row_stands_there_once() -> None:
    """Rows of orders, inventory, tickets and visits, in order and without a gap."""
    wanted = [f"{family}-{number:02}" for family, count in ROWS.items() for number in range(1, count + 1)]
    assert [row[0] for row in ROW.findall(TEXT)] == wanted


@pytest.mark.parametrize(
    ("row", "state", "proofs"), [(row, state, shown) for row, state, _, shown in ROW.findall(TEXT)]
)
def test_a_row_is_shown_by_what_exists(row: str, state: str, proofs: str) -> None:
    """What is done or partly done names at least one scenario or test; what comes later names none."""
    assert state.startswith(STATES), row
    named = PROOF.findall(proofs)
    assert bool(named) != state.startswith("later"), row
    assert [(file, name) for file, name in named if name not in names_in(file)] == []


def test_nothing_is_quoted_that_is_not_a_proof() -> None:
    """A misspelt quotation in the last column would otherwise go unnoticed."""
    quoted = [text for *_, shown in ROW.findall(TEXT) for text in re.findall(r"`([^`]+)`", shown)]
    assert [text for text in quoted if not PROOF.fullmatch(f"`{text}`")] == []


def test_every_process_is_named() -> None:
    """A shipped process that no row names is not asked for by anybody, or forgotten here."""
    processes = {path.name.removesuffix(".scenarios.yaml") for path in (ROOT / "definitions").glob("*.scenarios.yaml")}
    assert sorted(name for name in processes if not re.search(rf"\b{name}\b", TEXT)) == []
