"""Whose turn is it? Which chairs may be answered now, given stages, claims and chairs put before or after others."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.panel.counting import opinion, stage_of_any, verdict
from workflows.panel.model import APPROVE, Chair, Panel


def answerers(panel: Panel) -> list[str]:
    """Who may answer now: all candidates, or the claimer; nobody once the node is decided."""
    return _each_once(chair.person for chair in open_chairs(panel))


def viewers(panel: Panel) -> list[str]:
    """In whose inbox it is: those who may answer now, then their proxies."""
    chairs = open_chairs(panel)
    return _each_once([chair.person for chair in chairs] + [proxy for chair in chairs for proxy in chair.proxies])


def open_chairs(panel: Panel, *, ignore_claim: bool = False) -> list[Chair]:
    """The chairs that may be answered now. With `ignore_claim`, also those that a claim of another closes."""
    if verdict(panel) is not None:
        return []
    stage = stage_now(panel)
    return [
        chair
        for chair in panel.chairs
        if _asked(panel, chair, stage)
        and not held(panel, chair)
        and (ignore_claim or not closed_by_claim(panel, chair))
    ]


def held_chairs(panel: Panel) -> list[Chair]:
    """The chairs whose turn it is, but which wait for somebody put before them or advising them."""
    if verdict(panel) is not None:
        return []
    stage = stage_now(panel)
    return [chair for chair in panel.chairs if _asked(panel, chair, stage) and held(panel, chair)]


def turn_to_come(panel: Panel, person: str) -> bool:
    """Will this person be asked only after others have answered? Until then he does not see the task."""
    stage = stage_now(panel)
    return any(chair.state == "open" and chair.stage > stage for chair in panel.base() if chair.person == person)


def stage_now(panel: Panel) -> int:
    """The stage that is being asked. Undecided `any` moves on by stages decided, other modes by stages answered."""
    base = panel.base()
    for stage in sorted({chair.stage for chair in base}):
        voices = [(chair, opinion(panel, chair)) for chair in base if chair.stage == stage]
        waiting = any(voice is None for _, voice in voices)
        if panel.judge and panel.mode == "any" and panel.decide == "early":
            waiting = stage_of_any(panel, voices) is None
        if waiting:
            return stage
    return max((chair.stage for chair in base), default=0)


def held(panel: Panel, chair: Chair) -> bool:
    """Does this chair wait for somebody who was put before it, or who advises it?"""
    return any(opinion(panel, other) is None for other in panel.attached(chair, "before", "delegate"))


def closed_by_claim(panel: Panel, chair: Chair) -> bool:
    """Has somebody else taken the task? Those whom the claimer put beside himself share his claim."""
    if panel.claimer is None or not chair.counted or chair.person == panel.claimer:
        return False
    beside = panel.chair(chair.parent) if chair.relation == "with" else None
    return beside is None or closed_by_claim(panel, beside)


def _asked(panel: Panel, chair: Chair, stage: int) -> bool:
    """Is it the turn of this chair, leaving aside those it waits for?"""
    if chair.state != "open":
        return False
    if chair.counted:
        return chair.stage == stage
    parent = panel.chair(chair.parent)
    if parent is None or parent.gone:
        return False
    if chair.relation == "after":
        return parent.state == "answered" and (not panel.judge or parent.answer == APPROVE)
    return _asked(panel, parent, stage)


def _each_once(people: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(people))
