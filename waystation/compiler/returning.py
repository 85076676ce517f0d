"""`return` of an approval (退回): where to, and what happens to the rest (section 4.2; code `bad_return`)."""

from __future__ import annotations

from itertools import chain
from typing import Annotated, Literal

from waystation.compiler.lowering import NodeLowering
from waystation.compiler.shapes import OneOrMany, Shape, Target, about
from waystation.contracts.params import ReturnRule

#: Targets that are no node.
WORDS = ("initiator", "previous", "any")


class ReturnShape(Shape):
    """Where a return may go, and how."""

    to: Annotated[list[Target], OneOrMany] = about(
        "可退回到：initiator、previous、any 或节点。",
        "initiator, previous, any, or nodes.",
        default=["initiator", "previous", "any"],
    )
    siblings: Literal["cancel", "keep", "wait"] | None = about(
        "其他分支。", "What becomes of sibling branches.", default=None
    )
    resubmit: Literal["replay", "straight_back"] = about("重新提交后。", "How it comes back.", default="replay")
    answers: Literal["drop", "keep"] = about("已有的答复。", "What becomes of answers.", default="drop")


def lower_return(shape: ReturnShape, lowering: NodeLowering) -> ReturnRule:
    """The rule of the plan; `straight_back` implies `siblings: keep`."""
    if not shape.to:
        lowering.report("bad_return", "return", "to", reason=("没有写退回到哪里", "it says no place to return to"))
    for index, name in enumerate(shape.to):
        if name not in WORDS:
            _check_target(name, lowering, index)
    if shape.resubmit == "straight_back" and shape.siblings == "cancel":
        reason = ("straight_back 不能与 siblings: cancel 同用", "straight_back cannot go with siblings: cancel")
        lowering.report("bad_return", "return", "siblings", reason=reason)
    siblings = shape.siblings or ("keep" if shape.resubmit == "straight_back" else "cancel")
    return ReturnRule(tuple(shape.to), siblings, shape.resubmit, shape.answers)


def _check_target(name: str, lowering: NodeLowering, index: int) -> None:
    """A target must be where the token has been: in this body or one around it, not inside another."""
    found = lowering.find(name)
    if found is None:
        lowering.report("unknown_node", "return", "to", index, name=name, known=chain(WORDS, lowering.visible_names()))
    elif found is lowering.draft:
        reason = ("不能退回到自己", "a node cannot be returned to itself")
        lowering.report("bad_return", "return", "to", index, reason=reason)
    elif not lowering.sees(found):
        reason = (
            f"{name} 在另一个子图里，不能从外面进入",
            f"{name} is inside another body and cannot be entered from outside",
        )
        lowering.report("bad_return", "return", "to", index, reason=reason)
