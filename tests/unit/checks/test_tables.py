"""What the rules of a decision table leave out, and what they take twice."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal

import pytest

from tests.support.effort import calls
from waystation.compiler.checks.tables import check_table
from waystation.compiler.table_cover import Cover
from waystation.contracts.plan import Cell, CellTest, Table, TableInput, TableRule

NUMBER = {"type": "number"}
WHOLE = {"type": "integer"}
BOOLEAN = {"type": "boolean"}
LEVELS = {"type": "string", "enum": ["low", "normal", "high"]}


def between(low, high, brackets="[]"):
    return CellTest("range", low=low, high=high, low_in=brackets[0] == "[", high_in=brackets[1] == "]")


def cell(*tests):
    return Cell(tuple(test if isinstance(test, CellTest) else CellTest("==", test) for test in tests))


def above(value):
    return CellTest(">", value)


def below(value):
    return CellTest("<", value)


def table(schemas, *rules, hit="first"):
    """A table of inputs a, b, … with the given schemas; a rule gives a cell, or None, for each."""
    names = [chr(ord("a") + place) for place in range(len(schemas))]
    inputs = tuple(TableInput(name, f"data.{name}", schema) for name, schema in zip(names, schemas, strict=True))
    rows = (
        {
            name: tests if isinstance(tests, Cell) else cell(tests)
            for name, tests in zip(names, rule, strict=True)
            if tests is not None
        }
        for rule in rules
    )
    return Table(inputs, ("x",), tuple(TableRule(row, {"x": 1}) for row in rows), hit)


def told(one):
    return [
        (finding.code, finding.path[-2:], finding.args["example"]) for finding in check_table("t", one, ("tables", "t"))
    ]


def test_a_rule_for_everything_leaves_no_gap():
    """A missing cell matches everything."""
    assert told(table([NUMBER], (above(10000),), (None,))) == []


@pytest.mark.parametrize(
    ("schema", "rules", "example"),
    [
        (LEVELS, ["low", "high"], "a = normal"),
        (BOOLEAN, [True], "a = false"),
        (NUMBER, [above(10), below(10)], "a = 10"),
        (NUMBER, [above(10), between(0, 10)], "a = -1"),
        (NUMBER, [above(Decimal("0.5")), below(Decimal("0.25")), Decimal("0.5")], "a = 0.25"),
        (NUMBER, [above(1), below(0), 0, 1], "a = 0.5"),
        (NUMBER, [between(0, 5, "[)"), between(5, None, "()"), below(0)], "a = 5"),
        (WHOLE, [above(11), below(11), 12], "a = 11"),
        ({**NUMBER, "minimum": 0}, [above(10), between(1, 10)], "a = 0"),
        ({}, [True], "a = false"),
    ],
)
def test_a_gap_is_shown_by_a_cell(schema, rules, example):
    """Enumerations, booleans and number ranges, with open and closed ends, exact to the digit."""
    assert told(table([schema], *([rule] for rule in rules))) == [("table_gap", ("tables", "t"), example)]


@pytest.mark.parametrize(
    ("schema", "rules"),
    [
        (LEVELS, ["low", cell("normal", "high")]),
        (LEVELS, [CellTest("!=", "low"), "low"]),
        (NUMBER, [above(10), CellTest("<=", 10)]),
        (NUMBER, [above(10000), between(5000, 10000), below(5000)]),
        (WHOLE, [above(1), below(1), 1]),
        (WHOLE, [above(1), CellTest("<=", 1)]),
        (WHOLE, [between(2, None), between(None, 1)]),
        ({**NUMBER, "minimum": 0, "exclusiveMaximum": 10}, [between(0, 10, "[)")]),
        ({"type": "string"}, ["beijing", "shanghai"]),
        ({"type": "string"}, [between("2024-01-01", "2024-06-30"), between("2024-07-01", "2024-12-31")]),
        (NUMBER, [above(10), CellTest("expr", "data.vip")]),
    ],
)
def test_covered_inputs_have_no_gap(schema, rules):
    """Whole numbers have nothing between two of them; free texts and conditions are not judged."""
    assert told(table([schema], *([rule] for rule in rules))) == []


def test_a_gap_needs_all_inputs():
    """Only the combination is missing; inputs that no rule asks for are not named."""
    rules = [(True, None, None), (False, "low", None), (False, "normal", None)]
    assert told(table([BOOLEAN, LEVELS, NUMBER], *rules)) == [("table_gap", ("tables", "t"), "a = false, b = high")]


def test_unique_rules_must_not_meet():
    """The later of two rules is named, with a cell that both take; other ways to hit may overlap."""
    rules = [(between(0, 10),), (between(10, 20),), (above(20),), (below(0),)]
    assert told(table([NUMBER], *rules, hit="unique")) == [("table_overlap", ("rules", 1), "a = 10")]
    assert told(table([NUMBER], *rules)) == []
    apart = [(between(0, 10, "[)"),), (between(10, 20),), (above(20),), (below(0),)]
    assert told(table([NUMBER], *apart, hit="unique")) == []


def test_overlaps_of_several_inputs():
    """Rules meet where all their cells do."""
    rules = [(True, "low"), (None, "high"), (False, "low"), (None, "normal"), (True, cell("low", "high"))]
    found = list(check_table("t", table([BOOLEAN, LEVELS], *rules, hit="unique"), ()))
    assert [(each.args["first"], each.args["second"], each.args["example"]) for each in found] == [
        (1, 5, "a = true, b = low")
    ]


def test_conditions_are_no_certain_overlap():
    """What a condition takes is not known."""
    rules = [(CellTest("expr", "data.vip"),), (True,), (False,)]
    assert told(table([BOOLEAN], *rules, hit="unique")) == []


def matches(rule, values):
    def holds(test, value):
        match test.op:
            case "==":
                return value == test.value
            case "!=":
                return value != test.value
            case "<":
                return value < test.value
            case ">":
                return value > test.value
        above_low = test.low is None or value > test.low or (test.low_in and value == test.low)
        return above_low and (test.high is None or value < test.high or (test.high_in and value == test.high))

    return all(
        any(holds(test, value) for test in rule.when[name].tests) for name, value in values.items() if name in rule.when
    )


def random_cell(dice, schema):
    if dice.random() < 0.2:
        return None
    if schema is BOOLEAN:
        return dice.choice([True, False])
    if schema is LEVELS:
        return cell(*dice.sample(LEVELS["enum"], dice.randint(1, 2)))
    low = dice.randint(0, 5)
    return dice.choice(
        [
            above(low),
            below(low),
            low,
            CellTest("!=", low),
            between(low, low + dice.randint(1, 3), dice.choice(["[]", "[)", "(]", "()"])),
        ]
    )


@pytest.mark.parametrize("seed", range(120))
def test_findings_are_those_of_trying_every_cell(seed):
    """Against brute force over all cells that matter: halves between the whole numbers, and beyond the ends."""
    dice = random.Random(seed)
    schemas = dice.choices([BOOLEAN, LEVELS, NUMBER], k=dice.randint(1, 3))
    rules = [[random_cell(dice, schema) for schema in schemas] for _ in range(dice.randint(1, 7))]
    one = table(schemas, *rules, hit="unique")
    spaces = [
        [True, False]
        if schema is BOOLEAN
        else LEVELS["enum"]
        if schema is LEVELS
        else [Decimal(n) / 2 for n in range(-2, 20)]
        for schema in schemas
    ]
    names = [column.name for column in one.inputs]
    cells = [dict(zip(names, values, strict=True)) for values in itertools.product(*spaces)]
    taken = [[place for place, rule in enumerate(one.rules) if matches(rule, values)] for values in cells]
    cover = Cover(one)
    gap = cover.gap()
    assert (gap is not None) == any(not rules for rules in taken)
    if gap is not None:
        assert not any(matches(rule, {**cells[0], **gap}) for rule in one.rules if set(rule.when) <= set(gap))
    pairs = {pair for rules in taken for pair in itertools.combinations(rules, 2)}
    overlaps = list(cover.overlaps())
    assert {second for _, second, _ in overlaps} == {second for _, second in pairs}
    assert all((first, second) in pairs for first, second, _ in overlaps)


def test_large_tables_are_judged_quickly():
    """A thousand rules of ranges and levels."""
    rules = [(between(n, n + 1, "[)"), level) for n in range(333) for level in LEVELS["enum"]]
    one = table([NUMBER, LEVELS], *rules, (below(0), None), (CellTest(">=", 333), None), hit="unique")
    assert calls(lambda: told(one)) < 1_000_000
    assert told(one) == []


def test_numbers_without_measure_do_no_harm():
    """Exponents beyond all use are compared and never written out."""
    huge = Decimal("1e400000")
    assert told(table([NUMBER], (above(huge),), (below(huge),), (0,))) == []
