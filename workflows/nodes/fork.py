"""`fork`: several branches at once, every one that holds."""

from __future__ import annotations

from waystation.compiler.kinds import Exit, Kind
from waystation.compiler.lowering import NUMBER, NodeLowering
from waystation.compiler.node_shapes import NodeShape
from waystation.compiler.shapes import NumberValue, about
from waystation.contracts.catalog import Card
from waystation.contracts.params import ForkParams

CARD = Card("并行分支", "Fork", "同时走所有成立的分支。", "Takes every branch that holds, at once.", "fork", "flow")


class ForkConfig(NodeShape):
    """The common keys, and how many tokens go down each branch."""

    copies: NumberValue = about("每个分支的令牌数。", "Tokens on each chosen branch.", default=1)


class Fork(Kind[ForkConfig]):
    name = "fork"
    card = CARD
    Config = ForkConfig
    params = ForkParams
    exit = Exit.CONDITIONS

    def lower(self, config: ForkConfig, lowering: NodeLowering) -> ForkParams:
        if not isinstance(config.copies, str) and (not isinstance(config.copies, int) or config.copies < 1):
            what = ("copies 是不小于 1 的整数", "copies is an integer from 1")
            lowering.report("bad_type", "copies", variant="limit", what=what)
            return ForkParams()
        return ForkParams(lowering.value(config.copies, "copies", wanted=NUMBER))


KIND = Fork()
