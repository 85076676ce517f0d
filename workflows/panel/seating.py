"""Seating people: when a node opens, a deadline moves the task, the organisation changes, or the node is decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import structs

from waystation.contracts.people import Resolution, Seat
from workflows.panel.leaving import dismiss, reopen
from workflows.panel.model import APPROVE, Answer, Chair, Change, Panel, PanelSettings
from workflows.panel.turns import held_chairs, open_chairs, stage_now


def convene(settings: PanelSettings, resolution: Resolution, at: datetime) -> Panel:
    """The panel of a node just opened. Without seats it is undecided and nobody's: see `Resolution.empty` first."""
    every = not settings.judge and settings.strategy == "all"
    panel = Panel(
        judge=settings.judge,
        mode=settings.mode,
        quota="" if settings.quota is None else str(settings.quota),
        refusals=settings.refusals,
        decide=settings.decide,
        outcomes=settings.outcomes,
        every=every,
        initiator=settings.initiator,
        when_initiator=settings.when_initiator,
        readers=dict.fromkeys(settings.readers),
        shown=settings.shown,
    )
    for position, seat in enumerate(_seated(resolution.seats, settings, every=every)):
        stage = position if settings.mode == "sequence" and settings.judge else seat.stage
        _take_seat(panel, seat, stage if settings.judge or every else 0, at)
    panel.pool = settings.strategy == "pool" and not every and (not settings.judge or _one_answer_decides(panel))
    return panel


def _seated(seats: Sequence[Seat], settings: PanelSettings, *, every: bool) -> Sequence[Seat]:
    """At a task that one person does, somebody who passes is simply not asked while there are others."""
    if settings.judge or every:
        return seats
    asked = [seat for seat in seats if seat.passes is None]
    return asked or seats


def _one_answer_decides(panel: Panel) -> bool:
    stages = {chair.stage for chair in panel.chairs}
    return panel.mode == "any" and panel.refusals == "any" and panel.decide == "early" and len(stages) < 2


def _take_seat(panel: Panel, seat: Seat, stage: int, at: datetime, parent: Chair | None = None) -> Chair:
    chair = panel.seat(
        seat.person,
        weight=seat.weight,
        stage=stage,
        proxies=seat.proxies,
        seat=seat.person,
        rule=seat.rule,
        passes=seat.passes,
        parent=parent.id if parent else None,
        relation="after" if parent else "",
    )
    if seat.passes is not None:
        chair.state, chair.at = "passed", at
        chair.answer = APPROVE if panel.judge else panel.outcomes[0]
        chair.form = panel.shown
    return chair


def replace(panel: Panel, seats: Sequence[Seat], at: datetime) -> list[Change]:
    """Hand the task to others (escalate, transfer by a deadline) in place of those who were asked and did not answer.

    Later stages keep their people. Without seats nothing changes, so that the task never becomes nobody's.
    """
    turns = [*open_chairs(panel, ignore_claim=True), *held_chairs(panel)]
    waiting = [chair for chair in turns if chair.counted]
    afterwards = [chair for chair in turns if chair.relation == "after"]
    if not seats or not (waiting or afterwards):
        return []
    out = list(dict.fromkeys(chair.person for chair in [*waiting, *afterwards]))
    _put_in_place(panel, waiting, seats, at)
    for parent_id in dict.fromkeys(chair.parent for chair in afterwards if chair.state == "open"):
        parent = panel.chair(parent_id)
        dismiss(panel, [chair for chair in afterwards if chair.parent == parent_id], "removed")
        for seat in seats if parent is not None else ():
            _summon(panel, seat, parent.stage if parent else 0, at, parent)
    _offer(panel)
    return [Change("verb", {"verb": "replace", "from": out, "who": [seat.person for seat in seats]})]


def _put_in_place(panel: Panel, waiting: list[Chair], seats: Sequence[Seat], at: datetime) -> None:
    """New voices at the stage of those who leave; who was put after one of them now comes after the first newcomer."""
    if not waiting:
        return
    newcomers = [_summon(panel, seat, waiting[0].stage, at) for seat in seats]
    for chair in waiting:
        for after in list(panel.attached(chair, "after")):
            panel.hang(after, newcomers[0])
    dismiss(panel, waiting, "removed")


def _summon(panel: Panel, seat: Seat, stage: int, at: datetime, parent: Chair | None = None) -> Chair:
    """Seat somebody whom a deadline brings: he is asked in any case, and no rule of the node found him."""
    chair = _take_seat(panel, structs.replace(seat, passes=None), stage, at, parent)
    chair.rule, chair.seat = None, ""
    return chair


def _offer(panel: Panel) -> None:
    """Those now asked start anew: no claim holds, and what one person does any of them may claim."""
    panel.claimer = None
    panel.pool = panel.pool or not (panel.judge or panel.every)
    panel.revision += 1


def enlarge(panel: Panel, seats: Sequence[Seat], at: datetime) -> list[Change]:
    """Put others beside those asked (deadline `add`): the base grows, a claim ends so that they may act."""
    present = {chair.person for chair in panel.base()}
    added = [seat for seat in seats if seat.person not in present]
    if not added:
        return []
    stage = stage_now(panel)
    for seat in added:
        _summon(panel, seat, stage, at)
    _offer(panel)
    return [Change("verb", {"verb": "enlarge", "who": [seat.person for seat in added]})]


