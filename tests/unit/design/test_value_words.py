"""What a difference says of values: nodes by name, times in words, conditions without braces, nothing as YAML."""

from __future__ import annotations

from typing import Any

import pytest

from waystation.contracts.problems import Path
from waystation.design.changes import MISSING
from waystation.design.value_words import value_words

TREE = {
    "nodes": {
        "boss": {"kind": "approval", "title": {"zh": "老板审批", "en": "Owner"}},
        "each": {"kind": "foreach", "nodes": {"pick": {"title": "拣货"}}},
        "bare": {"kind": "end"},
    }
}


@pytest.mark.parametrize(
    ("value", "rest", "zh", "en"),
    [
        (
            [{"when": "${ data.days > 3 }", "to": "boss"}, {"to": "bare"}],
            ("next",),
            "data.days > 3 → 「老板审批」；其他情况 → bare",
            "data.days > 3 → “Owner”; otherwise → bare",
        ),
        (
            {"approved": "boss", "rejected": "end"},
            ("next",),
            "同意 → 「老板审批」；拒绝 → 结束",
            "approved → “Owner”; refused → end",
        ),
        ("pick", ("next", "approved"), "「拣货」", "“拣货”"),
        ("2d", ("deadline",), "2 天", "2 days"),
        ("4h", ("deadline", "steps", 0, "remind", "every"), "4 小时", "4 hours"),
        (True, ("terminate",), "是", "yes"),
        ({"zh": "复核", "en": "Check"}, ("title",), "复核", "Check"),
        (["boss", "bare"], ("regions", "places"), "「老板审批」、bare", "“Owner”, bare"),
        (MISSING, ("deadline",), "—", "—"),
        ({"use": "trip"}, ("form",), "{use: trip}", "{use: trip}"),
    ],
)
def test_a_value_is_said_as_people_say_it(value: Any, rest: Path, zh: str, en: str) -> None:
    """Both languages; what has no words stands as it is written."""
    assert [value_words(value, rest, TREE, language) for language in (0, 1)] == [zh, en]


def test_what_is_very_long_is_cut() -> None:
    """A sentence stays one."""
    assert value_words("x" * 500, ("description",), TREE, 0) == "x" * 59 + "…"
