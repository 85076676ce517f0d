"""Is the node decided, and how? The counting rules of every mode, over answers alone.

Decisions where the language is silent:

* Abstentions count as answered, never as approval. In `all` and `sequence` they do not stop the others' agreement from
  deciding; where everybody abstained nobody has approved, so the node is rejected in every mode.
* People of several stages (连续多级主管) are asked stage by stage. `any` needs one answer of each stage; the other
  modes count over all stages together.
* A voice that passed because it is the initiator's own never decides `any` or `all_then_any` while others can be asked;
  in the other modes it counts as agreed. A voice that passed by 去重 counts as agreed everywhere: he did agree.
* An `after` chair that abstains makes the approval before it an abstention; one that refuses refuses for the node.
* A task that each must complete takes the outcome most people chose; of equally many, the one declared first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from workflows.panel.model import ABSTAIN, APPROVE, APPROVED, REJECT, REJECTED, Chair, Panel

#: A counted chair with its opinion; None while it is out.
_Voice = tuple[Chair, str | None]


def verdict(panel: Panel) -> str | None:
    """`approved` or `rejected` (approval), the outcome (task), or None while the result is open."""
    voices = [(chair, opinion(panel, chair)) for chair in panel.base()]
    if not voices:
        return None
    if not panel.judge:
        return _outcome(panel, voices)
    waits_for_all = panel.decide == "late" or panel.mode == "all_then_any"
    if waits_for_all and any(voice is None for _, voice in voices):
        return None
    if _refused_afterwards(panel):
        return REJECTED
    return _MODES[panel.mode](panel, voices)


def opinion(panel: Panel, chair: Chair) -> str | None:
    """What this voice says once those after it have spoken, or None while it is out."""
    if chair.answer is None or chair.state not in ("answered", "passed"):
        return None
    if panel.judge and chair.answer != APPROVE:
        return chair.answer
    later = [opinion(panel, other) for other in panel.attached(chair, "after")]
    if panel.judge:
        for weaker in (REJECT, None, ABSTAIN):
            if weaker in later:
                return weaker
    return None if None in later else chair.answer


def can_still_pass(panel: Panel) -> bool:
    """Would the node be approved if everybody who is still out approved? A task needs no more than somebody."""
    agreeing: list[_Voice] = [(chair, opinion(panel, chair) or APPROVE) for chair in panel.base()]
    if not panel.judge or not agreeing:
        return bool(agreeing)
    return not _refused_afterwards(panel) and _MODES[panel.mode](panel, agreeing) == APPROVED


def _refused_afterwards(panel: Panel) -> bool:
    """Did somebody refuse who was put after an approver (and not merely after a chair that stands before one)?"""
    return any(
        chair.relation == "after" and opinion(panel, chair) == REJECT and _decides(panel, chair)
        for chair in panel.chairs
        if chair.state == "answered"
    )


def _decides(panel: Panel, chair: Chair) -> bool:
    above: Chair | None = chair
    while above is not None and above.relation == "after":
        above = panel.chair(above.parent)
    return above is not None and above.counted


def _outcome(panel: Panel, voices: Sequence[_Voice]) -> str | None:
    given = [(chair.order, voice) for chair, voice in voices if voice is not None]
    if not panel.every:
        return min(given)[1] if given else None
    if len(given) < len(voices):
        return None
    chosen = [voice for _, voice in given]
    declared = list(panel.outcomes)
    return max(chosen, key=lambda one: (chosen.count(one), -declared.index(one) if one in declared else -len(declared)))


def _any(panel: Panel, voices: Sequence[_Voice]) -> str | None:
    for stage in sorted({chair.stage for chair, _ in voices}):
        result = stage_of_any(panel, [voice for voice in voices if voice[0].stage == stage])
        if result != APPROVED:
            return result
    return APPROVED


def stage_of_any(panel: Panel, voices: Sequence[_Voice]) -> str | None:
    """The result of one stage of mode `any`."""
    spoken = sorted((chair.order, voice) for chair, voice in _asked(voices) if voice in (APPROVE, REJECT))
    if panel.refusals == "any" and spoken:
        return APPROVED if spoken[0][1] == APPROVE else REJECTED
    if any(voice == APPROVE for _, voice in spoken):
        return APPROVED
    return None if any(voice is None for _, voice in voices) else REJECTED


def _all(panel: Panel, voices: Sequence[_Voice]) -> str | None:
    said = [voice for _, voice in voices]
    if REJECT in said:
        return REJECTED
    if None in said:
        return None
    return APPROVED if APPROVE in said else REJECTED


def _all_then_any(panel: Panel, voices: Sequence[_Voice]) -> str | None:
    return APPROVED if any(voice == APPROVE for _, voice in _asked(voices)) else REJECTED


def _asked(voices: Sequence[_Voice]) -> Sequence[_Voice]:
    """Without the initiator's own passed voice, unless there is no other."""
    return [voice for voice in voices if voice[0].passes != "initiator"] or voices


def _need(panel: Panel, voices: Sequence[_Voice]) -> str | None:
    return _reached(voices, Decimal(panel.quota or 1), lambda chair: Decimal(1))


def _percent(panel: Panel, voices: Sequence[_Voice]) -> str | None:
    # Compared as approvals * 100 >= percent * base: no division, so 66.67 % of three means what it says.
    return _reached(voices, Decimal(panel.quota or 100) * len(voices), lambda chair: Decimal(100))


def _weight(panel: Panel, voices: Sequence[_Voice]) -> str | None:
    return _reached(voices, Decimal(panel.quota or 1), lambda chair: Decimal(chair.weight))


def _reached(voices: Sequence[_Voice], wanted: Decimal, worth: Callable[[Chair], Decimal]) -> str | None:
    approved = sum((worth(chair) for chair, voice in voices if voice == APPROVE), Decimal(0))
    still_out = sum((worth(chair) for chair, voice in voices if voice is None), Decimal(0))
    if approved >= wanted:
        return APPROVED
    return REJECTED if approved + still_out < wanted else None


_MODES: dict[str, Callable[[Panel, Sequence[_Voice]], str | None]] = {
    "any": _any,
    "all": _all,
    "sequence": _all,
    "need": _need,
    "percent": _percent,
    "weight": _weight,
    "all_then_any": _all_then_any,
}
