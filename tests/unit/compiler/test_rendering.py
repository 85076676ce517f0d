"""What people and programs see of plans and problems: words, flowcharts, differences, SARIF, the schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from tests.support.compiling import CATALOG, compiled, plan
from waystation.compiler import compile_process, read_source
from waystation.compiler.data_fields import schema_of
from waystation.compiler.diff import as_text as difference_text
from waystation.compiler.diff import difference
from waystation.compiler.explain import explain
from waystation.compiler.mermaid import mermaid
from waystation.compiler.messages import closest
from waystation.compiler.problem_text import as_json, as_sarif, as_text
from waystation.compiler.schema import language_schema

EVERYTHING = Path(__file__).with_name("everything.yaml")
PROCESS = """
data: { n: { type: integer, default: 1 } }
nodes:
  review:
    kind: approval
    title: { zh: 审批, en: Review }
    approvers: [ { role: manager } ]
    next: { approved: choose, rejected: end }
  choose: { kind: choice, next: [ { when: data.n > 1, to: each }, { to: end } ] }
  each:
    kind: scope
    body: { nodes: { a: { kind: task, assign: { role: x }, next: end } } }
    on: { deadline: { in: 1d, to: review, interrupt: false } }
    next: end
"""


def test_a_flowchart_has_bodies_labels_and_ends() -> None:
    """Each body has an end of its own; `end` is never an id, because it is a word of Mermaid's."""
    lines = mermaid(plan(PROCESS), language="en").splitlines()
    assert "flowchart TD" == lines[0]
    assert '  n_review -- "approved" --> n_choose' in lines
    assert '  n_choose -- "data.n > 1" --> n_each' in lines
    assert '  n_choose -- "else" --> n_end' in lines
    assert "    n_each__a --> n_each__end" in lines
    assert '  n_each -. "deadline 1d" .-> n_review' in lines
    assert sum(line.strip().startswith("subgraph") for line in lines) == lines.count("  end")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_words_name_every_node_and_where_it_leads(language: str) -> None:
    """Titles in the language that is asked for."""
    text = explain(plan(PROCESS), language=language)
    title = {"zh": "审批", "en": "Review"}[language]
    assert f"review — approval: {title}" in text
    assert "approved → choose" in text
    assert "  a — task" in text


def test_equal_processes_have_no_difference() -> None:
    """However they are written."""
    same = PROCESS.replace("[ { role: manager } ]", "{ role: manager }").replace("1d,", "P1D,")
    assert [] == difference(plan(PROCESS), plan(same))
    assert "没有差别\n" == difference_text(plan(PROCESS), plan(same), language="zh")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "manager",
            "owner",
            "node review: assign.rules was [{by: role, value: manager}], is now [{by: role, value: owner}]",
        ),
        ("in: 1d", "in: 2d", "node each: on was"),
        ("data.n > 1", "data.n > 2", "node choose: next.data.n > 1 is no longer set (was each)"),
        ("integer", "number", "field n: type was integer, is now number"),
        ("assign: { role: x }", "assign: { role: y }", "node each/a: assign.rules was"),
        ("nodes:", "deadline: 3d\nnodes:", "the process: deadline is now {due: 3d}"),
        ("  choose:", "  also: { kind: merge, next: choose }\n  choose:", "node also (merge) is new"),
    ],
)
def test_a_difference_is_said_where_it_is(old: str, new: str, sentence: str) -> None:
    """In words, at the node or field concerned."""
    before = plan(PROCESS)
    after = compiled(PROCESS.replace(old, new)).unit
    assert after is not None
    assert any(line.startswith(sentence) for line in difference(before, after.plan, language="en"))


def test_a_node_with_another_name_is_the_same_node() -> None:
    """Where it is certain: equal but for the id."""
    after = plan(PROCESS.replace("each:", "pack:").replace("to: each", "to: pack"))
    assert "node each is now called pack" == difference(plan(PROCESS), after, language="en")[0]


def test_problems_are_shown_with_the_line_and_a_mark() -> None:
    """Also after Chinese, which is two columns wide."""
    source = read_source("waystation: 1\nprocess: p\nnodes: { a: { title: 甲乙, kind: tsk } }", file="p")
    text = as_text(compile_process(source, CATALOG).problems, {"p": source}, files=1)
    assert text.splitlines() == [
        "p:3:32: error unknown_kind [a]: there is no node kind tsk",
        "    = did you mean task?",
        "    | nodes: { a: { title: 甲乙, kind: tsk } }",
        "    |                                  ^",
        "1 file, 1 error, 0 warnings",
    ]
    assert "没有可检查的文件\n" == as_text([], {}, files=0, language="zh")


def test_problems_are_data_for_programs() -> None:
    """JSON has all of a problem; SARIF has what its schema asks for, and every code as a rule."""
    problems = compiled("nodes: { a: { kind: tsk } }").problems
    (found,) = json.loads(as_json(problems))
    assert ("unknown_kind", "error", 3, 21, "a") == tuple(
        found[k] for k in ("code", "severity", "line", "column", "node")
    )
    (run,) = json.loads(as_sarif(problems))["runs"]
    (result,) = run["results"]
    assert {"startLine": 3, "startColumn": 21} == result["locations"][0]["physicalLocation"]["region"]
    assert result["ruleId"] in {rule["id"] for rule in run["tool"]["driver"]["rules"]}


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("asign", ["assign", "allow"], "assign"),
        ("NEXT", ["next"], "next"),
        ("x", ["assign"], None),
        ("甲", ["乙"], None),
    ],
)
def test_a_near_name_is_suggested(name: str, known: list[str], meant: str | None) -> None:
    """And a far one is not."""
    assert meant == closest(name, known)


SCHEMA = jsonschema_rs.Draft202012Validator(language_schema(CATALOG))


def test_the_schema_takes_what_the_compiler_takes() -> None:
    """The process with every key of the language."""
    assert [] == [
        error.message
        for error in SCHEMA.iter_errors(schema_of({"const": read_source(EVERYTHING.read_text("utf-8")).tree})["const"])
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{ waystation: 1, process: p, nodes: { a: { kind: tsk } } }",
        "{ waystation: 1, process: p, nodes: { a: { kind: merge, next: end, nxt: 1 } } }",
        "{ waystation: 1, process: p, nodes: { a: { kind: scope, body: { nodes: { b: { kind: tsk } } } } } }",
        "{ waystation: 1, process: p, tittle: x, nodes: {} }",
        "{ form: f, fields: [] }",
    ],
)
def test_the_schema_refuses_what_is_misspelt(text: str) -> None:
    """Kinds, keys, also inside bodies."""
    assert not SCHEMA.is_valid(read_source(text).tree)


def test_the_schema_describes_in_both_languages() -> None:
    """Every key of every kind."""
    defs = language_schema(CATALOG)["$defs"]
    for kind in CATALOG.kinds.values():
        for name, key in defs[kind.Config.__name__]["properties"].items():
            assert "description" in key, (kind.name, name)
