"""`receive`: waits for a message (section 4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from waystation.compiler.kinds import Kind
from waystation.compiler.lowering import ANY, NodeLowering
from waystation.compiler.node_shapes import DeadlineLike, NodeShape
from waystation.compiler.shapes import JsonValue, NameText, about
from waystation.contracts.catalog import Card
from waystation.contracts.params import ReceiveParams
from waystation.expressions import Type

CARD = Card("收消息", "Receive", "等待一条消息。", "Waits for a message.", "inbox", "messages")


class ReceiveConfig(NodeShape):
    """Which message it waits for."""

    message: NameText = about("消息名。", "The message.")
    match: JsonValue = about(
        "匹配：与 message.key 比较的值，或条件。", "A value for message.key, or a condition.", default=None
    )
    buffer: Literal["keep", "none"] = about(
        "是否接收先到的消息。", "Whether one that came earlier counts.", default="keep"
    )
    deadline: DeadlineLike | None = about("期限。", "A clock.", default=None)


class Receive(Kind[ReceiveConfig]):
    name = "receive"
    card = CARD
    Config = ReceiveConfig
    params = ReceiveParams

    def lower(self, config: ReceiveConfig, lowering: NodeLowering) -> ReceiveParams:
        return ReceiveParams(
            config.message,
            lowering.match(config.match, "match"),
            config.buffer,
            lowering.deadline(config.deadline, "deadline"),
        )

    def names_in_save(self, config: ReceiveConfig, lowering: NodeLowering) -> Mapping[str, Type]:
        return {"message": ANY}


KIND = Receive()
