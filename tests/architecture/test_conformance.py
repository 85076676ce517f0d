"""The tables of patterns and approval rules cannot lose a row unnoticed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools.conformance.__main__ import drift
from tools.conformance.index import Incomplete, patterns, rules

ROOT = Path(__file__).parent.parent.parent
PATTERNS, APPROVALS = "tests/patterns/index.toml", "tests/approvals/index.toml"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What the index needs, to be spoilt."""
    for folder in ("tests/patterns", "tests/approvals"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    names = (each.partition("::")[0] for rule in rules(ROOT) for each in rule.tests)
    also = (pattern.also.partition("::")[0] for pattern in patterns(ROOT) if pattern.also)
    pages = ("docs/approvals.md", "docs/conformance.json", "docs/patterns.md", "docs/approval-rules.md")
    for name in {*names, *also, *pages}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_every_pattern_and_rule_is_shown() -> None:
    """86 patterns, each with a file; every row of the approval tables has rules, each with something that shows it."""
    assert len(patterns(ROOT)) == 86
    assert all(rule.scenarios or rule.tests for rule in rules(ROOT))


def test_a_missing_row_is_found(tree: Path) -> None:
    spoil(tree / PATTERNS, '28 = ["Blocking', '# 28 = ["Blocking')
    with pytest.raises(Incomplete, match=r"control: the index must number 1 to 43"):
        patterns(tree)


def test_a_missing_file_is_found(tree: Path) -> None:
    (tree / "tests/patterns/resource_07_retain_familiar.yaml").unlink()
    with pytest.raises(Incomplete, match=r"resource 7: needs exactly one file"):
        patterns(tree)


def test_a_verb_without_rules_is_found(tree: Path) -> None:
    spoil(tree / APPROVALS, '["催办 `urge`"]', '["催办"]')
    with pytest.raises(Incomplete, match="催办 `urge`: has no rule"):
        rules(tree)


def test_a_test_that_is_gone_is_found(tree: Path) -> None:
    spoil(tree / APPROVALS, "::test_a_handover", "::test_no_handover")
    with pytest.raises(Incomplete, match="there is no such test"):
        rules(tree)


def test_a_changed_scenario_is_found_without_a_server(tree: Path) -> None:
    """Its results are of another text."""
    assert drift(tree, patterns(tree), rules(tree)) == []
    spoil(tree / "tests/patterns/control_01_sequence.yaml", "data.x + 1", "data.x + 2")
    assert [fault.partition(":")[0] for fault in drift(tree, patterns(tree), rules(tree))] == [
        "tests/patterns/control_01_sequence.yaml"
    ]


def test_a_page_changed_by_hand_is_found(tree: Path) -> None:
    spoil(tree / "docs/patterns.md", "✓ 1", "✓ 2")
    assert [fault.partition(":")[0] for fault in drift(tree, patterns(tree), rules(tree))] == ["docs/patterns.md"]


def test_a_scenario_that_is_not_there_is_found(tree: Path) -> None:
    spoil(tree / APPROVALS, "any.yaml: the first answer decides", "any.yaml: the second answer decides")
    assert any("has no scenario" in fault for fault in drift(tree, patterns(tree), rules(tree)))
