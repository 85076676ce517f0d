"""Durations on the cards of nodes, in words of both languages."""

from __future__ import annotations

import pytest

from waystation.design.lengths import in_words
from waystation.design.says import says


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("1 workdays", "1 个工作日", "1 workday"),
        ("2 workdays", "2 个工作日", "2 workdays"),
        ("1.5 workhours", "1.5 个工作小时", "1.5 working hours"),
        ("90m", "1 小时 30 分钟", "1 hour 30 minutes"),
        ("1w2d", "1 周 2 天", "1 week 2 days"),
        ("PT45S", "45 秒", "45 seconds"),
        ("0s", "0 秒", "0 seconds"),
        ("${ data.limit }", "${ data.limit }", "${ data.limit }"),
    ],
)
def test_a_duration_is_said_in_words(text: str, zh: str, en: str) -> None:
    """As people say it; an expression as it stands."""
    assert in_words(text) == (zh, en)


def test_a_card_says_how_long_there_is() -> None:
    """The rule of an approval with a deadline."""
    node = {"kind": "approval", "config": {"approvers": [{"manager_of": "initiator"}], "deadline": {"in": "1 workday"}}}
    assert says(node) == ("直属主管 · 或签 · 限时 1 个工作日", "direct manager · any one · within 1 workday")
