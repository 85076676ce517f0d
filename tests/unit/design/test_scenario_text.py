"""Scenarios of a design as text: what is added runs as it was simulated, what was there as before."""

from __future__ import annotations

from pathlib import Path

from waystation.design import scenario_text

LEAVE = Path(scenario_text.__file__).parent / "templates" / "leave.scenarios.yaml"


def test_what_a_file_shares_is_not_laid_upon_what_was_simulated_without_it() -> None:
    """A trial with the tenant's people saved beside scenarios that bring their own: each keeps its own world."""
    before = scenario_text.rows_of(scenario_text.read(LEAVE.read_text("utf-8")).tree)
    text = scenario_text.added(LEAVE.read_text("utf-8"), "leave", {"scenario": "mine", "steps": [{"advance": "1d"}]})
    tree = scenario_text.read(text).tree
    *others, mine = scenario_text.rows_of(tree)
    assert "people" not in tree
    assert "people" not in mine
    assert [{**row, "people": None} for row in others] == [{**row, "people": None} for row in before]
    assert all(set(row["people"]) == {"amy", "bob", "carol"} for row in others)


def test_a_file_stays_as_written_where_nothing_is_shared_against_it() -> None:
    """A trial that brings its own people only adds itself."""
    row = {"scenario": "mine", "people": {"amy": []}, "steps": [{"advance": "1d"}]}
    text = scenario_text.added(LEAVE.read_text("utf-8"), "leave", row)
    assert text.startswith(LEAVE.read_text("utf-8").rstrip())
