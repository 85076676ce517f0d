"""`notify`: tells people."""

from __future__ import annotations

from waystation.compiler.kinds import Kind
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_shapes import NodeShape
from waystation.compiler.people_shapes import NoticeShape
from waystation.contracts.catalog import Card
from waystation.contracts.params import NotifyParams

CARD = Card("通知", "Notify", "告知人员。", "Tells people.", "bell", "people")


class NotifyConfig(NodeShape, NoticeShape):
    """The common keys and those of a notification."""


class Notify(Kind[NotifyConfig]):
    name = "notify"
    card = CARD
    Config = NotifyConfig
    params = NotifyParams

    def lower(self, config: NotifyConfig, lowering: NodeLowering) -> NotifyParams:
        return NotifyParams(lowering.notice(config))


KIND = Notify()
