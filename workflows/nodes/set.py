"""`set`: assigns data."""

from __future__ import annotations

from waystation.compiler.kinds import Kind
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_shapes import NodeShape
from waystation.contracts.catalog import Card
from waystation.contracts.params import NoParams

CARD = Card("赋值", "Set", "计算并写入案件的数据。", "Computes and stores data of the case.", "pencil", "data")


class SetConfig(NodeShape):
    """The common keys; `save` is what it is for. Without one it just passes."""


class Set(Kind[SetConfig]):
    name = "set"
    card = CARD
    Config = SetConfig
    params = NoParams

    def lower(self, config: SetConfig, lowering: NodeLowering) -> NoParams:
        return NoParams()


KIND = Set()
