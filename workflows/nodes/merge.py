"""`merge`: no wait, each arriving token passes. Drawn where branches come together without a join."""

from __future__ import annotations

from waystation.compiler.kinds import Kind
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_shapes import NodeShape
from waystation.contracts.catalog import Card
from waystation.contracts.params import NoParams

CARD = Card("合并", "Merge", "不等待，来一个过一个。", "No wait: each arriving token passes.", "merge", "flow")


class MergeConfig(NodeShape):
    """The common keys."""


class Merge(Kind[MergeConfig]):
    name = "merge"
    card = CARD
    Config = MergeConfig
    params = NoParams

    def lower(self, config: MergeConfig, lowering: NodeLowering) -> NoParams:
        return NoParams()


KIND = Merge()
