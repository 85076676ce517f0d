"""Doing instead of judging, claiming from a pool, drafts, and people who pass by themselves."""

from __future__ import annotations

from tests.support.panels import approval, task
from waystation.contracts.people import Seat


class TestTask:
    """办理: do, not judge."""

    def test_it_is_completed_with_a_named_outcome(self) -> None:
        room = task("ann", outcomes=("fixed", "scrapped"))
        (change,) = room.does("ann", "complete", outcome="scrapped", form={"note": "rust"})
        assert room.result == "scrapped"
        assert change.data == {
            "answer": "complete",
            "outcome": "scrapped",
            "form": {"note": "rust"},
            "comment": "",
            "for": "",
        }

    def test_it_cannot_be_judged_and_an_approval_cannot_be_completed(self) -> None:
        assert task("ann").refuses("ann", "reject") == "not_allowed"
        assert approval("ann").refuses("ann", "complete") == "not_allowed"

    def test_an_outcome_must_be_declared(self) -> None:
        room = task("ann", outcomes=("fixed", "scrapped"))
        assert room.refuses("ann", "complete", outcome="sold") == "not_allowed"
        assert room.refuses("ann", "complete") == "not_allowed"

    def test_a_declared_outcome_may_have_the_name_of_a_judgement(self) -> None:
        room = task("ann", "bob", outcomes=("approve", "reject"), strategy="all")
        room.does("ann", "complete", outcome="reject")
        room.does("bob", "complete", outcome="reject")
        assert room.result == "reject"

    def test_the_only_outcome_need_not_be_named(self) -> None:
        room = task("ann")
        room.does("ann", "complete")
        assert room.result == "done"

    def test_with_strategy_all_each_must_complete_it(self) -> None:
        room = task("ann", "bob", strategy="all")
        room.does("bob", "complete")
        assert (room.result, room.asked) == (None, ["ann"])
        room.does("ann", "complete")
        assert room.result == "done"

    def test_with_strategy_all_the_outcome_of_most_counts_then_the_one_declared_first(self) -> None:
        most = task("ann", "bob", "cid", strategy="all", outcomes=("ok", "bad"))
        for person, outcome in (("ann", "bad"), ("bob", "ok"), ("cid", "bad")):
            most.does(person, "complete", outcome=outcome)
        even = task("ann", "bob", strategy="all", outcomes=("ok", "bad"))
        even.does("ann", "complete", outcome="bad")
        even.does("bob", "complete", outcome="ok")
        assert (most.result, even.result) == ("bad", "ok")


class TestClaim:
    """认领: take from a pool, give back."""

    def test_of_two_claims_exactly_one_wins_and_the_other_gets_claimed(self) -> None:
        room = task("ann", "bob")
        room.does("ann", "claim")
        assert room.asked == ["ann"]
        assert room.refuses("bob", "claim") == "claimed"
        assert room.refuses("bob", "complete") == "claimed"

    def test_answering_an_unclaimed_task_claims_it(self) -> None:
        room = task("ann", "bob")
        room.does("ann", "add", who="cid", where="after")
        room.does("ann", "complete")
        assert room.panel.claimer == "ann"
        assert room.asked == ["cid"]

    def test_release_gives_it_back_to_the_pool(self) -> None:
        room = task("ann", "bob")
        room.does("ann", "claim")
        assert room.refuses("bob", "release") == "claimed"
        room.does("ann", "release")
        assert room.asked == ["ann", "bob"]
        assert room.refuses("ann", "release") == "not_allowed"

    def test_there_is_nothing_to_claim_outside_a_pool(self) -> None:
        assert task("ann", "bob", strategy="all").refuses("ann", "claim") == "not_allowed"
        for settings in ({"mode": "all"}, {"refusals": "all"}, {"decide": "late"}, {"strategy": "all"}):
            assert approval("ann", "bob", **settings).refuses("ann", "claim") == "not_allowed"
        assert approval("m1", Seat("m2", stage=1)).refuses("m1", "claim") == "not_allowed"

    def test_a_stranger_cannot_claim(self) -> None:
        assert task("ann").refuses("bob", "claim") == "not_yours"

    def test_an_approval_that_one_answer_decides_may_be_claimed(self) -> None:
        room = approval("ann", "bob")
        room.does("bob", "claim")
        assert room.refuses("ann", "approve") == "claimed"

    def test_a_claim_ends_with_an_answer_that_decides_nothing(self) -> None:
        """He abstained, and what he took is everybody's again."""
        room = approval("ann", "bob")
        room.does("bob", "claim")
        room.does("bob", "abstain")
        assert room.asked == ["ann"]
        room.does("ann", "approve")


class TestDraft:
    """暂存: save the form without answering."""

    def test_a_draft_belongs_to_the_person(self) -> None:
        room = task("ann", "bob")
        room.does("ann", "draft", form={"note": "a"})
        room.does("bob", "draft", form={"note": "b"})
        assert room.panel.drafts == {"ann": {"note": "a"}, "bob": {"note": "b"}}
        assert room.asked == ["ann", "bob"]

    def test_fields_are_never_lost(self) -> None:
        room = task("ann")
        room.does("ann", "draft", form={"note": "a", "cause": "wear"})
        room.does("ann", "draft", form={"note": "b"})
        assert room.panel.drafts["ann"] == {"note": "b", "cause": "wear"}

    def test_an_incomplete_form_may_be_saved(self) -> None:
        room = task("ann")
        room.does("ann", "draft", form={}, around={"form_is_bad": True})
        assert room.result is None

    def test_an_answer_taken_back_is_there_as_a_draft(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("ann", "approve", form={"note": "fine"})
        room.does("ann", "take_back")
        assert room.panel.drafts["ann"] == {"note": "fine"}


class TestPassing:
    """People who pass by themselves (when_initiator: skip, 去重)."""

    def test_who_passes_counts_as_agreed_without_being_asked(self) -> None:
        room = approval(Seat("ann", passes="repeat"), "bob", mode="all")
        assert room.asked == ["bob"]
        room.does("bob", "approve")
        assert room.result == "approved"

    def test_a_node_where_all_pass_is_approved(self) -> None:
        assert approval(Seat("ann", passes="initiator")).result == "approved"

    def test_who_agreed_before_decides_mode_any(self) -> None:
        assert approval(Seat("ann", passes="repeat"), "bob").result == "approved"

    def test_the_initiators_own_pass_does_not_decide_for_the_others(self) -> None:
        room = approval(Seat("ann", passes="initiator"), "bob")
        assert (room.result, room.asked) == (None, ["bob"])
        room.does("bob", "reject")
        assert room.result == "rejected"

    def test_a_pass_in_a_sequence_hands_on_to_the_next(self) -> None:
        assert approval(Seat("ann", passes="initiator"), "bob", mode="sequence").asked == ["bob"]

    def test_a_task_that_passes_takes_its_first_outcome(self) -> None:
        assert task(Seat("ann", passes="initiator"), outcomes=("fixed", "scrapped")).result == "fixed"

    def test_who_passes_is_not_in_the_pool(self) -> None:
        assert task(Seat("ann", passes="initiator"), "bob").asked == ["bob"]
