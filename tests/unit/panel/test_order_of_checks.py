"""A refused command gets the first code that applies, in the order of section 9, and asks nothing further."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.panels import Surroundings, approval, task
from waystation.contracts.errors import Refused

EVERYTHING_WRONG: dict[str, Any] = {
    "is_locked": True,
    "allow": (),
    "excluded": frozenset({"ann", "bob", "eve"}),
    "form_is_bad": True,
}


def test_not_yours_comes_before_everything() -> None:
    """A stranger learns nothing but that it is not his."""
    room = task("ann", "bob")
    room.does("ann", "claim")
    assert room.refuses("eve", "complete", outcome="?", revision=0, around=EVERYTHING_WRONG) == "not_yours"


@pytest.mark.parametrize(
    ("repaired", "code"),
    [
        ((), "locked"),
        (("is_locked",), "not_allowed"),
        (("is_locked", "outcome"), "four_eyes"),
        (("is_locked", "outcome", "excluded"), "bad_form"),
        (("is_locked", "outcome", "excluded", "form_is_bad"), "stale"),
    ],
)
def test_answering_is_checked_in_the_fixed_order(repaired: tuple[str, ...], code: str) -> None:
    """locked, not_allowed, four_eyes, bad_form, then the verb's own."""
    room = task("ann", "bob")
    room.panel.revision = 7
    around = {key: value for key, value in EVERYTHING_WRONG.items() if key not in repaired}
    outcome = "done" if "outcome" in repaired else "unheard_of"
    assert room.refuses("ann", "complete", outcome=outcome, revision=6, around=around) == code


def test_claimed_comes_before_locked() -> None:
    """A claim of another is said before anything about the node."""
    room = task("ann", "bob")
    room.does("ann", "claim")
    assert room.refuses("bob", "complete", around=EVERYTHING_WRONG) == "claimed"


def test_not_allowed_comes_before_four_eyes_for_the_receiver() -> None:
    """A verb that the author did not open is not_allowed, to whomever."""
    room = approval("ann")
    around = {"allow": (), "excluded": frozenset({"eve"})}
    assert room.refuses("ann", "transfer", who="eve", around=around) == "not_allowed"


def test_four_eyes_comes_before_stale() -> None:
    """The verb's own codes come last."""
    room = approval("ann")
    room.panel.revision = 2
    around = {"excluded": frozenset({"eve"})}
    assert room.refuses("ann", "transfer", who="eve", revision=1, around=around) == "four_eyes"


def test_stale_comes_before_would_be_empty_and_too_soon() -> None:
    """Among the verb's own codes `stale` is first."""
    room = approval("ann")
    room.does("ann", "urge")
    room.panel.revision = 2
    assert room.refuses("ann", "remove", who="ann", revision=1) == "stale"
    assert room.refuses("ann", "urge", revision=1) == "stale"


def test_the_form_is_not_looked_at_for_somebody_who_may_not_answer() -> None:
    """Nothing of a form is told to those it does not concern."""
    room = approval("ann")
    room.around = Surroundings()
    room.refuses("eve", "approve")
    assert room.around.asked == []


def test_verbs_without_a_form_do_not_look_at_one() -> None:
    """Only answers fill a form."""
    room = approval("ann", "bob", mode="all")
    for verb, args in (("draft", {"form": {}}), ("transfer", {"who": "cid"})):
        room.does("ann", verb, around={"form_is_bad": True}, **args)


def test_programs_are_told_the_reason_beside_the_code() -> None:
    """One sentence for people, a reason for programs."""
    room = approval("ann")
    with pytest.raises(Refused) as refused:
        room.does("ann", "transfer", who="nobody")
    assert refused.value.detail == {"reason": "unknown_person", "verb": "transfer"}


def test_an_unknown_verb_is_not_allowed() -> None:
    """What no table of approvals.md names cannot be done."""
    assert approval("ann").refuses("ann", "shred") == "not_allowed"
