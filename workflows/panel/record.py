"""What outlives a panel: answers to keep, who answered (四眼), who agreed to what (去重), and what they were shown."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from workflows.panel.counting import opinion
from workflows.panel.model import ABSTAIN, REJECT, Answer, Panel


def answers_of(panel: Panel) -> dict[str, Answer]:
    """The counted answers by person, to keep beyond this panel."""
    return {
        chair.person: Answer(chair.answer, chair.at, chair.by, chair.form, chair.comment)
        for chair in panel.base()
        if chair.state == "answered" and chair.answer is not None
    }


def answered_by(panel: Panel) -> list[str]:
    """For `same_as` and four eyes: who answered, the person and whoever acted for him. Advice is no answer."""
    given = [chair for chair in panel.chairs if chair.state == "answered" and chair.relation != "delegate"]
    return list(dict.fromkeys(who for chair in given for who in (chair.person, chair.by) if who))


def agreed(panel: Panel, shown: str) -> list[str]:
    """For 去重: who agreed here while exactly these data were shown."""
    return [
        chair.person
        for chair in panel.base()
        if chair.state == "answered" and opinion(panel, chair) not in (None, REJECT, ABSTAIN) and chair.form == shown
    ]


def revise(panel: Panel, shown: str) -> bool:
    """What the people are asked about has changed: commands that name an older revision become `stale`."""
    if panel.shown == shown:
        return False
    panel.shown = shown
    panel.revision += 1
    return True


def fingerprint(value: Any) -> str:
    """A short name for data: equal data, equal name, whatever the order of keys."""
    return hashlib.sha256(_CANONICAL.encode(value)).hexdigest()[:16]


_CANONICAL = msgspec.json.Encoder(order="deterministic", decimal_format="string")
