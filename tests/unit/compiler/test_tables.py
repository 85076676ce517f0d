"""Decision tables: cells in all their forms, columns and outcomes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.compiling import plan, problems
from waystation.compiler.cells import CellFault, read_cell
from waystation.compiler.parts import compile_table
from waystation.compiler.source import read_source
from waystation.contracts.plan import CellTest

RANGE = CellTest("range", low=5000, high=10000)


@pytest.mark.parametrize(
    ("cell", "tests"),
    [
        (True, [CellTest("==", True)]),
        (None, [CellTest("==", None)]),
        (5, [CellTest("==", 5)]),
        ("done", [CellTest("==", "done")]),
        ("> 10000", [CellTest(">", 10000)]),
        (">=1.5", [CellTest(">=", Decimal("1.5"))]),
        ("!= done", [CellTest("!=", "done")]),
        ("== '5'", [CellTest("==", "5")]),
        ("5000 .. 10000", [RANGE]),
        ("[5000 .. 10000]", [RANGE]),
        ("[5000 .. 10000)", [CellTest("range", low=5000, high=10000, high_in=False)]),
        ("(5000..10000)", [CellTest("range", low=5000, high=10000, low_in=False, high_in=False)]),
        ("5000 ..", [CellTest("range", low=5000)]),
        (".. 10000", [CellTest("range", high=10000)]),
        ("2025-01-01 .. 2025-12-31", [CellTest("range", low="2025-01-01", high="2025-12-31")]),
        ([1, "> 5", "done"], [CellTest("==", 1), CellTest(">", 5), CellTest("==", "done")]),
        ("${ value > data.x }", [CellTest("expr", "${ value > data.x }")]),
        ([], []),
    ],
)
def test_a_cell_is_read_in_every_form(cell: Any, tests: list[CellTest]) -> None:
    """A literal, a comparison, a range with its ends in or out, alternatives, a condition."""
    assert tests == list(read_cell(cell))


@pytest.mark.parametrize("cell", ["10 .. 5", "(5 .. 5)", "1 .. x", "[1 .. 5", " .. ", {"a": 1}, [[1]]])
def test_what_is_no_cell_is_refused(cell: Any) -> None:
    """Ranges that hold nothing, ends of two types, brackets that do not pair."""
    with pytest.raises(CellFault):
        read_cell(cell)


def table(rules: str, more: str = "", node: str = "next: end") -> str:
    return f"""
data:
  amount: {{ type: integer, minimum: 0, default: 1 }}
  vip: {{ type: boolean, default: false }}
tables:
  route:
    inputs: [ {{ name: amount, value: data.amount }}, {{ name: vip, value: "${{ data.vip }}" }} ]
    outputs: [ outcome, who ]
    {more}
    rules: {rules}
nodes: {{ a: {{ kind: table, table: route, {node} }} }}
"""


def test_inputs_know_what_they_can_be() -> None:
    """From the data that they read: gaps are looked for in it."""
    made = plan(table("[ { then: { outcome: x, who: y } } ]", node="next: { x: end }")).tables["route"]
    assert [{"type": "integer", "minimum": 0}, {"type": "boolean"}] == [column.schema for column in made.inputs]
    assert ["data.amount", "data.vip"] == [column.value for column in made.inputs]


def test_the_outcome_column_gives_the_outcomes() -> None:
    """Each needs an edge; without the column there is only `done`."""
    rules = "[ { when: { vip: true }, then: { outcome: high, who: a } }, { then: { outcome: low, who: b } } ]"
    assert [] == problems(table(rules, node="next: { high: end, low: end }"))
    assert ["12:42 unknown_outcome"] == problems(table(rules, node="next: { high: end }"))


def test_a_condition_in_a_cell_sees_the_columns_and_the_value() -> None:
    """And the names that every expression sees."""
    good = (
        '[ { when: { amount: "${ value > 5 && vip && data.amount < 9 }" }, then: { who: a } }, { then: { who: b } } ]'
    )
    assert [] == problems(table(good))
    assert ["11:49 expression"] == problems(table(good.replace("vip", "vop")))


def test_columns_that_are_not_there_are_refused() -> None:
    """On both sides of a rule."""
    rules = "[ { when: { amnt: 1 }, then: { whom: a } }, { then: { who: b } } ]"
    assert ["11:24 unknown_key", "11:43 unknown_key"] == problems(table(rules))


def test_only_collect_sums_up() -> None:
    """`with` belongs to it."""
    rules = "[ { then: { who: 1 } } ]"
    assert [] == problems(table(rules, "hit: collect\n    with: sum"))
    assert ["11:11 bad_type"] == problems(table(rules, "hit: first\n    with: sum"))


def test_a_table_file_is_checked_by_itself() -> None:
    """Also for rules that overlap."""
    text = """
table: route
inputs: [ { name: vip, value: data.vip, schema: { type: boolean } } ]
outputs: [ who ]
hit: unique
rules:
  - { when: { vip: true }, then: { who: a } }
  - { then: { who: b } }
"""
    part = compile_table(read_source(text))
    assert ("route", None, ["table_overlap"]) == (part.id, part.value, [problem.code for problem in part.problems])
