"""加签 and 减签: people put before, after or beside somebody, and people taken away."""

from __future__ import annotations

import pytest

from tests.support.panels import approval, task
from waystation.contracts.people import Seat


class TestAddBefore:
    """前加签: someone before me."""

    def test_i_am_asked_again_after_him(self) -> None:
        room = approval("ann")
        room.does("ann", "add", who="bob", where="before")
        assert room.asked == ["bob"]
        (change,) = room.does("bob", "approve")
        assert change.data["back_to"] == ["ann"]
        assert (room.result, room.asked) == (None, ["ann"])
        room.does("ann", "approve")
        assert room.result == "approved"

    @pytest.mark.parametrize("settings", [{"mode": "any"}, {"mode": "all"}, {"mode": "percent", "quota": 100}])
    def test_his_refusal_returns_it_to_me_and_does_not_end_the_node(self, settings: dict[str, object]) -> None:
        room = approval("ann", **settings)
        room.does("ann", "add", who="bob", where="before")
        (change,) = room.does("bob", "reject", comment="too dear")
        assert (change.data["answer"], change.data["back_to"]) == ("reject", ["ann"])
        assert (room.result, room.asked) == (None, ["ann"])
        room.does("ann", "approve")
        assert room.result == "approved"

    def test_he_is_not_in_the_base(self) -> None:
        room = approval("ann", "bob", mode="percent", quota=100)
        room.does("ann", "add", who="cid", where="before")
        assert room.asked == ["bob", "cid"]
        room.does("bob", "approve")
        room.does("cid", "approve")
        room.does("ann", "approve")
        assert room.result == "approved"

    def test_several_may_come_before_me(self) -> None:
        room = approval("ann")
        room.does("ann", "add", who=["bob", "cid"], where="before")
        room.does("bob", "approve")
        assert room.asked == ["cid"]
        room.does("cid", "approve")
        assert room.asked == ["ann"]

    def test_someone_beside_him_also_comes_before_me(self) -> None:
        room = approval("ann", mode="percent", quota=100)
        room.does("ann", "add", who="bob", where="before")
        room.does("bob", "add", who="cid", where="with")
        room.does("bob", "approve")
        assert room.asked == ["cid"]
        room.does("cid", "reject")
        assert (room.result, room.asked) == (None, ["ann"])

    def test_a_refusal_after_him_is_his_not_the_nodes(self) -> None:
        room = approval("ann")
        room.does("ann", "add", who="bob", where="before")
        room.does("bob", "add", who="cid", where="after")
        room.does("bob", "approve")
        room.does("cid", "reject")
        assert (room.result, room.asked) == (None, ["ann"])

    def test_nobody_is_put_before_the_one_above_him(self) -> None:
        room = approval("ann")
        room.does("ann", "add", who="bob", where="before")
        assert room.refuses("bob", "add", who="ann", where="before") == "not_allowed"
        assert room.refuses("bob", "remove", who="ann") == "not_allowed"


class TestAddAfter:
    """后加签: someone after me."""

    def test_my_approval_counts_when_he_has_approved(self) -> None:
        room = approval("ann")
        room.does("ann", "add", who="bob", where="after")
        assert room.asked == ["ann"]
        assert room.refuses("bob", "approve") == "not_yours"
        room.does("ann", "approve")
        assert (room.result, room.asked) == (None, ["bob"])
        room.does("bob", "approve")
        assert room.result == "approved"

    @pytest.mark.parametrize("settings", [{"mode": "any", "refusals": "all"}, {"mode": "need", "quota": 1}])
    def test_his_refusal_is_the_nodes_refusal(self, settings: dict[str, object]) -> None:
        room = approval("ann", "cid", **settings)
        room.does("ann", "add", who="bob", where="after")
        room.does("ann", "approve")
        room.does("bob", "reject")
        assert room.result == "rejected"

    def test_decided_late_his_refusal_waits_for_the_others(self) -> None:
        room = approval("ann", "cid", mode="need", quota=1, decide="late")
        room.does("ann", "add", who="bob", where="after")
        room.does("ann", "approve")
        room.does("bob", "reject")
        assert room.result is None
        room.does("cid", "approve")
        assert room.result == "rejected"

    def test_if_i_refuse_he_is_not_asked(self) -> None:
        room = approval("ann", "cid", mode="all", decide="late")
        room.does("ann", "add", who="bob", where="after")
        room.does("ann", "reject")
        assert room.asked == ["cid"]

    def test_his_abstention_makes_mine_of_my_approval(self) -> None:
        room = approval("ann", mode="need", quota=1)
        room.does("ann", "add", who="bob", where="after")
        room.does("ann", "approve")
        room.does("bob", "abstain")
        assert room.result == "rejected"

    def test_in_a_sequence_he_comes_before_the_next_person(self) -> None:
        room = approval("ann", "cid", mode="sequence")
        room.does("ann", "add", who="bob", where="after")
        room.does("ann", "approve")
        assert room.asked == ["bob"]
        room.does("bob", "approve")
        assert room.asked == ["cid"]

    def test_a_task_is_done_when_he_has_done_his_part(self) -> None:
        room = task("ann", outcomes=("ok", "bad"))
        room.does("ann", "add", who="bob", where="after")
        room.does("ann", "complete", outcome="ok")
        assert room.result is None
        room.does("bob", "complete", outcome="bad")
        assert room.result == "ok"


