"""Whatever people do, in whatever order: a panel is decided or somebody can answer, and certainty is final."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from tests.support.panels import EVERYTHING, MORNING, Room, Surroundings, approval, seats, task
from waystation.contracts.errors import Refused
from waystation.contracts.events import Command
from waystation.contracts.people import Resolution, Seat
from workflows.panel import answerers, check, enlarge, perform, reseat, step_back, verdict
from workflows.panel import replace as replace_people
from workflows.panel.model import Chair, Panel

PEOPLE = ("ann", "bob", "cid", "dan", "eve")
CODES = frozenset(
    "not_yours claimed locked not_allowed four_eyes bad_form stale too_late too_soon would_be_empty".split()
)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

person = st.sampled_from(PEOPLE)
everybody = st.lists(person, min_size=1, max_size=4, unique=True)


@st.composite
def rooms(draw: st.DrawFn) -> Room:
    """An approval of any mode, or a task of any strategy, with one to four people."""
    people = [Seat(one, weight=draw(st.integers(1, 3))) for one in draw(everybody)]
    if draw(st.booleans()):
        return task(*people, strategy=draw(st.sampled_from(["pool", "all"])), outcomes=("ok", "bad"))
    mode = draw(st.sampled_from(["any", "all", "sequence", "need", "percent", "weight", "all_then_any"]))
    quota = draw(st.integers(1, 100)) if mode == "percent" else draw(st.integers(1, 5))
    refusals = draw(st.sampled_from(["any", "all"]))
    return approval(*people, mode=mode, quota=quota, refusals=refusals, decide=draw(st.sampled_from(["early", "late"])))


@st.composite
def commands(draw: st.DrawFn) -> tuple[Command, Surroundings]:
    """Any verb by anybody, sensible or not."""
    verbs = ["complete", "approve", "reject", "abstain", "claim", "release", "draft", "read", "handover"]
    args: dict[str, Any] = {"who": draw(person), "outcome": draw(st.sampled_from(["ok", "bad"])), "form": {"n": 1}}
    verb = draw(st.sampled_from([*verbs, *EVERYTHING]))
    if verb == "handover":
        args["from"] = draw(person)
    around = Surroundings(
        acts_for=frozenset(draw(st.lists(person, max_size=1))),
        excluded=frozenset(draw(st.lists(person, max_size=1))),
        is_operator=draw(st.booleans()),
    )
    revision = draw(st.one_of(st.none(), st.integers(0, 5)))
    return Command(id="c", at=MORNING, verb=verb, actor=draw(person), args=args, revision=revision), around


def happenings() -> st.SearchStrategy[Any]:
    """What the machine does to a panel by itself."""
    some = everybody.map(lambda people: seats(*people))
    return st.one_of(
        some.map(lambda found: lambda panel: replace_people(panel, found, MORNING)),
        some.map(lambda found: lambda panel: enlarge(panel, found, MORNING)),
        st.tuples(some, st.sets(person, max_size=2)).map(
            lambda both: lambda panel: reseat(panel, Resolution(both[0]), MORNING, gone=sorted(both[1]))
        ),
        st.just(lambda panel: step_back(panel, MORNING)),
    )


def try_command(panel: Panel, command: Command, around: Surroundings) -> bool:
    """Use the verb if it is accepted; a refusal has a code of the list and leaves the panel as it was."""
    before = msgspec.json.encode(panel)
    code = None
    try:
        check(panel, command, around)
    except Refused as refused:
        code = refused.code
    assert before == msgspec.json.encode(panel), "a check changes nothing, accepted or not"
    assert code is None or code in CODES
    if code is None:
        perform(panel, command, around)
    return code is None


@QUICK
@given(rooms(), st.lists(st.one_of(commands(), happenings()), max_size=12))
def test_no_verb_leaves_a_panel_undecided_with_nobody_to_answer(room: Room, steps: list[Any]) -> None:
    """Undecided means: somebody may answer now. And the panel is always what its JSON says."""
    panel = room.panel
    for step in steps:
        if verdict(panel) is not None:
            assert answerers(panel) == []
            break
        assert answerers(panel), "nobody may answer"
        if callable(step):
            step(panel)
        else:
            try_command(panel, *step)
        assert panel == msgspec.json.decode(msgspec.json.encode(panel), type=Panel)
    else:
        assert verdict(panel) is not None or answerers(panel)


@QUICK
@given(rooms(), st.lists(commands(), max_size=8))
def test_whoever_may_answer_can_answer(room: Room, steps: list[Any]) -> None:
    """Everybody listed as assigned is accepted when he answers; so the inbox never lies."""
    for command, around in steps:
        if verdict(room.panel) is None:
            try_command(room.panel, command, around)
    for one in answerers(room.panel):
        trial = Room(structs.replace(room.panel, chairs=[structs.replace(chair) for chair in room.panel.chairs]))
        verb = "approve" if room.panel.judge else "complete"
        trial.does(one, verb, outcome="ok")


@QUICK
@given(rooms(), st.permutations(range(4)), st.lists(st.sampled_from(["approve", "reject", "abstain"]), min_size=4))
def test_once_certain_no_further_answer_changes_the_result(room: Room, order: list[int], answers: list[str]) -> None:
    """`decided as soon as certain`: certain means that the remaining answers, whatever they are, change nothing."""
    panel = room.panel
    certain = verdict(panel)
    chairs: list[Chair] = [panel.chairs[index] for index in order if index < len(panel.chairs)]
    for number, (chair, answer) in enumerate(zip(chairs, answers, strict=False), start=1):
        chair.state, chair.order = "answered", number
        chair.answer = answer if panel.judge else {"approve": "ok"}.get(answer, "bad")
        now = verdict(panel)
        assert certain is None or now == certain
        certain = now
    assert certain is not None, "everybody answered"


@QUICK
@given(rooms(), st.lists(st.sampled_from(["approve", "reject", "abstain"]), min_size=4, max_size=4))
def test_early_is_never_earlier_than_certain(room: Room, answers: list[str]) -> None:
    """Deciding late gives the same result as deciding early, for every mode whose early rule is mere certainty."""
    if not room.panel.judge or room.panel.mode in ("any", "all_then_any"):
        return
    early = structs.replace(room.panel, decide="early")
    late = structs.replace(room.panel, decide="late")
    for number, (chair, answer) in enumerate(zip(room.panel.chairs, answers, strict=False), start=1):
        chair.state, chair.answer, chair.order = "answered", answer, number
    assert verdict(early) == verdict(late)


def test_a_context_of_plain_values_is_enough() -> None:
    """The protocol asks for nothing that a recorded command could not carry."""
    around = replace(Surroundings(), allow=())
    assert not try_command(
        approval("ann").panel, Command(id="c", at=MORNING, verb="cc", actor="ann", args={"who": "bob"}), around
    )
