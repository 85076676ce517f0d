"""`send`: sends a message to cases or out of the system."""

from __future__ import annotations

from waystation.compiler.kinds import Kind
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_shapes import NodeShape
from waystation.compiler.shapes import Arguments, NameText, about
from waystation.contracts.catalog import Card
from waystation.contracts.params import SendParams

CARD = Card("发消息", "Send", "向案件或外部发消息。", "Sends a message.", "send", "messages")


class SendConfig(NodeShape):
    """The message and where it goes."""

    message: NameText = about("消息名。", "The message.")
    to: NameText = about("去向：cases 或外部渠道。", "Where it goes: cases, or a channel.", default="cases")
    args: Arguments = about("内容，key 用于匹配。", "Its content; key finds the waiter.", default={}, alias="with")


class Send(Kind[SendConfig]):
    name = "send"
    card = CARD
    Config = SendConfig
    params = SendParams

    def lower(self, config: SendConfig, lowering: NodeLowering) -> SendParams:
        return SendParams(config.message, config.to, lowering.values(config.args, "with"))


KIND = Send()