class TestAddWith:
    """并加签: someone beside me joins the mode and its base."""

    def test_the_percentage_is_recomputed(self) -> None:
        room = approval("ann", "bob", mode="percent", quota=60)
        room.does("ann", "add", who=["cid", "dan"], where="with")
        room.does("ann", "approve")
        room.does("bob", "approve")
        assert room.result is None
        room.does("dan", "approve")
        assert room.result == "approved"

    def test_he_must_agree_too(self) -> None:
        room = approval("ann", mode="all")
        room.does("ann", "add", who="bob", where="with")
        room.does("ann", "approve")
        assert (room.result, room.asked) == (None, ["bob"])

    def test_in_a_sequence_he_has_the_same_turn(self) -> None:
        room = approval("ann", "cid", mode="sequence")
        room.does("ann", "add", who="bob", where="with")
        assert room.asked == ["ann", "bob"]
        room.does("ann", "approve")
        assert room.asked == ["bob"]

    def test_nobody_gets_a_second_voice(self) -> None:
        room = approval("ann", "bob", mode="all")
        assert room.refuses("ann", "add", who="bob", where="with") == "not_allowed"

    def test_whom_the_claimer_puts_beside_himself_shares_the_claim(self) -> None:
        room = task("ann", "bob")
        room.does("ann", "claim")
        room.does("ann", "add", who="cid", where="with")
        assert room.asked == ["ann", "cid"]

    @pytest.mark.parametrize("where", ["before", "after"])
    def test_putting_somebody_before_or_after_oneself_takes_a_pool_task(self, where: str) -> None:
        room = task("ann", "bob")
        room.does("ann", "add", who="cid", where=where)
        assert room.panel.claimer == "ann"
        assert room.panel.revision == 2

    def test_there_is_no_other_place(self) -> None:
        assert approval("ann").refuses("ann", "add", who="bob", where="under") == "not_allowed"


class TestRemove:
    """减签: take away one who has not answered."""

    def test_one_who_has_not_answered_goes(self) -> None:
        room = approval("ann", "bob", "cid", mode="all")
        room.does("ann", "remove", who="bob")
        assert room.asked == ["ann", "cid"]

    def test_one_who_has_answered_stays(self) -> None:
        room = approval("ann", "bob", "cid", mode="all")
        room.does("bob", "approve")
        assert room.refuses("ann", "remove", who="bob") == "too_late"

    def test_somebody_not_asked_cannot_go(self) -> None:
        assert approval("ann", "bob", mode="all").refuses("ann", "remove", who="cid") == "not_allowed"

    def test_never_the_last_one(self) -> None:
        assert approval("ann").refuses("ann", "remove", who="ann") == "would_be_empty"
        pair = approval("ann", "bob", mode="all")
        assert pair.refuses("ann", "remove", who=["ann", "bob"]) == "would_be_empty"

    def test_never_the_last_who_is_still_out(self) -> None:
        room = approval("ann", "bob", "cid", mode="all", decide="late")
        room.does("ann", "approve")
        room.does("cid", "approve")
        assert room.refuses("bob", "remove", who="bob") == "would_be_empty"

    def test_never_below_what_need_needs(self) -> None:
        room = approval("ann", "bob", mode="need", quota=2)
        assert room.refuses("ann", "remove", who="bob") == "would_be_empty"

    def test_never_below_the_weight_needed(self) -> None:
        room = approval(Seat("ann", weight=1), Seat("bob", weight=5), mode="weight", quota=3)
        assert room.refuses("ann", "remove", who="bob") == "would_be_empty"

    def test_a_removal_may_make_the_approval_certain(self) -> None:
        room = approval("ann", "bob", "cid", "dan", mode="percent", quota=50)
        room.does("ann", "approve")
        room.does("bob", "remove", who=["cid", "dan"])
        assert room.result == "approved"

    def test_a_removal_refuses_nothing(self) -> None:
        room = approval("ann", "bob", "cid", mode="percent", quota=60)
        room.does("ann", "reject")
        assert room.refuses("bob", "remove", who="cid") == "would_be_empty"

    def test_who_was_put_before_somebody_may_send_away_his_neighbour(self) -> None:
        room = approval("ann")
        room.does("ann", "add", who=["bob", "cid"], where="before")
        room.does("bob", "remove", who="cid")
        assert room.asked == ["bob"]

    def test_with_him_go_those_he_had_put_before_himself(self) -> None:
        room = approval("ann", "bob", mode="all")
        room.does("bob", "add", who="cid", where="before")
        room.does("ann", "remove", who="bob")
        assert room.asked == ["ann"]
