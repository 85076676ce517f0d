"""May this verb be used here, now, by this actor? Checks come in one fixed order and change nothing.

The caller has already said `suspended` and `not_open`. Then: not_yours, claimed, locked, not_allowed, four_eyes,
bad_form, and last the verb's own: stale, too_late, too_soon, would_be_empty.
"""

from __future__ import annotations

from datetime import timedelta

from waystation.contracts.events import Command
from workflows.panel.context import VerbContext, refusal
from workflows.panel.counting import can_still_pass, opinion, verdict
from workflows.panel.leaving import without
from workflows.panel.model import Chair, Panel
from workflows.panel.standing import (
    ADDING,
    ANSWERING,
    JUDGING,
    OF_A_CHAIR,
    OPERATING,
    TALKING,
    Stand,
    acting,
    concerned,
    people_named,
    verb_of,
)
from workflows.panel.turns import answerers, closed_by_claim

LONGEST_CHAIN = 10
URGE_PAUSE = timedelta(hours=4)

#: Verbs that only those may use to whom the author's `allow` opens them; the others are part of having a task.
_OPENED_BY_AUTHOR = frozenset(
    {"transfer", "delegate", "remove", "return", "urge", "cc", "comment", "take_back", *ADDING}
)
_VERBS = OF_A_CHAIR | TALKING | {"remove", "take_back", "handover"}
_GIVING = frozenset({"transfer", "delegate", "handover", *ADDING})


def check(panel: Panel, command: Command, ctx: VerbContext) -> None:
    """Raise `Refused` with the first code that applies; return if `perform` may follow."""
    verb = verb_of(command)
    if verb not in _VERBS:
        raise refusal("not_allowed", "unknown_verb", verb=verb)
    stand = _yours(panel, verb, command, ctx)
    if verb in ANSWERING | {"claim"} and ctx.locked():
        raise refusal("locked")
    _allowed(panel, verb, command, ctx, stand)
    _four_eyes(panel, verb, command, ctx, stand)
    if verb in ANSWERING and any(chair.relation != "delegate" for chair in stand.chairs):
        ctx.check_form()
    if command.revision is not None and command.revision < panel.revision:
        raise refusal("stale", revision=panel.revision)
    _in_time(panel, verb, command, ctx, stand)
    if verb == "remove":
        _leaves_enough(panel, command)


def _yours(panel: Panel, verb: str, command: Command, ctx: VerbContext) -> Stand:
    """`not_yours` and `claimed`."""
    if verb in TALKING:
        if not concerned(panel, command, ctx):
            raise refusal("not_yours")
        return Stand(command.actor, ())
    stand = acting(panel, command, ctx)
    if stand is None:
        raise refusal("not_yours", "excluded" if command.actor in ctx.excluded else "")
    bound_by_claim = verb in OF_A_CHAIR or verb == "remove"
    if bound_by_claim and stand.chairs and all(closed_by_claim(panel, chair) for chair in stand.chairs):
        raise refusal("claimed", by=panel.claimer)
    return stand


def _allowed(panel: Panel, verb: str, command: Command, ctx: VerbContext, stand: Stand) -> None:
    """`not_allowed`: closed by the author, unfit for this kind of task, or naming people who cannot be meant."""
    operated = ctx.is_operator and (verb in OPERATING or verb in TALKING)
    if verb in _OPENED_BY_AUTHOR and verb not in ctx.allow and not operated:
        raise refusal("not_allowed", "not_opened", verb=verb)
    reason = ""
    if verb in ANSWERING:
        reason = _unfit_answer(panel, verb, command, stand)
    elif verb == "claim" and not panel.pool:
        reason = "no_pool"
    elif verb == "release" and (not panel.pool or panel.claimer is None):
        reason = "not_claimed"
    elif verb in _GIVING or verb in ("remove", "cc"):
        reason = _unfit_people(panel, verb, command, ctx, stand)
    elif verb == "comment" and not all(ctx.known(str(person)) for person in command.args.get("mention") or ()):
        reason = "unknown_person"
    if reason:
        raise refusal("not_allowed", reason, verb=verb)


def _unfit_answer(panel: Panel, verb: str, command: Command, stand: Stand) -> str:
    """An approval is judged, a task completed with one of its outcomes; advice may also just be completed."""
    if all(chair.relation == "delegate" for chair in stand.chairs):
        return "" if panel.judge or verb == "complete" else "not_an_approval"
    if panel.judge:
        return "" if verb in JUDGING else "not_a_task"
    if verb in JUDGING:
        return "not_an_approval"
    return "" if outcome_of(panel, command) in panel.outcomes else "unknown_outcome"


