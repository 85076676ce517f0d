"""Decision tables: which rules hit, and what the hit policy makes of them (language.md section 7)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from waystation.contracts.plan import Cell, CellTest, Table, TableRule
from waystation.expressions import typed
from workflows.machine.errors import NodeError
from workflows.machine.run import Run

#: A time is a date too, so it comes first.
_CLOCK_FORMS: tuple[tuple[type, str], ...] = ((datetime, "date-time"), (date, "date"), (timedelta, "duration"))
_EVERY = ("rule_order", "output_order", "collect")


def decide(run: Run, table: Table, given: dict[str, Any], names: dict[str, Any]) -> Any:
    """The result: a map of the outputs; a list of maps for rule_order, output_order and collect.

    Raises:
        NodeError: `no_rule` when no rule hits; `table_overlap` when `unique` or `any` meets rules that disagree.
    """
    hits, values, scope = hitting(run, table, given, names)
    if not hits and not (table.hit == "collect" and table.aggregate in ("count", "list")):
        raise NodeError("no_rule", "no rule of the table fits", {"values": {k: str(v) for k, v in values.items()}})
    rules = [table.rules[index] for index in hits]
    rows = [{name: run.value(rule.then.get(name), scope) for name in table.outputs} for rule in rules]
    return _by_policy(table, rows)


def hitting(
    run: Run, table: Table, given: dict[str, Any], names: dict[str, Any]
) -> tuple[list[int], dict[str, Any], dict[str, Any]]:
    """Indexes of the rules that hit (with `first`: of the first), the inputs by column, and the names for outputs.

    Raises:
        NodeError: `expression`, an input or a cell cannot be computed.
    """
    values = {
        column.name: given[column.name] if column.name in given else run.raw({"$": "${" + column.value + "}"}, names)
        for column in table.inputs
    }
    scope = {**names, **values}
    found = (index for index, rule in enumerate(table.rules) if _hits(run, rule, values, scope))
    return list(islice(found, 1) if table.hit == "first" else found), values, scope


def _hits(run: Run, rule: TableRule, values: dict[str, Any], scope: dict[str, Any]) -> bool:
    return all(_cell_holds(run, cell, values[name], scope) for name, cell in rule.when.items())


def _cell_holds(run: Run, cell: Cell, value: Any, scope: dict[str, Any]) -> bool:
    return not cell.tests or any(_test_holds(run, test, value, scope) for test in cell.tests)


def _test_holds(run: Run, test: CellTest, value: Any, scope: dict[str, Any]) -> bool:
    if test.op == "expr":
        return run.holds(str(test.value), {**scope, "value": value})
    if test.op == "==":
        return _equal(value, test.value)
    if test.op == "!=":
        return not _equal(value, test.value)
    if value is None:
        return False
    if test.op == "range":
        return _in_range(test, value)
    return _compare(test.op, value, test.value)


def _written_as(value: Any, text: Any) -> Any:
    """What the text of a cell means beside this value: a cell writes dates, times and durations as texts.

    Raises:
        NodeError: `expression`, it is no such text.
    """
    form = next((form for kind, form in _CLOCK_FORMS if isinstance(value, kind)), None)
    if form is None or not isinstance(text, str):
        return text
    meant = typed({"type": "string", "format": form}, text)
    if isinstance(meant, str):
        raise NodeError("expression", f"a table cell is no {form}", {"cell": text, "value": str(value)})
    return meant


def _equal(a: Any, b: Any) -> bool:
    b = _written_as(a, b)
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return bool(a == b)


def _compare(op: str, a: Any, b: Any) -> bool:
    b = _written_as(a, b)
    number = isinstance(a, int | Decimal) and isinstance(b, int | Decimal) and not isinstance(a, bool)
    if not number and type(a) is not type(b):
        raise NodeError("expression", "a table cell cannot be compared with this value", {"value": str(a)})
    return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op])


def _in_range(test: CellTest, value: Any) -> bool:
    low = test.low is None or _compare(">=" if test.low_in else ">", value, test.low)
    return low and (test.high is None or _compare("<=" if test.high_in else "<", value, test.high))


def _by_policy(table: Table, rows: list[dict[str, Any]]) -> Any:
    if table.hit == "unique" and len(rows) > 1:
        raise NodeError("table_overlap", "more than one rule of a unique table fits", {"rules": len(rows)})
    if table.hit == "any" and any(row != rows[0] for row in rows):
        raise NodeError("table_overlap", "rules that fit disagree", {"rules": len(rows)})
    if table.hit == "priority":
        return min(rows, key=lambda row: _rank(table, row))
    if table.hit == "output_order":
        return sorted(rows, key=lambda row: _rank(table, row))
    if table.hit == "collect":
        return _collect(table, rows)
    return rows if table.hit in _EVERY else rows[0]


def _rank(table: Table, row: dict[str, Any]) -> tuple[int, ...]:
    """Outputs in the order of their listed values; the earlier listed comes first."""
    ranks = []
    for name in table.outputs:
        order = table.output_values.get(name, [])
        ranks.append(order.index(row[name]) if row[name] in order else len(order))
    return tuple(ranks)


def _collect(table: Table, rows: list[dict[str, Any]]) -> Any:
    if table.aggregate == "list":
        return rows
    if table.aggregate == "count":
        return {name: len(rows) for name in table.outputs}
    return {name: _fold(table.aggregate, [row[name] for row in rows]) for name in table.outputs}


def _fold(aggregate: str, values: list[Any]) -> Any:
    if aggregate == "sum":
        return sum(values)
    return min(values) if aggregate == "min" else max(values)
