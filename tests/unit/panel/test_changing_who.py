"""Changing who: every row of the second table of approvals.md that a panel decides."""

from __future__ import annotations

import pytest

from tests.support.panels import MORNING, Room, approval, task
from waystation.contracts.people import Seat
from workflows.panel import agreed, answered_by, keep_answers, revise, viewers
from workflows.panel.model import Answer


class TestTransfer:
    """转交: the other decides, I am out."""

    def test_the_other_decides_and_i_am_out(self) -> None:
        room = approval("ann")
        (change,) = room.does("ann", "transfer", who="bob")
        assert change.data == {"verb": "transfer", "from": "ann", "who": "bob"}
        assert room.asked == ["bob"]
        assert room.refuses("ann", "approve") == "not_yours"

    def test_back_to_the_sender_is_allowed(self) -> None:
        room = approval("ann")
        room.does("ann", "transfer", who="bob")
        room.does("bob", "transfer", who="ann")
        assert room.asked == ["ann"]
        assert room.panel.chairs[0].chain == ("ann", "bob")
        assert room.panel.revision == 3

    def test_at_most_ten_in_a_chain(self) -> None:
        room = approval("p0")
        for step in range(10):
            room.does(f"p{step}", "transfer", who=f"p{step + 1}")
        assert room.refuses("p10", "transfer", who="p11") == "not_allowed"

    def test_weight_and_turn_stay_with_the_chair(self) -> None:
        room = approval(Seat("ann", weight=3), "bob", mode="weight", quota=3)
        room.does("ann", "transfer", who="cid")
        room.does("cid", "approve")
        assert room.result == "approved"

    def test_a_pool_task_handed_on_is_the_receivers_alone(self) -> None:
        room = task("ann", "bob")
        room.does("ann", "transfer", who="cid")
        assert room.asked == ["cid"]
        room.does("cid", "release")
        assert room.asked == ["cid", "bob"]

    def test_to_somebody_asked_anyway_his_one_answer_carries_both_voices(self) -> None:
        room = approval("ann", "bob", "cid", mode="need", quota=2)
        room.does("ann", "transfer", who="bob")
        assert room.asked == ["bob", "cid"]
        room.does("bob", "approve")
        assert room.result == "approved"

    @pytest.mark.parametrize("who", ["ann", "nobody", "", ["bob", "cid"]])
    def test_to_oneself_to_nobody_or_to_several_is_not_allowed(self, who: object) -> None:
        assert approval("ann").refuses("ann", "transfer", who=who) == "not_allowed"

    def test_the_draft_stays_with_its_writer_and_a_copy_goes_along(self) -> None:
        """Stateful reallocation: the work done so far is kept."""
        room = task("ann")
        room.does("ann", "draft", form={"note": "mine"})
        room.does("ann", "transfer", who="bob")
        assert room.panel.drafts == {"ann": {"note": "mine"}, "bob": {"note": "mine"}}


class TestDelegate:
    """委派: the other advises, it returns to me."""

    def test_it_returns_to_me_with_the_advice_and_only_i_answer(self) -> None:
        room = approval("ann")
        room.does("ann", "delegate", who="bob")
        assert room.asked == ["bob"]
        assert room.refuses("ann", "approve") == "not_yours"
        (change,) = room.does("bob", "approve", comment="fine by me")
        assert change.kind == "verb"
        assert change.data["verb"] == "advise"
        assert change.data["back_to"] == ["ann"]
        assert (room.result, room.asked) == (None, ["ann"])
        room.does("ann", "reject")
        assert room.result == "rejected"

    def test_his_refusal_decides_nothing(self) -> None:
        room = approval("ann", mode="all")
        room.does("ann", "delegate", who="bob")
        room.does("bob", "reject")
        assert (room.result, room.asked) == (None, ["ann"])

    def test_advice_needs_no_complete_form(self) -> None:
        room = task("ann")
        room.does("ann", "delegate", who="bob")
        room.does("bob", "complete", around={"form_is_bad": True})
        assert room.refuses("ann", "complete", around={"form_is_bad": True}) == "bad_form"

    def test_the_adviser_is_not_among_those_who_answered(self) -> None:
        room = approval("ann")
        room.does("ann", "delegate", who="bob")
        room.does("bob", "approve")
        room.does("ann", "approve")
        assert answered_by(room.panel) == ["ann"]

    def test_an_adviser_may_ask_for_advice_but_not_from_the_one_he_advises(self) -> None:
        room = approval("ann")
        room.does("ann", "delegate", who="bob")
        assert room.refuses("bob", "delegate", who="ann") == "not_allowed"
        room.does("bob", "delegate", who="cid")
        room.does("cid", "abstain")
        assert room.asked == ["bob"]

    def test_i_may_call_it_back(self) -> None:
        room = approval("ann")
        room.does("ann", "delegate", who="bob")
        room.does("ann", "remove", who="bob")
        assert room.asked == ["ann"]

    def test_delegating_a_pool_task_takes_it(self) -> None:
        room = task("ann", "bob")
        room.does("ann", "delegate", who="cid")
        assert room.asked == ["cid"]
        assert room.refuses("bob", "complete") == "claimed"


