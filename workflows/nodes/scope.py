"""`scope`: a body with its own errors, deadline, messages and cancellation."""

from __future__ import annotations

from waystation.compiler.kinds import Exit, Inside, Kind, Outcomes
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_shapes import BodyShape, NodeShape
from waystation.compiler.shapes import about
from waystation.contracts.catalog import Card
from waystation.contracts.params import NoParams

CARD = Card(
    "范围", "Scope", "有自己的错误、期限和取消的子图。", "A body with its own errors and deadline.", "box", "flow"
)


class ScopeConfig(NodeShape):
    """The graph inside it."""

    body: BodyShape = about("子图。", "The graph inside.")


class Scope(Kind[ScopeConfig]):
    name = "scope"
    card = CARD
    Config = ScopeConfig
    params = NoParams
    exit = Exit.OUTCOMES

    def lower(self, config: ScopeConfig, lowering: NodeLowering) -> NoParams:
        return NoParams()

    def inside(self, config: ScopeConfig) -> Inside:
        return Inside(config.body.nodes, ("body", "nodes"), config.body.at, ("body", "at"))

    def outcomes(self, config: ScopeConfig, lowering: NodeLowering) -> Outcomes:
        """Those of the named ends of its body; `done` where a token can end without a name."""
        named, plain = lowering.ends_inside()
        return Outcomes((*named, "done") if plain or not named else named, also=("done",))


KIND = Scope()
