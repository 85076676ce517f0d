"""`join`: waits for the branches of a fork (section 4.4)."""

from __future__ import annotations

from typing import Literal

from waystation.compiler.kinds import Kind
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.needs import Need, lower_need
from waystation.compiler.node_shapes import NodeShape
from waystation.compiler.shapes import Target, about
from waystation.contracts.catalog import Card
from waystation.contracts.params import JoinParams

CARD = Card("汇合", "Join", "等待并行分支到齐。", "Waits for branches.", "join", "flow")


class JoinConfig(NodeShape):
    """Which fork it closes, what it needs and what becomes of the rest."""

    of: Target | None = about("它汇合的分支节点。", "The fork that it closes.", default=None)
    need: Need = about("需要多少：all、any、reachable、数字或条件。", "How many it needs.", default="all")
    count: Literal["branch", "edge", "token"] = about("按什么计数。", "What is counted.", default="branch")
    rest: Literal["keep", "cancel"] = about("其余分支。", "What becomes of late branches.", default="keep")
    reset: Literal["after_all", "at_once"] = about("何时重新计数。", "When it counts anew.", default="after_all")
    block: bool = about("完成前拦住下一轮。", "Later activations wait until this is complete.", default=False)


class Join(Kind[JoinConfig]):
    name = "join"
    card = CARD
    Config = JoinConfig
    params = JoinParams

    def lower(self, config: JoinConfig, lowering: NodeLowering) -> JoinParams:
        return JoinParams(
            of=self._fork(config, lowering),
            need=lower_need(config.need, lowering, words=("all", "any", "reachable")),
            count=config.count,
            rest=config.rest,
            reset=config.reset,
            block=config.block,
            incoming=lowering.incoming() if config.count == "edge" else (),
        )

    def _fork(self, config: JoinConfig, lowering: NodeLowering) -> str | None:
        if config.of is None:
            return None
        fork = lowering.beside(config.of, "of")
        if fork is not None and fork.kind is not None and fork.kind.name != "fork":
            lowering.report("unknown_node", "of", variant="not_fork", got=config.of)
        return config.of


KIND = Join()