def reseat(panel: Panel, resolution: Resolution, at: datetime, gone: Collection[str] = ()) -> list[Change]:
    """Take over a changed organisation.

    Answers stand. Who was found by a rule, has not answered and is not found any more drops out of the base; so does
    whoever is in `gone`, however he came here. Somebody new is asked if his rule still waits for an answer: where the
    person it found has answered, it is settled. If that leaves nobody, the panel stays as it is.
    """
    found = {seat.person: seat for seat in resolution.seats}
    dropped = [chair for chair in panel.chairs if _drops(chair, found, gone)]
    present = _spoken_for(panel, dropped)
    added = [seat for seat in resolution.seats if seat.person not in present and _waits(panel, seat.rule)]
    if not added and all(chair in dropped for chair in panel.base()):
        return []
    for seat in added:
        _take_seat(panel, seat, _stage_for(panel, seat), at)
    dismiss(panel, dropped, "left")
    _renew_proxies(panel, found)
    if not added and not dropped:
        return []
    panel.revision += 1
    out = [chair.person for chair in dropped]
    return [Change("verb", {"verb": "reseat", "out": out, "who": [seat.person for seat in added]})]


def deserted(panel: Panel, resolution: Resolution, gone: Collection[str] = ()) -> bool:
    """Has everybody who was asked gone, before any answer, and is nobody found in their place?"""
    found = {seat.person: seat for seat in resolution.seats}
    return not found and all(_drops(chair, found, gone) for chair in panel.base())


def _spoken_for(panel: Panel, dropped: Sequence[Chair]) -> frozenset[str]:
    """People who sit here, whose seat somebody has taken over, or whom a verb or a deadline took away."""
    staying = [chair for chair in panel.chairs if chair not in dropped and chair.state != "left"]
    seated = [chair.person for chair in staying if chair.counted]
    return frozenset([*seated, *(chair.seat for chair in staying)])


def _waits(panel: Panel, rule: int) -> bool:
    """Is somebody whom this rule found still asked, or nobody who is still here?"""
    states = {chair.state for chair in panel.chairs if chair.rule == rule}
    return "open" in states or states <= {"left"}


def _stage_for(panel: Panel, seat: Seat) -> int:
    """A newcomer's turn is never before the one that is running; in a sequence he comes last."""
    if panel.mode == "sequence" and panel.judge:
        return max((chair.stage for chair in panel.base()), default=-1) + 1
    return max(stage_now(panel), seat.stage) if panel.judge or panel.every else 0


def _drops(chair: Chair, found: Mapping[str, Seat], gone: Collection[str]) -> bool:
    if chair.state != "open":
        return False
    by_rule = chair.rule is not None and chair.person == chair.seat
    return chair.person in gone or (by_rule and chair.person not in found)


def _renew_proxies(panel: Panel, found: Mapping[str, Seat]) -> None:
    for chair in panel.chairs:
        if chair.state == "open" and chair.person in found:
            chair.proxies = found[chair.person].proxies


def withdraw_others(panel: Panel) -> list[Change]:
    """The node is decided: close what is still open as `withdrawn`, forget drafts."""
    still = [chair for chair in panel.chairs if chair.state == "open"]
    for chair in still:
        chair.state = "withdrawn"
    panel.drafts.clear()
    out = list(dict.fromkeys(chair.person for chair in still))
    return [Change("verb", {"verb": "withdrawn", "who": out})] if out else []


def has_previous(panel: Panel, actor: str = "") -> bool:
    """Whether somebody has answered before the actor, one after another."""
    return panel.mode == "sequence" and bool(_before(panel, actor))


def _before(panel: Panel, actor: str) -> list[Chair]:
    """Who has answered before: all earlier stages, or for somebody put after another that one alone."""
    put_after = [chair for chair in open_chairs(panel) if chair.relation == "after"]
    parents = [panel.chair(chair.parent) for chair in put_after if actor in (chair.person, *chair.proxies)]
    if parents:
        return [parent for parent in parents if parent is not None]
    stage = stage_now(panel)
    return [chair for chair in panel.base() if chair.stage < stage and chair.state == "answered"]


def step_back(panel: Panel, at: datetime, actor: str = "") -> list[Change]:
    """Return to the previous person of a sequence: his answer is dropped and he is asked again. [] if there is none."""
    before = _before(panel, actor)
    if not before:
        return []
    back_to = max(chair.stage for chair in before)
    asked = [chair for chair in before if chair.stage == back_to]
    for chair in asked:
        _reopen(panel, chair)
    panel.revision += 1
    return [Change("verb", {"verb": "step_back", "who": [chair.person for chair in asked]})]


def _reopen(panel: Panel, chair: Chair) -> None:
    for after in panel.attached(chair, "after"):
        _reopen(panel, after)
    reopen(chair)


def keep_answers(panel: Panel, earlier: Mapping[str, Answer]) -> list[Change]:
    """After a return with `answers: keep`: who has answered before and is found again is not asked again."""
    kept = []
    for chair in panel.chairs:
        answer = earlier.get(chair.person)
        if answer is None or chair.state != "open" or not chair.counted:
            continue
        panel.answers += 1
        chair.state, chair.order = "answered", panel.answers
        chair.answer, chair.at, chair.by = answer.answer, answer.at, answer.by
        chair.form, chair.comment = answer.form, answer.comment
        kept.append(chair.person)
    return [Change("verb", {"verb": "keep_answers", "who": kept})] if kept else []
