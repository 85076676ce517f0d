"""Sorting tickets by their words. Pure.

Some words decide at once (退款, 破损): their tickets take the priority lane and carry a proposal for compensation. All
other texts are scored: every category adds the weights of the words it finds, and the best one wins if it is clearly
ahead. Confidence is the winner's part of all weight found, dampened by `prior` so that one weak word is not certainty.
Below the threshold a person decides.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pydantic import Field

from activities._runtime import DataFile


class Category(DataFile):
    """A kind of ticket: the words that point to it with their weights, and the skill that its tickets need."""

    title: dict[str, str]
    skill: str
    words: dict[str, int]


class LaneRule(DataFile):
    """Words that decide before any scoring."""

    words: tuple[str, ...]
    category: str
    lane: str = "priority"
    proposal: dict[str, str] = Field(default_factory=dict)


class Preset(DataFile):
    """A usual complaint: the words that tell it, and what we propose."""

    words: tuple[str, ...]
    title: dict[str, str]
    proposal: dict[str, str]


class Presets(DataFile):
    """One file of definitions/complaints."""

    presets: str
    version: int
    title: dict[str, str]
    complaints: dict[str, Preset]


class MaintenancePlan(DataFile):
    """One file of definitions/maintenance: days by replaced part, and the running hours between two reminders."""

    maintenance: str
    hours: int
    video: str
    days: dict[str, int]
    otherwise: int


class Classifier(DataFile):
    """One file of definitions/classifiers. `topics`: what a form's option says about the category, without a doubt."""

    classifier: str
    version: int
    title: dict[str, str]
    prior: int = 2
    fallback: str
    categories: dict[str, Category]
    lanes: tuple[LaneRule, ...] = ()
    topics: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a text is about.

    Args:
        confidence: 0 to 1, two digits.
        second: the runner-up, "" if none.
        sure: confidence reaches the threshold; otherwise a person decides.
        words: the words that were found, in the order of the rules.
    """

    category: str
    skill: str
    confidence: Decimal
    sure: bool
    lane: str = "normal"
    second: str = ""
    words: tuple[str, ...] = ()
    proposal: Mapping[str, str] | None = None


def classify(classifier: Classifier, text: str, threshold: Decimal, topic: str = "") -> Verdict:
    """Sort a text. Width and case of letters do not matter (ＡＢＣ is abc). A known topic decides after the lanes."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    for rule in classifier.lanes:
        found = _found(rule.words, plain)
        if found:
            skill = classifier.categories[rule.category].skill
            return Verdict(rule.category, skill, Decimal(1), True, rule.lane, "", found, rule.proposal)
    if topic in classifier.topics:
        category = classifier.topics[topic]
        return Verdict(category, classifier.categories[category].skill, Decimal(1), True)
    return _scored(classifier, plain, threshold)


def usual_complaint(presets: Presets, text: str) -> Preset | None:
    """The first usual complaint whose words stand in the text."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return next((preset for preset in presets.complaints.values() if _found(preset.words, plain)), None)


def next_maintenance(plan: MaintenancePlan, parts: Sequence[str]) -> tuple[str, int]:
    """The replaced part that is due first, and after how many days."""
    due = min((plan.days.get(part, plan.otherwise), part) for part in parts)
    return due[1], due[0]


def _scored(classifier: Classifier, plain: str, threshold: Decimal) -> Verdict:
    found = {name: _found(tuple(each.words), plain) for name, each in classifier.categories.items()}
    scores = {name: sum(classifier.categories[name].words[word] for word in words) for name, words in found.items()}
    ranked = sorted((name for name in scores if scores[name]), key=lambda name: (-scores[name], name))
    if not ranked:
        skill = classifier.categories[classifier.fallback].skill
        return Verdict(classifier.fallback, skill, Decimal(0), False)
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else ""
    whole = Decimal(sum(scores.values()) + classifier.prior)
    confidence = round(scores[best] / whole, 2)
    skill = classifier.categories[best].skill
    return Verdict(best, skill, confidence, confidence >= threshold, "normal", second, found[best])


def _found(words: Sequence[str], plain: str) -> tuple[str, ...]:
    return tuple(word for word in words if unicodedata.normalize("NFKC", word).casefold() in plain)


#: State of a ticket -> states that may follow.
TICKET_STATES: Mapping[str, tuple[str, ...]] = {
    "open": ("dispatched", "closed", "void"),
    "dispatched": ("open", "closed", "void"),
    "closed": ("open",),
    "void": (),
}


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """A place that technicians start from. `metres` is the way to the customer, `free` the places left in its day."""

    id: str
    metres: float
    free: int
    region: str = ""


def home_point(home: str, region: str, points: Sequence[ServicePoint]) -> str:
    """The customer's own point; for somebody without one, the nearest of the region; "" where there is none."""
    if any(point.id == home for point in points):
        return home
    near = [point for point in points if region and point.region == region]
    return min(near, key=lambda point: (point.metres, point.id)).id if near else ""


def choose_point(home: str, points: Sequence[ServicePoint], within_m: float) -> str | None:
    """The customer's own point while it has a place free, else the nearest other one within reach, else None."""
    by_id = {point.id: point for point in points}
    if home in by_id and by_id[home].free > 0:
        return home
    near = [point for point in points if point.free > 0 and point.metres <= within_m]
    return min(near, key=lambda point: (point.metres, point.id)).id if near else None
