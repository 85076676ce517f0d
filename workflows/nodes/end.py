"""`end`: consumes the token, names an outcome, ends everything or raises an error."""

from __future__ import annotations

from waystation.compiler.kinds import Exit, Kind
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_shapes import NodeShape
from waystation.compiler.shapes import NameText, about
from waystation.contracts.catalog import Card
from waystation.contracts.params import EndParams

CARD = Card("结束", "End", "令牌到此为止。", "Consumes the token.", "stop", "flow")


class EndConfig(NodeShape):
    """How it ends."""

    outcome: NameText | None = about("案件的结果。", "The outcome.", default=None)
    terminate: bool = about("撤下同层其余令牌。", "Withdraws all other tokens of its body or case.", default=False)
    error: NameText | None = about("抛出错误。", "Raises this error.", default=None)


class End(Kind[EndConfig]):
    name = "end"
    card = CARD
    Config = EndConfig
    params = EndParams
    exit = Exit.NONE

    def lower(self, config: EndConfig, lowering: NodeLowering) -> EndParams:
        if config.error is not None and config.outcome is not None:
            what = ("抛出错误的结束没有结果", "an end that raises an error has no outcome")
            lowering.report("bad_type", "outcome", variant="what", what=what)
        if config.error is not None and config.terminate:
            what = ("抛出错误与 terminate 只能选一", "an end raises an error or terminates, not both")
            lowering.report("bad_type", "terminate", variant="what", what=what)
        return EndParams(config.outcome, config.terminate, config.error)


KIND = End()
