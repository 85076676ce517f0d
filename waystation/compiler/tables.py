"""Decision tables: from rows of cells to tests (section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waystation.compiler.cells import CellFault, read_cell
from waystation.compiler.expression_use import Expressions
from waystation.compiler.findings import Moment
from waystation.compiler.process_shapes import TableBodyShape, TableRuleShape
from waystation.compiler.reporting import Report
from waystation.contracts.plan import Cell, CellTest, Fields, Table, TableInput, TableRule
from waystation.contracts.problems import Path
from waystation.expressions import ExpressionError, Type, compile_expression, type_of_schema
from waystation.expressions.nodes import path_of

ANY = Type("any")
BOOL = Type("bool")
#: Words of a schema that say which values there are: what gaps are looked for in.
_DOMAIN = ("type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "format")


class TableReading:
    """Lowers one table. `fields` are the data of the process, where there is one."""

    def __init__(self, report: Report, expressions: Expressions, path: Path, fields: Fields, node: str = "") -> None:
        self._report = report
        self._expressions = expressions
        self._path = path
        self._fields = fields
        self._node = node

    def table(self, shape: TableBodyShape, scope: Mapping[str, Type]) -> Table:
        """The table; what is wrong with it is reported."""
        inputs: list[TableInput] = []
        names: dict[str, Type] = {}
        for index, column in enumerate(shape.inputs):
            path = (*self._path, "inputs", index)
            self._twice(column.name, names, (*path, "name"))
            source, found = self._input(column.value, (*path, "value"), scope)
            schema = column.schema_ or self._domain(source)
            names[column.name] = type_of_schema(schema) if column.schema_ else found
            inputs.append(TableInput(column.name, source, schema))
        outputs: dict[str, Type] = {}
        for index, output in enumerate(shape.outputs):
            self._twice(output.name, outputs, (*self._path, "outputs", index))
            outputs[output.name] = ANY
        inner = {**names, **scope}
        rules = tuple(
            self._rule(rule, (*self._path, "rules", index), names, tuple(outputs), inner)
            for index, rule in enumerate(shape.rules)
        )
        return Table(
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            rules=rules,
            hit=shape.hit,
            aggregate=self._aggregate(shape),
            output_values={output.name: list(output.values) for output in shape.outputs if output.values},
        )

    def _twice(self, name: str, known: Mapping[str, Any], path: Path) -> None:
        if name in known:
            self._report.add("duplicate_key", path, variant="listed", name=name)

    def _input(self, raw: Any, path: Path, scope: Mapping[str, Type]) -> tuple[str, Type]:
        if raw is None:
            return "", ANY
        if not isinstance(raw, str):
            self._report.add("bad_type", path, expected="expression")
            return "", ANY
        return self._expressions.bare(raw, path, self._node, scope, Moment.ENTER)

    def _domain(self, source: str) -> dict[str, Any]:
        try:
            path = path_of(compile_expression(source).tree) if source else None
        except ExpressionError:
            path = None
        schema = self._fields.get(path[1], {}) if path is not None and len(path) == 2 and path[0] == "data" else {}
        return {word: schema[word] for word in _DOMAIN if word in schema}

    def _aggregate(self, shape: TableBodyShape) -> str:
        if shape.aggregate is not None and shape.hit != "collect":
            what = ("只有 hit: collect 才有 with", "only hit: collect has with")
            self._report.add("bad_type", (*self._path, "with"), variant="what", what=what)
        return shape.aggregate or "list"

    def _rule(
        self,
        shape: TableRuleShape,
        path: Path,
        names: Mapping[str, Type],
        outputs: tuple[str, ...],
        scope: Mapping[str, Type],
    ) -> TableRule:
        when: dict[str, Cell] = {}
        for name, raw in shape.when.items():
            if name not in names:
                self._report.add("unknown_key", (*path, "when", name), key=True, name=name, known=names)
            else:
                when[name] = self._cell(raw, (*path, "when", name), names[name], scope)
        then: dict[str, Any] = {}
        for name, raw in shape.then.items():
            if name not in outputs:
                self._report.add("unknown_key", (*path, "then", name), key=True, name=name, known=outputs)
            then[name] = self._expressions.value(raw, (*path, "then", name), self._node, scope, Moment.ENTER)[0]
        return TableRule(when, then)

    def _cell(self, raw: Any, path: Path, found: Type, scope: Mapping[str, Type]) -> Cell:
        try:
            tests = read_cell(raw)
        except CellFault as fault:
            self._report.add("bad_type", path, variant="what", what=(fault.zh, fault.en))
            return Cell()
        read = [self._test(test, path, found, scope) for test in tests]
        return Cell(tuple(test for test in read if test is not None))

    def _test(self, test: CellTest, path: Path, found: Type, scope: Mapping[str, Type]) -> CellTest | None:
        if test.op == "expr":
            inner = {**scope, "value": found}
            source = self._expressions.bare(str(test.value), path, self._node, inner, Moment.ENTER, BOOL)[0]
            return CellTest("expr", source)
        fitting = [self._fits(literal, path, found) for literal in (test.value, test.low, test.high)]
        return test if all(fitting) else None

    def _fits(self, literal: Any, path: Path, found: Type) -> bool:
        if literal is None:
            return True
        given = type_of_schema({"const": literal}) if not isinstance(literal, (list, dict)) else ANY
        if not self._expressions.fits(given, found):
            (en, zh), (wanted_en, wanted_zh) = given.named(), found.named()
            what = (f"该列是{wanted_zh}，而不是{zh}", f"this column is {wanted_en}, not {en}")
            self._report.add("bad_type", path, variant="what", what=what)
            return False
        if found.values and isinstance(literal, str) and literal not in found.values and not found.nullable:
            self._report.add("bad_type", path, variant="choice", known=found.values, got=literal)
            return False
        return True
