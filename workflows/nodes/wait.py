"""`wait`: a timer, or a condition."""

from __future__ import annotations

import re

from waystation.compiler.findings import Moment
from waystation.compiler.kinds import Kind
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_shapes import NodeShape
from waystation.compiler.shapes import DurationText, Expression, NameText, about, needs_calendar
from waystation.contracts.catalog import Card
from waystation.contracts.params import WaitParams

CARD = Card("等待", "Wait", "等一段时间、到某时刻或某条件。", "Waits for a time or a condition.", "clock", "time")

_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.+Zz-]+)?\Z")


class WaitConfig(NodeShape):
    """For how long, or until when."""

    lasts: DurationText | None = about("等多久。", "How long.", default=None, alias="for")
    until: Expression | None = about("等到：时刻或条件。", "Until a time or a condition.", default=None)
    calendar: NameText | None = about("工作日历。", "The calendar.", default=None)


class Wait(Kind[WaitConfig]):
    name = "wait"
    card = CARD
    Config = WaitConfig
    params = WaitParams

    def lower(self, config: WaitConfig, lowering: NodeLowering) -> WaitParams:
        if (config.lasts is None) == (config.until is None):
            lowering.report("missing_key", key=True, variant="for_or_until", name="for")
            return WaitParams(lasts="0s")
        if config.lasts is not None:
            calendar = self._calendar(config, lowering)
            return WaitParams(lasts=lowering.duration(config.lasts, calendar, "for"), calendar=calendar)
        return self._until(str(config.until), lowering)

    def _calendar(self, config: WaitConfig, lowering: NodeLowering) -> str | None:
        """A wait is wall clock unless it says a calendar, or what it says means nothing without one."""
        text = str(config.lasts)
        needs = "${" not in text and needs_calendar(text)
        return lowering.calendar(config.calendar, "calendar", default=needs)

    def _until(self, text: str, lowering: NodeLowering) -> WaitParams:
        if _TIMESTAMP.match(text.strip()):
            return WaitParams(until=text.strip())
        source, found = lowering.bare(text, "until", moment=Moment.OPEN)
        if found.kind == "bool":
            return WaitParams(condition=source)
        if found.kind not in ("any", "timestamp", "date", "string"):
            lowering.report("bad_type", "until", expected="time_or_condition")
        return WaitParams(until={"$": f"${{ {source} }}"})


KIND = Wait()