class TestProxy:
    """代理: both see it; the record says A for B."""

    def room(self) -> Room:
        return approval(Seat("ann", proxies=("pia",)), "bob", mode="all")

    def test_both_see_it(self) -> None:
        assert viewers(self.room().panel) == ["ann", "bob", "pia"]

    def test_the_record_says_who_acted_for_whom(self) -> None:
        room = self.room()
        (change,) = room.does("pia", "approve", around={"acts_for": frozenset({"ann"})})
        assert change.data["for"] == "ann"
        assert (room.panel.chairs[0].person, room.panel.chairs[0].by) == ("ann", "pia")
        assert answered_by(room.panel) == ["ann", "pia"]

    def test_without_a_proxy_in_force_it_is_not_his(self) -> None:
        assert self.room().refuses("pia", "approve") == "not_yours"

    def test_one_answer_is_enough_from_either(self) -> None:
        room = self.room()
        room.does("pia", "approve", around={"acts_for": frozenset({"ann"})})
        assert room.refuses("ann", "approve") == "not_yours"

    def test_who_is_asked_himself_answers_for_himself_first(self) -> None:
        room = self.room()
        stands_in = {"acts_for": frozenset({"ann"})}
        assert room.does("bob", "approve", around=stands_in)[0].data["for"] == ""
        assert room.does("bob", "approve", around=stands_in)[0].data["for"] == "ann"

    def test_he_may_name_whom_he_acts_for(self) -> None:
        room = self.room()
        change = room.does("pia", "reject", for_="bob", around={"acts_for": frozenset({"ann", "bob"})})[0]
        assert change.data["for"] == "bob"

    def test_what_a_proxy_claims_is_the_owners(self) -> None:
        room = task("ann", "bob")
        room.does("pia", "claim", around={"acts_for": frozenset({"ann"})})
        assert room.asked == ["ann"]
        room.does("ann", "complete")
        assert room.result == "done"

    def test_a_newcomer_brings_his_proxies(self) -> None:
        room = approval("ann")
        room.does(
            "ann", "transfer", who="bob", facts={"proxies": {"bob": ["pia", "eve"]}}, around={"excluded": {"eve"}}
        )
        assert viewers(room.panel) == ["bob", "pia"]

    def test_an_initiator_who_may_not_approve_himself_acts_for_nobody(self) -> None:
        stands_in = {"acts_for": frozenset({"bob"})}
        for rule, code in (("skip", "four_eyes"), ("manager", "four_eyes")):
            room = approval("bob", initiator="ann", when_initiator=rule)
            assert room.refuses("ann", "approve", around=stands_in) == code
        room = approval("bob", initiator="ann")
        assert room.does("ann", "approve", around=stands_in)[0].data["for"] == "bob"


