"""The table of codes: every sentence reads in both languages, every word it needs is there."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import waystation.compiler
import workflows.nodes
from tests.support.compiling import compiled
from waystation.compiler.check_sentences import CHECK_SENTENCES
from waystation.compiler.messages import codes, problem_of, severity_of
from waystation.compiler.sentences import EXPECTED, SENTENCES
from waystation.contracts.problems import Place, Severity

ALL = {**SENTENCES, **CHECK_SENTENCES}
SOURCES = "\n".join(
    path.read_text("utf-8")
    for package in (waystation.compiler, workflows.nodes)
    for folder in package.__path__
    for path in sorted(Path(folder).rglob("*.py"))
)
CHINESE = re.compile("[\u4e00-\u9fff]")


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", ALL)
def test_a_sentence_says_the_same_in_both_languages(key: str) -> None:
    """It names the same things; a hint in one language has one in the other; Chinese is Chinese."""
    zh, en, *hints = ALL[key]
    assert fields(zh) == fields(en)
    assert len(hints) in (0, 2)
    assert all(hints)
    if fields(zh) != {zh.strip("{}")}:
        assert CHINESE.search(zh)
    assert not CHINESE.search(en)


def test_every_word_that_is_expected_has_a_name() -> None:
    """`wrong("number")` must read as something."""
    used = set(re.findall(r'(?:wrong\(|expected=)"(\w+)"', SOURCES))
    assert set() == used - set(EXPECTED)


def test_every_variant_is_used() -> None:
    """A wording that no finding can have is left over."""
    variants = {key.partition("/")[2] for key in SENTENCES if "/" in key}
    assert set() == {variant for variant in variants if f'"{variant}"' not in SOURCES}


@pytest.mark.parametrize("code", codes())
def test_a_code_reads_even_without_its_arguments(code: str) -> None:
    """A finding that forgets one must not take the compiler down."""
    problem = problem_of(code, Place("f"), {})
    assert (problem.code, problem.severity) == (code, severity_of(code))


def test_a_variant_may_be_a_warning() -> None:
    """What is certainly unset is an error, what is possibly so is not."""
    assert (Severity.ERROR, Severity.WARNING) == (severity_of("unset"), severity_of("unset", "branch"))


def test_long_and_many_arguments_are_cut() -> None:
    """A problem fits on a screen."""
    problem = problem_of("unknown_form", Place("f"), {"name": "x" * 5000, "known": [f"form_{n}" for n in range(5000)]})
    assert len(problem.en) < 200
    assert len(problem.hint_en) < 300


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        (
            "{ user: 7 }",
            "此处应填人员、角色或分组的 id，现在是 7",
            "the id of a person, a role or a group is needed here, not 7",
        ),
        ("''", "此处应填找人规则，现在没有填写", "a rule of finding people is needed here, nothing is given"),
    ],
)
def test_where_something_else_is_needed_both_are_said(rule: str, zh: str, en: str) -> None:
    """What is wanted, and what stands there."""
    node = f"{{ kind: approval, approvers: [{rule}], next: {{ approved: b, rejected: b }} }}"
    found = compiled(f"nodes:\n  a: {node}\n  b: {{ kind: end }}\n")
    assert (zh, en) in [(problem.zh, problem.en) for problem in found.problems]
