"""Taking back, stepping back, urging, copying, commenting: the rows of approvals.md that stay within one node."""

from __future__ import annotations

import pytest

from tests.support.panels import MORNING, approval, task
from waystation.contracts.people import Seat
from workflows.panel import answers_of, step_back


class TestTakeBack:
    """拿回: an approver takes his own answer back until the next has answered."""

    def test_he_is_asked_again(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("ann", "approve")
        room.does("ann", "take_back")
        assert room.asked == ["ann", "bob"]
        room.does("ann", "reject")
        assert room.result == "rejected"

    def test_too_late_once_the_next_in_the_sequence_has_answered(self) -> None:
        room = approval("ann", "bob", "cid", mode="sequence")
        room.does("ann", "approve")
        room.does("bob", "approve")
        assert room.refuses("ann", "take_back") == "too_late"
        room.does("bob", "take_back")
        room.does("ann", "take_back")
        assert room.asked == ["ann"]

    def test_too_late_once_somebody_put_after_him_has_answered(self) -> None:
        room = approval("ann", "cid", mode="all")
        room.does("ann", "add", who="bob", where="after")
        room.does("ann", "approve")
        room.does("bob", "approve")
        assert room.refuses("ann", "take_back") == "too_late"

    def test_answers_of_people_asked_at_once_do_not_make_it_late(self) -> None:
        room = approval("ann", "bob", "cid", mode="all")
        room.does("ann", "approve")
        room.does("bob", "approve")
        room.does("ann", "take_back")
        assert room.asked == ["ann", "cid"]

    def test_only_ones_own(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("ann", "approve")
        assert room.refuses("bob", "take_back") == "not_yours"

    def test_a_proxy_takes_back_what_he_answered_also_when_his_time_is_over(self) -> None:
        room = approval("ann", "bob", "cid", mode="all")
        room.does("pia", "approve", around={"acts_for": frozenset({"ann"})})
        room.does("cid", "approve")
        assert room.does("pia", "take_back")[0].data == {"verb": "take_back", "for": "ann"}
        assert room.asked == ["ann", "bob"]

    def test_of_several_answers_the_last(self) -> None:
        room = approval("ann", "bob", "ann", "cid", mode="sequence")
        for person in ("ann", "bob", "ann"):
            room.does(person, "approve")
        room.does("ann", "take_back")
        assert room.asked == ["ann"]
        assert room.refuses("ann", "take_back") == "too_late"

    def test_a_proxy_takes_back_the_last_he_gave_for_anybody(self) -> None:
        room = approval("ann", "bob", "cid", mode="all")
        for person in ("bob", "ann"):
            room.does("pia", "approve", for_=person, around={"acts_for": frozenset({person})})
        assert room.does("pia", "take_back")[0].data["for"] == "ann"
        assert room.asked == ["ann", "cid"]

    def test_an_answer_for_two_chairs_is_taken_back_from_both(self) -> None:
        room = approval("ann", "bob", "cid", mode="all")
        room.does("ann", "transfer", who="bob")
        room.does("bob", "approve")
        room.does("bob", "take_back")
        assert [chair.state for chair in room.panel.chairs] == ["open", "open", "open"]

    def test_after_the_decision_it_opens_the_panel_again(self) -> None:
        """Whether it is still early enough outside the node is the machine's to say."""
        room = approval("ann", "bob")
        room.does("ann", "approve")
        room.close()
        room.does("ann", "take_back")
        assert (room.result, room.asked) == (None, ["ann", "bob"])


class TestReturn:
    """退回: the panel only says who may; tokens are the machine's."""

    def test_who_is_asked_may_return_it(self) -> None:
        room = approval("ann")
        (change,) = room.does("ann", "return", to="previous", comment="no invoice")
        assert change.data == {"verb": "return", "to": "previous", "comment": "no invoice"}
        assert (room.result, room.asked) == (None, ["ann"])
        assert room.refuses("bob", "return") == "not_yours"

    def test_in_a_sequence_previous_is_the_previous_person(self) -> None:
        room = approval("ann", "bob", mode="sequence")
        assert step_back(room.panel, MORNING) == []
        room.does("ann", "approve")
        step_back(room.panel, MORNING)
        assert (room.asked, room.panel.revision) == (["ann"], 2)
        room.does("ann", "approve")
        assert room.asked == ["bob"]

    def test_only_the_previous_person_not_those_before_him(self) -> None:
        room = approval("ann", "bob", "cid", mode="sequence")
        room.does("ann", "approve")
        room.does("bob", "approve")
        step_back(room.panel, MORNING)
        assert [chair.state for chair in room.panel.chairs] == ["answered", "open", "open"]
        assert room.asked == ["bob"]

    def test_what_was_answered_can_be_kept(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("ann", "approve", comment="ok")
        assert [(who, one.answer, one.comment) for who, one in answers_of(room.panel).items()] == [
            ("ann", "approve", "ok")
        ]


class TestUrge:
    """催办: once per four hours per person and task."""

    def test_the_second_time_within_four_hours_is_too_soon(self) -> None:
        room = approval("ann", initiator="ivy")
        assert room.does("ivy", "urge")[0].data == {"verb": "urge", "to": ["ann"]}
        room.later(hours=3.99)
        assert room.refuses("ivy", "urge") == "too_soon"
        room.later(hours=0.01)
        room.does("ivy", "urge")

    def test_another_person_may_urge_at_once(self) -> None:
        room = approval("ann", "bob", mode="all", initiator="ivy")
        room.does("ivy", "urge")
        room.does("bob", "urge")

    def test_a_stranger_may_not(self) -> None:
        assert approval("ann", initiator="ivy").refuses("eve", "urge") == "not_yours"


class TestCopies:
    """抄送: to read; each person once; read receipts kept."""

    def test_each_person_once(self) -> None:
        room = approval("ann", readers=("rob",))
        assert room.does("ann", "cc", who=["rob", "sue", "sue"])[0].data["who"] == ["sue"]
        assert room.does("ann", "cc", who="sue")[0].data["who"] == []

    def test_readers_may_comment_but_not_answer(self) -> None:
        room = approval("ann")
        room.does("ann", "cc", who="rob")
        room.does("rob", "comment", text="seen")
        assert room.refuses("rob", "approve") == "not_yours"
        assert room.refuses("rob", "transfer", who="sue") == "not_yours"

    def test_the_first_reading_is_kept(self) -> None:
        room = approval("ann")
        room.does("ann", "cc", who="rob")
        room.does("rob", "read")
        room.later(hours=1)
        room.does("rob", "read")
        assert room.panel.readers == {"rob": MORNING}

    def test_people_who_do_not_exist_cannot_be_told(self) -> None:
        assert approval("ann").refuses("ann", "cc", who="nobody") == "not_allowed"


class TestComment:
    """沟通: ask without moving; mentions notify."""

    def test_it_moves_nothing(self) -> None:
        room = task("ann", initiator="ivy")
        (change,) = room.does("ivy", "comment", text="which floor?", mention=["ann"])
        assert change.data == {"verb": "comment", "text": "which floor?", "mentions": ["ann"]}
        assert room.asked == ["ann"]

    def test_who_has_answered_may_still_speak(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("ann", "approve")
        room.does("ann", "comment", text="because")

    def test_who_waits_for_advice_may_speak(self) -> None:
        room = approval("ann")
        room.does("ann", "delegate", who="bob")
        room.does("ann", "comment", text="well?")

    @pytest.mark.parametrize("verb", ["urge", "comment", "cc"])
    def test_what_the_author_closed_is_closed(self, verb: str) -> None:
        room = approval(Seat("ann"), initiator="ivy")
        assert room.refuses("ivy", verb, who="rob", around={"allow": ()}) == "not_allowed"