class TestHandover:
    """离职转办: all open work of A goes to B."""

    def test_also_chairs_whose_turn_has_not_come(self) -> None:
        room = approval("ann", "bob", "ann", mode="sequence")
        room.does("root", "handover", from_="ann", to="cid", around={"is_operator": True})
        assert [chair.person for chair in room.panel.chairs] == ["cid", "bob", "cid"]

    def test_answers_given_stay_his(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("ann", "approve")
        assert room.refuses("root", "handover", from_="ann", to="cid", around={"is_operator": True}) == "not_yours"

    def test_a_place_in_a_pool_can_be_handed_over_while_another_has_claimed_it(self) -> None:
        room = task("ann", "bob")
        room.does("bob", "claim")
        room.does("ann", "handover", from_="ann", to="cid")
        assert room.asked == ["bob"]

    def test_a_claim_goes_along(self) -> None:
        room = task("ann", "bob")
        room.does("ann", "claim")
        room.does("ann", "handover", from_="ann", to="cid")
        assert room.asked == ["cid"]

    def test_only_he_himself_or_an_operator(self) -> None:
        assert approval("ann").refuses("bob", "handover", from_="ann", to="bob") == "not_yours"


class TestRepeat:
    """去重: never when the form's data changed since his answer."""

    def test_who_agreed_to_other_data_has_not_agreed(self) -> None:
        room = approval("ann", shown="v1")
        room.does("ann", "approve")
        assert agreed(room.panel, "v1") == ["ann"]
        assert agreed(room.panel, "v2") == []

    def test_a_refusal_is_no_agreement(self) -> None:
        room = approval("ann", shown="v1")
        room.does("ann", "reject")
        assert agreed(room.panel, "v1") == []


class TestFourEyes:
    """exclude: also through transfer, delegation and proxies."""

    EVE = {"excluded": frozenset({"eve"})}

    def test_not_by_answering_or_claiming(self) -> None:
        assert approval("eve").refuses("eve", "approve", around=self.EVE) == "four_eyes"
        assert task("eve").refuses("eve", "claim", around=self.EVE) == "four_eyes"

    @pytest.mark.parametrize("verb", ["transfer", "delegate", "add_before", "add_after", "add_with"])
    def test_not_by_being_given_the_task(self, verb: str) -> None:
        assert approval("ann").refuses("ann", verb, who="eve", around=self.EVE) == "four_eyes"

    def test_not_by_handover(self) -> None:
        around = {**self.EVE, "is_operator": True}
        assert approval("ann").refuses("root", "handover", from_="ann", to="eve", around=around) == "four_eyes"

    def test_not_as_a_proxy(self) -> None:
        around = {**self.EVE, "acts_for": frozenset({"ann"})}
        assert approval("ann").refuses("eve", "approve", around=around) == "four_eyes"

    def test_not_by_somebody_acting_for_him(self) -> None:
        around = {**self.EVE, "acts_for": frozenset({"eve"})}
        assert approval("eve").refuses("pia", "approve", around=around) == "four_eyes"


class TestOperator:
    """An operator moves a task, but does not answer it."""

    ROOT = {"is_operator": True, "allow": ()}

    def test_he_may_move_it_without_the_authors_leave(self) -> None:
        room = approval("ann")
        room.does("root", "transfer", who="bob", around=self.ROOT)
        assert room.asked == ["bob"]

    def test_he_says_whose_if_there_are_several(self) -> None:
        room = approval("ann", "bob", mode="all")
        assert room.refuses("root", "transfer", who="cid", around=self.ROOT) == "not_yours"
        room.does("root", "transfer", from_="bob", who="cid", around=self.ROOT)
        assert room.asked == ["ann", "cid"]

    def test_asked_himself_he_is_bound_by_the_authors_leave_in_what_only_the_asked_do(self) -> None:
        room = approval("root")
        assert room.refuses("root", "delegate", who="bob", around=self.ROOT) == "not_allowed"
        room.does("root", "comment", text="mine", around=self.ROOT)

    def test_he_may_not_answer(self) -> None:
        assert approval("ann").refuses("root", "approve", around=self.ROOT) == "not_yours"

    def test_being_a_candidate_himself_does_not_hinder_him(self) -> None:
        room = task("root", "ann", "bob")
        room.does("ann", "claim")
        assert room.refuses("root", "delegate", who="cid", around={"is_operator": True}) == "claimed"
        room.does("root", "release", around=self.ROOT)
        assert room.asked == ["root", "ann", "bob"]
        room.does("root", "transfer", from_="bob", who="cid", around=self.ROOT)
        assert room.asked == ["cid"]

    def test_he_may_remove_somebody(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("root", "remove", who="ann", around=self.ROOT)
        assert room.asked == ["bob"]


def test_answers_kept_after_a_return_count_again() -> None:
    """answers: keep: who answered before the return is not asked again."""
    room = approval("ann", "bob", mode="all")
    changes = keep_answers(room.panel, {"ann": Answer("approve", MORNING, "ann"), "eve": Answer("reject")})
    assert [change.data for change in changes] == [{"verb": "keep_answers", "who": ["ann"]}]
    assert keep_answers(room.panel, {}) == []
    assert room.asked == ["bob"]
    room.does("bob", "approve")
    assert room.result == "approved"


def test_changed_data_make_older_commands_stale() -> None:
    """`stale`: the command names an older revision of the form or task."""
    room = approval("ann", shown="v1")
    seen = room.panel.revision
    assert revise(room.panel, "v2")
    assert room.refuses("ann", "approve", revision=seen) == "stale"
    room.does("ann", "approve", revision=room.panel.revision)


def test_answers_of_others_make_nothing_stale() -> None:
    """Two people of one countersignature may answer from the same page."""
    room = approval("ann", "bob", mode="all")
    seen = room.panel.revision
    room.does("ann", "approve", revision=seen)
    room.does("bob", "approve", revision=seen)
    assert room.result == "approved"
