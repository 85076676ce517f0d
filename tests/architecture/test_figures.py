"""What was measured and proved stands in the documents, with commit and date, and nothing is missing there."""

from __future__ import annotations

import re

from bench import table
from bench.__main__ import BENCHES
from tests.support import proofs

_COMMIT = re.compile(r"[0-9a-f]{7,}\+?")
PROOFS = {path.name for path in (proofs.ROOT / "tests" / "prove").glob("test_*.py")} | {"bench.chaos"}


def test_every_proof_has_a_row_and_has_passed_once() -> None:
    """A proof without a row is not known to anybody; one that never passed proves nothing."""
    rows = proofs.rows(proofs.PAGE.read_text("utf-8"))
    assert sorted(rows) == sorted(PROOFS)
    assert set(proofs.kept()) == PROOFS


def test_the_table_of_proofs_shows_what_is_kept() -> None:
    """Nobody writes into the last column by hand."""
    page = proofs.PAGE.read_text("utf-8")
    assert proofs.shown(page, proofs.kept()) == page
    assert [proof for proof in proofs.kept().values() if not _COMMIT.fullmatch(proof.commit)] == []


def test_every_benchmark_has_rows() -> None:
    """Each has been measured, and the table shows it."""
    page, rows = table.PAGE.read_text("utf-8"), table.kept()
    assert set(rows) == set(BENCHES)
    assert all(rows.values())
    assert table.shown(page, rows) == page
    assert [row for some in rows.values() for row in some if not _COMMIT.fullmatch(row["commit"])] == []
