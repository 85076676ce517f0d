"""The lock file belongs to pyproject.toml, and a forgotten `make lock` is noticed without a network."""

from __future__ import annotations

from tools.lock import MARK, drift, inputs_hash

PROJECT = """
[project]
requires-python = ">=3.11"
dependencies = ["a>=1", "b"]
[project.optional-dependencies]
test = ["c"]
"""


def test_layout_and_other_sections_do_not_matter() -> None:
    """Only what decides an installation counts."""
    other = PROJECT.replace('"a>=1", "b"', '"b",\n "a>=1"') + "[tool.ruff]\nline-length = 1\n"
    assert inputs_hash(other) == inputs_hash(PROJECT)


def test_a_changed_dependency_is_drift() -> None:
    """Every dependency, extra and Python version is part of the inputs."""
    lock = f"{MARK}{inputs_hash(PROJECT)}\na==1\n"
    assert drift(PROJECT, lock) == ""
    for changed in (
        PROJECT.replace("a>=1", "a>=2"),
        PROJECT.replace('"c"', '"c", "d"'),
        PROJECT.replace("3.11", "3.12"),
    ):
        assert "make lock" in drift(changed, lock)


def test_a_lock_without_a_mark_or_with_an_index_is_refused() -> None:
    """A lock made by hand, or one that says where packages come from, is not ours."""
    assert "make lock" in drift(PROJECT, "a==1\n")
    assert "index" in drift(PROJECT, f"{MARK}{inputs_hash(PROJECT)}\n--index-url https://example.com\n")
