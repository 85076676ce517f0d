"""Answering: every row of the first table of approvals.md."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.panels import MORNING, approval, seats
from waystation.contracts.people import Resolution, Seat
from workflows.panel import PanelSettings, answerers, convene, viewers


class TestAny:
    """或签: first answer decides."""

    def test_the_first_approval_decides(self) -> None:
        room = approval("ann", "bob")
        room.does("bob", "approve")
        assert room.result == "approved"
        assert room.asked == []

    def test_the_first_refusal_decides_too(self) -> None:
        room = approval("ann", "bob")
        room.does("ann", "reject")
        assert room.result == "rejected"

    def test_with_refusals_all_it_is_rejected_only_when_everyone_refused(self) -> None:
        room = approval("ann", "bob", refusals="all")
        room.does("ann", "reject")
        assert room.result is None
        assert room.asked == ["bob"]
        room.does("bob", "reject")
        assert room.result == "rejected"

    def test_with_refusals_all_one_approval_still_decides(self) -> None:
        room = approval("ann", "bob", refusals="all")
        room.does("ann", "reject")
        room.does("bob", "approve")
        assert room.result == "approved"

    def test_the_tasks_of_the_others_close_as_withdrawn(self) -> None:
        room = approval("ann", "bob", "cid")
        room.does("bob", "approve")
        assert room.close()[0].data == {"verb": "withdrawn", "who": ["ann", "cid"]}
        assert [chair.state for chair in room.panel.chairs] == ["withdrawn", "answered", "withdrawn"]
        assert room.result == "approved"

    def test_an_abstention_leaves_it_to_the_others(self) -> None:
        room = approval("ann", "bob")
        room.does("ann", "abstain")
        assert (room.result, room.asked) == (None, ["bob"])

    def test_decided_late_everyone_answers_and_the_first_judgement_counts(self) -> None:
        room = approval("ann", "bob", decide="late")
        room.does("ann", "approve")
        assert room.result is None
        room.does("bob", "reject")
        assert room.result == "approved"


class TestAll:
    """会签: asked at once, all must agree."""

    def test_everybody_is_asked_at_once_and_must_agree(self) -> None:
        room = approval("ann", "bob", mode="all")
        assert room.asked == ["ann", "bob"]
        room.does("bob", "approve")
        assert (room.result, room.asked) == (None, ["ann"])
        room.does("ann", "approve")
        assert room.result == "approved"

    def test_decided_early_the_first_refusal_ends_it(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("bob", "reject")
        assert room.result == "rejected"

    def test_decided_late_everyone_answers_before_the_result(self) -> None:
        room = approval("ann", "bob", "cid", mode="all", decide="late")
        room.does("bob", "reject")
        assert (room.result, room.asked) == (None, ["ann", "cid"])
        room.does("ann", "approve")
        room.does("cid", "approve")
        assert room.result == "rejected"

    def test_who_has_answered_is_not_asked_again(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("ann", "approve")
        assert room.refuses("ann", "reject") == "not_yours"

    def test_an_abstention_does_not_stop_the_agreement_of_the_others(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("ann", "abstain")
        room.does("bob", "approve")
        assert room.result == "approved"


class TestSequence:
    """依次: one after another."""

    def test_a_later_person_does_not_see_it_before_his_turn(self) -> None:
        room = approval("ann", Seat("bob", proxies=("pia",)), mode="sequence")
        assert viewers(room.panel) == ["ann"]
        assert room.refuses("bob", "approve") == "not_yours"
        assert room.refuses("bob", "comment", text="now?") == "not_yours"
        room.does("ann", "approve")
        assert viewers(room.panel) == ["bob", "pia"]

    def test_people_of_one_rule_are_asked_one_after_another(self) -> None:
        room = approval("ann", "bob", "cid", mode="sequence")
        for person in ("ann", "bob", "cid"):
            assert room.asked == [person]
            room.does(person, "approve")
        assert room.result == "approved"

    def test_one_refusal_ends_it(self) -> None:
        room = approval("ann", "bob", mode="sequence")
        room.does("ann", "reject")
        assert room.result == "rejected"

    def test_decided_late_it_goes_on_after_a_refusal(self) -> None:
        room = approval("ann", "bob", mode="sequence", decide="late")
        room.does("ann", "reject")
        assert room.asked == ["bob"]
        room.does("bob", "approve")
        assert room.result == "rejected"

    def test_people_may_be_added_and_removed_while_it_runs(self) -> None:
        room = approval("ann", "bob", "cid", mode="sequence")
        room.does("ann", "remove", who="bob")
        room.does("ann", "add", who="dan", where="after")
        room.does("ann", "approve")
        assert room.asked == ["dan"]
        room.does("dan", "approve")
        assert room.asked == ["cid"]

    def test_managers_of_several_levels_are_asked_one_after_another_in_any_mode(self) -> None:
        room = approval(Seat("m1"), Seat("m2", stage=1))
        room.does("m1", "approve")
        assert (room.result, room.asked) == (None, ["m2"])
        room.does("m2", "approve")
        assert room.result == "approved"

    def test_a_refusal_of_the_first_manager_ends_the_chain(self) -> None:
        room = approval(Seat("m1"), Seat("m2", stage=1))
        room.does("m1", "reject")
        assert room.result == "rejected"


class TestPercentAndNeed:
    """比例: at least p % or n approvals, decided as soon as certain in either direction."""

    def test_percent_is_at_least_not_more_than(self) -> None:
        room = approval("ann", "bob", mode="percent", quota=50)
        room.does("ann", "approve")
        assert room.result == "approved"

    def test_percent_is_compared_exactly(self) -> None:
        short = approval("ann", "bob", "cid", mode="percent", quota=Decimal("66.67"))
        just = approval("ann", "bob", "cid", mode="percent", quota=Decimal("66.66"))
        for room in (short, just):
            room.does("ann", "approve")
            room.does("bob", "approve")
        assert (short.result, just.result) == (None, "approved")

    def test_it_is_rejected_as_soon_as_it_can_no_longer_be_met(self) -> None:
        room = approval("ann", "bob", "cid", "dan", mode="percent", quota=75)
        room.does("ann", "reject")
        assert room.result is None
        room.does("bob", "reject")
        assert room.result == "rejected"

    def test_an_abstention_counts_as_answered_not_as_approval(self) -> None:
        room = approval("ann", "bob", mode="percent", quota=100)
        room.does("ann", "abstain")
        assert room.result == "rejected"

    def test_need_is_met_by_so_many_approvals(self) -> None:
        room = approval("ann", "bob", "cid", mode="need", quota=2)
        room.does("cid", "approve")
        room.does("bob", "reject")
        assert room.result is None
        room.does("ann", "approve")
        assert room.result == "approved"

    def test_more_approvals_needed_than_people_is_certain_at_once(self) -> None:
        assert approval("ann", mode="need", quota=2).result == "rejected"

    @pytest.mark.parametrize(("mode", "after_one"), [("need", "approved"), ("weight", "approved"), ("percent", None)])
    def test_without_a_number_one_is_needed_or_all_per_cent(self, mode: str, after_one: str | None) -> None:
        room = approval("ann", "bob", mode=mode)
        room.does("ann", "approve")
        assert room.result == after_one

    def test_decided_late_it_waits_for_everyone(self) -> None:
        room = approval("ann", "bob", mode="need", quota=1, decide="late")
        room.does("ann", "approve")
        assert room.result is None
        room.does("bob", "reject")
        assert room.result == "approved"


class TestWeight:
    """票签: the sum of weights of approvals reaches w."""

    def test_the_weights_of_approvals_are_summed(self) -> None:
        room = approval(Seat("ann", weight=3), Seat("bob", weight=2), "cid", mode="weight", quota=5)
        room.does("ann", "approve")
        assert room.result is None
        room.does("bob", "approve")
        assert room.result == "approved"

    def test_it_is_rejected_when_the_weight_still_out_is_too_small(self) -> None:
        room = approval(Seat("ann", weight=3), Seat("bob", weight=2), "cid", mode="weight", quota=4)
        room.does("ann", "reject")
        assert room.result == "rejected"


class TestAllThenAny:
    """全员表态后任一通过: everyone answers, one approval suffices."""

    def test_one_approval_suffices_once_everyone_has_answered(self) -> None:
        room = approval("ann", "bob", "cid", mode="all_then_any")
        room.does("ann", "approve")
        room.does("bob", "reject")
        assert (room.result, room.asked) == (None, ["cid"])
        room.does("cid", "abstain")
        assert room.result == "approved"

    def test_without_an_approval_it_is_rejected(self) -> None:
        room = approval("ann", "bob", mode="all_then_any")
        room.does("ann", "reject")
        room.does("bob", "abstain")
        assert room.result == "rejected"


@pytest.mark.parametrize(
    "settings",
    [
        {"mode": "any"},
        {"mode": "any", "refusals": "all"},
        {"mode": "all"},
        {"mode": "sequence"},
        {"mode": "need", "quota": 1},
        {"mode": "percent", "quota": 1},
        {"mode": "weight", "quota": 1},
        {"mode": "all_then_any"},
    ],
)
def test_where_everybody_abstained_nobody_approved(settings: dict[str, object]) -> None:
    """Abstentions alone never approve: the node is rejected, in every mode."""
    room = approval("ann", "bob", **settings)
    room.does("ann", "abstain")
    room.does("bob", "abstain")
    assert room.result == "rejected"


def test_a_panel_without_seats_is_nobodys_and_undecided() -> None:
    """What then happens is `when_empty`'s business, not a count over nobody."""
    panel = convene(PanelSettings(judge=True), Resolution(seats()), MORNING)
    assert answerers(panel) == []