def outcome_of(panel: Panel, command: Command) -> str:
    """The outcome that a completion names; without one, the only outcome, or `done`."""
    named = command.args.get("outcome")
    return str(named) if named else panel.outcomes[0] if len(panel.outcomes) == 1 else "done"


def _unfit_people(panel: Panel, verb: str, command: Command, ctx: VerbContext, stand: Stand) -> str:
    named = people_named(command.args)
    if not named or (verb in ("transfer", "delegate", "handover") and len(named) > 1):
        return "who"
    if verb == "remove":
        return _not_removable(panel, stand, named)
    if not all(ctx.known(person) for person in named):
        return "unknown_person"
    if verb == "cc":
        return ""
    if stand.person in named:
        return "same_person"
    if verb == "transfer" and any(len(chair.chain) >= LONGEST_CHAIN for chair in stand.chairs):
        return "chain_too_long"
    return "already_asked" if verb in ("delegate", *ADDING) and _asked_already(panel, verb, stand, named) else ""


def _asked_already(panel: Panel, verb: str, stand: Stand, named: tuple[str, ...]) -> bool:
    """Nobody is put beside himself, nor before, after or under a chair that he waits in higher up."""
    chair = stand.chairs[0]
    if verb == "add_with" and chair.counted:
        return any(other.person in named for other in panel.base())
    near = list(panel.attached(chair, ADDING.get(verb, "delegate")))
    above: Chair | None = chair
    while above is not None and above.relation not in ("", "with"):
        above = panel.chair(above.parent)
        near += [above] if above is not None else []
    return any(other.person in named and other.state == "open" for other in near)


def _not_removable(panel: Panel, stand: Stand, named: tuple[str, ...]) -> str:
    """Only people of this panel can go, and nobody removes the one he was put before, after or under."""
    present = {chair.person for chair in panel.chairs if not chair.gone and chair.state != "withdrawn"}
    if not present.issuperset(named):
        return "not_asked"
    above: Chair | None = stand.chairs[0] if stand.chairs else None
    while above is not None and above.relation not in ("", "with"):
        above = panel.chair(above.parent)
        if above is not None and above.person in named:
            return "stands_above"
    return ""


def _four_eyes(panel: Panel, verb: str, command: Command, ctx: VerbContext, stand: Stand) -> None:
    """Who acted before neither answers, nor acts for another, nor is given the task by any verb."""
    as_proxy = command.actor != stand.person
    if verb in ANSWERING | {"claim"}:
        if command.actor in ctx.excluded or stand.person in ctx.excluded:
            raise refusal("four_eyes", who=[command.actor])
        if as_proxy and command.actor == panel.initiator and panel.when_initiator != "self":
            raise refusal("four_eyes", "initiator", who=[command.actor])
    barred = [person for person in people_named(command.args) if person in ctx.excluded]
    if verb in _GIVING and barred:
        raise refusal("four_eyes", who=barred)


def _in_time(panel: Panel, verb: str, command: Command, ctx: VerbContext, stand: Stand) -> None:
    if verb == "urge":
        last = panel.urged.get(command.actor)
        if last is not None and ctx.at - last < URGE_PAUSE:
            raise refusal("too_soon", again_at=(last + URGE_PAUSE).isoformat())
    if verb == "take_back" and any(_overtaken(panel, chair) for chair in stand.chairs):
        raise refusal("too_late")
    if verb == "remove" and any(
        all(chair.state != "open" for chair in panel.chairs if chair.person == person)
        for person in people_named(command.args)
    ):
        raise refusal("too_late", "answered")


def _overtaken(panel: Panel, chair: Chair) -> bool:
    """Has somebody answered whose turn came only because of this answer?"""
    parent = panel.chair(chair.parent) if chair.relation in ("before", "delegate") else None
    waited = [*panel.attached(chair, "after"), *([parent] if parent else [])]
    if chair.counted:
        waited += [other for other in panel.base() if other.stage > chair.stage]
    return any(other.state == "answered" and other.order > chair.order for other in waited)


def _leaves_enough(panel: Panel, command: Command) -> None:
    """`would_be_empty`: a removal leaves somebody who has not answered, and the mode can still be met.

    It may make the approval certain: with a share of a smaller base, the approvals given can be enough.
    """
    rest = without(panel, people_named(command.args))
    decided = verdict(rest)
    nobody_left = all(opinion(rest, chair) is not None for chair in rest.base())
    nobody_asked = decided is None and not answerers(rest)
    met = decided in (None, "approved") and (can_still_pass(rest) or not can_still_pass(panel))
    if nobody_left or nobody_asked or not met:
        raise refusal("would_be_empty")
