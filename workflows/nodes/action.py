"""`action`: runs a capability in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from waystation.compiler.arguments import result_type
from waystation.compiler.kinds import Kind
from waystation.compiler.lowering import ANY, NodeLowering
from waystation.compiler.node_shapes import NodeShape
from waystation.compiler.shapes import Arguments, NameText, Seconds, Shape, about
from waystation.contracts.catalog import Card
from waystation.contracts.params import ActionParams, Retry
from waystation.expressions import Type

CARD = Card("动作", "Action", "由系统执行一项能力。", "Runs a capability in a worker.", "bolt", "work")


class RetryShape(Shape):
    """How often and how long it is tried again."""

    max_attempts: int = about("最多尝试次数。", "Most tries.", default=3, ge=1, le=1000)
    first: Seconds = about("第一次重试前的等待。", "Pause before the first try again.", default=1.0)
    factor: Any = about("等待的倍数。", "What the pause is multiplied with.", default=2)
    max: Seconds = about("最长等待。", "Longest pause.", default=60.0)


class ActionConfig(NodeShape):
    """The action and its arguments."""

    do: NameText = about("动作。", "The action.")
    args: Arguments = about("参数。", "Its arguments.", default={}, alias="with")
    retry: RetryShape = about("重试。", "Tries again.", default_factory=RetryShape)
    timeout: Seconds = about("总时限，含重试。", "Time for all tries together.", default=300.0)


class Action(Kind[ActionConfig]):
    name = "action"
    card = CARD
    Config = ActionConfig
    params = ActionParams

    def lower(self, config: ActionConfig, lowering: NodeLowering) -> ActionParams:
        spec = lowering.action(config.do, "do")
        args = lowering.arguments(config.do, spec, config.args, "with")
        return ActionParams(config.do, args, self._retry(config.retry, lowering), config.timeout)

    def _retry(self, shape: RetryShape, lowering: NodeLowering) -> Retry:
        factor = shape.factor
        if isinstance(factor, bool) or not isinstance(factor, (int, Decimal)) or not 1 <= factor <= 100:
            what = ("factor 是 1 到 100 的数字", "factor is a number from 1 to 100")
            lowering.report("bad_type", "retry", "factor", variant="limit", what=what)
            factor = 2
        return Retry(shape.max_attempts, shape.first, float(factor), shape.max)

    def names_in_save(self, config: ActionConfig, lowering: NodeLowering) -> Mapping[str, Type]:
        spec = lowering.compilation.catalog.actions.get(config.do)
        untyped = spec is None or config.do in lowering.compilation.library.untyped_actions
        return {"result": ANY if spec is None or untyped else result_type(spec.gives)}


KIND = Action()
