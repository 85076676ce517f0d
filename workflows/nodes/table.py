"""`table`: asks a decision table."""

from __future__ import annotations

from collections.abc import Mapping

from waystation.compiler.kinds import Exit, Kind, Outcomes
from waystation.compiler.lowering import ANY, NodeLowering
from waystation.compiler.node_shapes import NodeShape
from waystation.compiler.shapes import Arguments, NameText, about
from waystation.contracts.catalog import Card
from waystation.contracts.params import TableParams
from waystation.contracts.plan import Table as PlanTable
from waystation.expressions import Type

CARD = Card("决策表", "Decision table", "按规则表得出结果。", "Decides by a table of rules.", "table", "data")

OUTCOME = "outcome"
_SEVERAL = ("rule_order", "output_order")


class TableConfig(NodeShape):
    """The table, and inputs given here instead of there."""

    table: NameText = about("决策表。", "The table.")
    args: Arguments = about("输入列的值。", "Values for input columns.", default={}, alias="with")


class Table(Kind[TableConfig]):
    name = "table"
    card = CARD
    Config = TableConfig
    params = TableParams
    exit = Exit.OUTCOMES

    def lower(self, config: TableConfig, lowering: NodeLowering) -> TableParams:
        table = lowering.compilation.use_table(config.table, (*lowering.path, "table"), lowering.address)
        if table is not None:
            self._check_inputs(config, table, lowering)
        return TableParams(config.table, lowering.values(config.args, "with"))

    def _check_inputs(self, config: TableConfig, table: PlanTable, lowering: NodeLowering) -> None:
        known = [column.name for column in table.inputs]
        for name in config.args:
            if name not in known:
                lowering.report(
                    "bad_with", "with", name, key=True, variant="unknown", name=name, known=known, action=config.table
                )
        missing = [column.name for column in table.inputs if not column.value and column.name not in config.args]
        if missing:
            lowering.report("bad_with", "with", key=True, variant="missing", missing=missing, action=config.table)
        lowering.check_table(config.table, table, "table")

    def outcomes(self, config: TableConfig, lowering: NodeLowering) -> Outcomes:
        table = lowering.compilation.tables.get(config.table)
        if table is None:
            return Outcomes(None)
        if OUTCOME not in table.outputs or table.hit in (*_SEVERAL, "collect"):
            return Outcomes()
        values = [rule.then.get(OUTCOME) for rule in table.rules]
        if not all(isinstance(value, str) for value in values):
            return Outcomes(None)
        return Outcomes(tuple(dict.fromkeys(str(value) for value in values)))

    def names_in_save(self, config: TableConfig, lowering: NodeLowering) -> Mapping[str, Type]:
        table = lowering.compilation.tables.get(config.table)
        if table is None:
            return {"result": ANY}
        row = Type.object_of(dict.fromkeys(table.outputs, ANY))
        several = table.hit in _SEVERAL or (table.hit == "collect" and table.aggregate == "list")
        return {"result": Type.list_of(row) if several else row}


KIND = Table()
