"""`choice`: one branch by condition, the first that holds."""

from __future__ import annotations

from waystation.compiler.kinds import Exit, Kind
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_shapes import NodeShape
from waystation.contracts.catalog import Card
from waystation.contracts.params import NoParams

CARD = Card("条件分支", "Choice", "走第一个成立的分支。", "Takes the first branch that holds.", "split", "flow")


class ChoiceConfig(NodeShape):
    """The common keys; `next` is the list of branches."""


class Choice(Kind[ChoiceConfig]):
    name = "choice"
    card = CARD
    Config = ChoiceConfig
    params = NoParams
    exit = Exit.CONDITIONS

    def lower(self, config: ChoiceConfig, lowering: NodeLowering) -> NoParams:
        return NoParams()


KIND = Choice()
