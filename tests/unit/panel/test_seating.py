"""Deadlines and reorganisations: who sits at a node changes without anybody's verb."""

from __future__ import annotations

import msgspec

from tests.support.panels import MORNING, approval, seats, task
from waystation.contracts.people import Resolution, Seat
from workflows.panel import Panel, enlarge, fingerprint, replace, reseat, viewers


def found(*people: str | Seat) -> Resolution:
    return Resolution(seats(*people))


class TestReplace:
    """escalate, transfer: others in place of those who have not answered."""

    def test_answers_given_stay(self) -> None:
        room = approval("ann", "bob", "cid", mode="all")
        room.does("ann", "approve")
        (change,) = replace(room.panel, seats("max"), MORNING)
        assert change.data == {"verb": "replace", "from": ["bob", "cid"], "who": ["max"]}
        assert room.asked == ["max"]
        assert room.refuses("bob", "approve") == "not_yours"
        room.does("max", "approve")
        assert room.result == "approved"

    def test_a_claim_ends(self) -> None:
        room = task("ann", "bob")
        room.does("ann", "claim")
        replace(room.panel, seats("max", "mia"), MORNING)
        assert room.asked == ["max", "mia"]

    def test_later_people_of_a_sequence_keep_their_turn(self) -> None:
        room = approval("ann", "bob", mode="sequence")
        replace(room.panel, seats("max"), MORNING)
        room.does("max", "approve")
        assert room.asked == ["bob"]

    def test_advisers_of_those_who_leave_go_too(self) -> None:
        room = approval("ann")
        room.does("ann", "delegate", who="bob")
        replace(room.panel, seats("max"), MORNING)
        assert room.asked == ["max"]

    def test_who_was_put_after_one_of_them_comes_after_the_newcomer(self) -> None:
        room = approval("ann")
        room.does("ann", "add", who="bob", where="after")
        replace(room.panel, seats("max"), MORNING)
        room.does("max", "approve")
        assert room.asked == ["bob"]

    def test_a_late_after_is_replaced_behind_the_same_approval(self) -> None:
        room = approval("ann")
        room.does("ann", "add", who="bob", where="after")
        room.does("ann", "approve")
        replace(room.panel, seats("max"), MORNING)
        assert room.asked == ["max"]
        room.does("max", "reject")
        assert room.result == "rejected"

    def test_two_late_afters_are_replaced_each_behind_its_own_approval(self) -> None:
        room = approval("ann", "bob", mode="all")
        for approver, after in (("ann", "cid"), ("bob", "dan")):
            room.does(approver, "add", who=after, where="after")
            room.does(approver, "approve")
        replace(room.panel, seats("max"), MORNING)
        assert [chair.person for chair in room.panel.chairs if chair.state == "open"] == ["max", "max"]
        room.does("max", "approve")
        assert room.result == "approved"

    def test_the_asked_are_told_apart_from_the_late(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("ann", "add", who="cid", where="after")
        room.does("ann", "approve")
        replace(room.panel, seats("max"), MORNING)
        assert sorted((chair.person, chair.relation) for chair in room.panel.chairs if chair.state == "open") == [
            ("max", ""),
            ("max", "after"),
        ]

    def test_a_late_after_who_waits_for_advice_is_replaced_too(self) -> None:
        room = approval("ann")
        room.does("ann", "add", who="bob", where="after")
        room.does("ann", "approve")
        room.does("bob", "delegate", who="cid")
        replace(room.panel, seats("max"), MORNING)
        assert room.asked == ["max"]

    def test_with_nobody_to_hand_it_to_it_stays_where_it_is(self) -> None:
        room = approval("ann")
        assert replace(room.panel, (), MORNING) == []
        assert room.asked == ["ann"]

    def test_an_escalation_asks_also_who_would_pass(self) -> None:
        room = approval("ann")
        replace(room.panel, seats(Seat("max", passes="repeat")), MORNING)
        assert room.asked == ["max"]

    def test_several_who_get_a_task_of_one_may_claim_it(self) -> None:
        room = task("ann", strategy="least_loaded")
        replace(room.panel, seats("max", "mia"), MORNING)
        room.does("mia", "claim")
        assert room.asked == ["mia"]


class TestEnlarge:
    """add: others beside those asked; the base grows."""

    def test_the_percentage_is_recomputed(self) -> None:
        room = approval("ann", "bob", mode="percent", quota=50)
        enlarge(room.panel, seats("max", "mia"), MORNING)
        room.does("ann", "approve")
        assert room.result is None
        room.does("mia", "approve")
        assert room.result == "approved"

    def test_nobody_is_added_twice(self) -> None:
        room = approval("ann")
        assert enlarge(room.panel, seats("ann"), MORNING) == []

    def test_newcomers_may_act_although_somebody_had_claimed_it(self) -> None:
        room = task("ann", "bob")
        room.does("ann", "claim")
        enlarge(room.panel, seats("max"), MORNING)
        assert room.asked == ["ann", "bob", "max"]


class TestReseat:
    """The organisation changed: people are resolved again."""

    def test_who_left_drops_out_of_the_base_of_percent(self) -> None:
        room = approval("ann", "bob", "cid", mode="percent", quota=60)
        room.does("ann", "approve")
        (change,) = reseat(room.panel, found("ann", "bob"), MORNING)
        assert change.data == {"verb": "reseat", "out": ["cid"], "who": []}
        assert (room.panel.revision, room.result) == (2, None)
        reseat(room.panel, found("ann"), MORNING)
        assert room.result == "approved"

    def test_who_answered_before_leaving_is_still_counted(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("ann", "approve")
        reseat(room.panel, found("bob"), MORNING)
        room.does("bob", "approve")
        assert room.result == "approved"
        assert [chair.state for chair in room.panel.chairs] == ["answered", "answered"]

    def test_a_successor_is_asked_in_place_of_who_has_not_answered(self) -> None:
        room = approval(Seat("ann", rule=0), Seat("bob", rule=1), mode="all")
        reseat(room.panel, found(Seat("max", rule=0), Seat("bob", rule=1)), MORNING)
        assert sorted(room.asked) == ["bob", "max"]

    def test_a_successor_is_not_asked_again_what_his_predecessor_answered(self) -> None:
        room = approval(Seat("ann", rule=0), Seat("bob", rule=1), mode="all")
        room.does("ann", "approve")
        assert reseat(room.panel, found(Seat("max", rule=0), Seat("bob", rule=1)), MORNING) == []
        assert room.asked == ["bob"]

    def test_a_task_handed_on_stays_with_its_receiver(self) -> None:
        room = approval("ann")
        room.does("ann", "transfer", who="bob")
        reseat(room.panel, found("cid"), MORNING)
        assert "bob" in room.asked

    def test_people_whom_a_verb_brought_go_when_they_are_gone(self) -> None:
        room = approval("ann", "cid", mode="all")
        room.does("ann", "transfer", who="bob")
        reseat(room.panel, found("ann", "cid"), MORNING, gone={"bob"})
        assert room.asked == ["cid", "ann"]

    def test_it_never_becomes_nobodys(self) -> None:
        room = approval("ann")
        assert reseat(room.panel, found(), MORNING) == []
        assert room.asked == ["ann"]

    def test_admins_give_way_once_somebody_is_found(self) -> None:
        room = approval(Seat("root", rule=-1))
        reseat(room.panel, found(Seat("ann", rule=0)), MORNING)
        assert room.asked == ["ann"]

    def test_a_newcomer_joins_the_pool_at_once(self) -> None:
        room = task("ann", "bob")
        reseat(room.panel, found("ann", "new"), MORNING)
        assert room.asked == ["ann", "new"]

    def test_the_claim_of_somebody_who_left_ends(self) -> None:
        room = task("ann", "bob")
        room.does("ann", "claim")
        reseat(room.panel, found("bob"), MORNING)
        assert room.asked == ["bob"]

    def test_a_newcomer_does_not_jump_the_queue_of_a_sequence(self) -> None:
        room = approval("ann", "bob", mode="sequence")
        room.does("ann", "approve")
        reseat(room.panel, found("new", "ann", "bob"), MORNING)
        assert room.asked == ["bob"]
        room.does("bob", "approve")
        assert room.asked == ["new"]

    def test_proxies_follow_the_organisation(self) -> None:
        room = approval("ann")
        reseat(room.panel, found(Seat("ann", proxies=("pia",))), MORNING)
        assert viewers(room.panel) == ["ann", "pia"]

    def test_people_brought_by_a_deadline_stay(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("ann", "approve")
        replace(room.panel, seats("max"), MORNING)
        assert reseat(room.panel, found("ann", "bob"), MORNING) == []
        assert room.asked == ["max"]

    def test_who_was_removed_does_not_come_back(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("ann", "remove", who="bob")
        assert reseat(room.panel, found("ann", "bob"), MORNING) == []

    def test_who_left_and_comes_back_is_asked_again(self) -> None:
        room = approval(Seat("ann", rule=0))
        reseat(room.panel, found(Seat("root", rule=-1)), MORNING)
        assert room.asked == ["root"]
        reseat(room.panel, found(Seat("ann", rule=0)), MORNING)
        assert room.asked == ["ann"]

    def test_nothing_changed_is_no_change(self) -> None:
        room = approval("ann", "bob", mode="all")
        assert reseat(room.panel, found("ann", "bob"), MORNING) == []
        assert room.panel.revision == 1


def test_a_panel_survives_being_written_and_read() -> None:
    """The panel is part of the case's state: JSON, and nothing lost."""
    room = task("ann", "bob", initiator="ivy", readers=("rob",))
    room.does("ann", "claim")
    room.does("ann", "draft", form={"lines": [{"qty": 1}]})
    room.does("ann", "delegate", who="cid")
    room.does("cid", "complete", comment="ok")
    room.does("ivy", "urge")
    room.does("rob", "read")
    assert room.panel == msgspec.json.decode(msgspec.json.encode(room.panel), type=Panel)


def test_equal_data_have_equal_fingerprints_whatever_the_order() -> None:
    """去重 and `stale` compare what was shown, not how it was written."""
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
