"""Joins that can wait for ever, and branches that end although a join counts on them."""

from __future__ import annotations

import pytest

from tests.support.plans import node, on_error, on_message, process, said
from waystation.compiler.checks.soundness import check


def task(*target):
    return node("task", *target)


FORK = {"f": node("fork", ["a", "b", "c"]), "a": task("j"), "b": task("j"), "c": task("j")}


@pytest.mark.parametrize("need", ["all", "any", "reachable", 1, 3, {"$": "arrived > 1"}])
@pytest.mark.parametrize("rest", ["keep", "cancel"])
def test_a_join_of_all_branches_is_sound(need, rest):
    """Whatever it needs, a join that every branch of its fork comes to is no fault."""
    assert said(check(process({**FORK, "j": node("join", "end", need=need, rest=rest)}))) == []


def test_a_join_may_be_counted_by_edges_or_tokens():
    """Three branches bring three edges and three tokens."""
    assert said(check(process({**FORK, "j": node("join", "end", count="edge")}))) == []
    assert said(check(process({**FORK, "j": node("join", "end", count="token", need=3)}))) == []


def test_a_join_behind_a_choice_waits_for_ever():
    """Exclusive branches have no fork: nothing says what the join should wait for."""
    nodes = {"x": node("choice", [("c", "a"), (None, "b")]), "a": task("j"), "b": task("j")}
    (finding,) = check(process({**nodes, "j": node("join", "end")}))
    assert (finding.code, finding.node, finding.variant) == ("deadlock", "j", "no_fork")
    (finding,) = check(process({**nodes, "j": node("join", "end", count="edge")}))
    assert (finding.code, finding.node, finding.variant) == ("deadlock", "j", "edges")
    assert said(check(process({**nodes, "j": node("join", "end", need="reachable")}))) == []
    assert said(check(process({**nodes, "j": node("merge", "end")}))) == []


def test_a_join_needs_a_fork_that_is_on_every_way_to_it():
    """`of` naming a fork that a token can come around of."""
    nodes = {
        "x": node("choice", [("c", "f"), (None, "d")]),
        "f": node("fork", ["a", "b"]),
        "a": task("j"),
        "b": task("j"),
        "d": task("j"),
        "j": node("join", "end", of="f"),
    }
    (finding,) = check(process(nodes))
    assert (finding.code, finding.node, finding.variant) == ("deadlock", "j", "outside")


def test_an_event_may_lead_around_the_fork_that_a_join_names():
    """Its token belongs to no activation and waits for nothing; without `of` nothing says which fork is meant."""
    nodes = {"f": node("fork", ["a", "b"]), "a": task("j"), "b": task("j"), "j": node("join", "end", of="f")}
    events = [on_message("b", interrupt=False)]
    assert said(check(process(nodes, on=events))) == []
    (finding,) = check(process({**nodes, "j": node("join", "end")}, on=events))
    assert (finding.code, finding.variant) == ("deadlock", "no_fork")


def test_a_join_cannot_need_more_branches_than_there_are():
    """Counted are the branches that can come to it, at most as many as one activation may choose."""
    assert said(check(process({**FORK, "j": node("join", "end", need=4)}))) == [("deadlock", "j")]
    side = {**FORK, "c": task("end")}
    assert said(check(process({**side, "j": node("join", "end", need=3)}))) == [("deadlock", "j")]
    assert said(check(process({**side, "j": node("join", "end", need=2)}))) == []
    asked = {**FORK, "f": node("fork", [("p", "a"), ("q", "b"), (None, "c")])}
    assert said(check(process({**asked, "j": node("join", "end", need=3)}))) == [("deadlock", "j")]
    assert said(check(process({**asked, "j": node("join", "end", need=2)}))) == []


def test_tokens_are_counted_with_their_copies():
    """Two copies are too few for three; an expression may give any number; a loop brings ever more."""
    nodes = {"f": node("fork", ["a"], copies=2), "a": task("j"), "j": node("join", "end", count="token", need=3)}
    assert said(check(process(nodes))) == [("deadlock", "j")]
    asked = {**nodes, "f": node("fork", ["a"], copies={"$": "${ data.n }"})}
    looped = {**nodes, "a": node("task", {"ok": "j", "again": "f"})}
    assert said(check(process(asked))) == []
    assert said(check(process(looped))) == []


def test_a_branch_that_may_end_is_lost_for_a_join_that_counts():
    """A plain end loses the token; for `need: all` the branch is simply dead."""
    nodes = {**FORK, "b": node("choice", [("c", "j"), (None, "end")])}
    (finding,) = check(process({**nodes, "j": node("join", "end", need=2)}))
    assert (finding.code, finding.node, finding.args["branches"]) == ("lost_token", "j", ["b"])
    assert said(check(process({**nodes, "j": node("join", "end", count="edge")}))) == [("lost_token", "j")]
    assert said(check(process({**nodes, "j": node("join", "end", count="token", need=3)}))) == [("lost_token", "j")]
    for need in ("all", "any", "reachable"):
        assert said(check(process({**nodes, "j": node("join", "end", need=need)}))) == []


def test_stopping_all_raising_and_going_back_lose_nothing():
    """`terminate`, `error` and edges back before the fork are not lost tokens."""
    nodes = {
        "s": task("f"),
        **FORK,
        "b": node("choice", [("c", "j"), ("d", "stop"), ("e", "fail"), (None, "s")]),
        "stop": node("end", terminate=True),
        "fail": node("end", error="code"),
        "j": node("join", "end", need=3),
    }
    assert said(check(process(nodes))) == []


def test_an_edge_past_the_join_loses_the_token():
    """Going on behind the join without it ends there, even in a loop around all of it."""
    nodes = {
        "s": task("f"),
        **FORK,
        "b": node("choice", [("c", "j"), (None, "k")]),
        "j": node("join", "k", need=3),
        "k": node("choice", [("c", "s"), (None, "end")]),
    }
    assert said(check(process(nodes))) == [("lost_token", "j")]


def test_a_branch_that_splits_is_lost_only_when_all_of_it_ends():
    """Inside a branch a message may go its own way; the branch still arrives with its other token."""
    nodes = {**FORK, "b": node("fork", ["n", "w"]), "n": node("notify", "end"), "w": task("j")}
    assert said(check(process({**nodes, "j": node("join", "end", need=3)}))) == []
    nodes["w"] = node("task", {"ok": "j", "no": "end"})
    assert said(check(process({**nodes, "j": node("join", "end", need=3)}))) == [("lost_token", "j")]


def test_what_an_event_starts_beside_a_branch_may_end():
    """A reminder comes beside the task, whose own token arrives; an event that interrupts takes that token away."""
    for interrupt, lost in ((False, []), (True, [("lost_token", "j")])):
        nodes = {**FORK, "b": node("task", "n", on=[on_message("r", interrupt=interrupt)]), "r": node("notify", "end")}
        nodes |= {"n": task("j")}
        assert said(check(process({**nodes, "j": node("join", "end", need=3)}))) == lost
        assert said(check(process({**nodes, "j": node("join", "end", count="edge")}))) == lost


def test_two_joins_of_one_fork_wait_for_each_other():
    """One branch in each join: neither is complete while the other holds a branch."""
    nodes = {**FORK, "a": task("i"), "b": task("i"), "i": node("join", "j"), "j": node("join", "end")}
    (finding,) = check(process(nodes))
    assert (finding.code, finding.node, finding.args["others"]) == ("deadlock", "i", ["j"])
    split = {
        "f": node("fork", ["a", "b"]),
        "a": node("choice", [("c", "i"), (None, "j")]),
        "b": node("choice", [("c", "i"), (None, "j")]),
        "i": node("join", "end"),
        "j": node("join", "end"),
    }
    assert said(check(process(split))) == [("deadlock", "i")]


def test_nested_forks_have_their_own_joins():
    """The inner join closes the inner fork, the outer one the outer."""
    nodes = {
        "f": node("fork", ["g", "c"]),
        "g": node("fork", ["a", "b"]),
        "a": task("i"),
        "b": task("i"),
        "i": node("join", "j", need=2),
        "c": task("j"),
        "j": node("join", "end", need=2),
    }
    assert said(check(process(nodes))) == []


def test_a_branch_that_leaves_its_fork_for_an_outer_join_blocks_the_inner_one():
    """The inner join waits for a branch that sits in the outer join, which waits for the inner one."""
    nodes = {
        "f": node("fork", ["x", "c"]),
        "x": node("choice", [("p", "g"), (None, "j")]),
        "g": node("fork", ["a", "b", "d"]),
        "a": task("i"),
        "b": task("i"),
        "d": node("choice", [("p", "i"), (None, "j")]),
        "i": node("join", "j"),
        "c": task("j"),
        "j": node("join", "end"),
    }
    (finding,) = check(process(nodes))
    assert (finding.code, finding.node, finding.variant) == ("deadlock", "i", "crossed")
    assert said(check(process({**nodes, "i": node("join", "j", need="any")}))) == []


def test_error_edges_out_of_a_fork_are_sound():
    """A branch that fails dies in the handler; the join goes on with the others."""
    nodes = {
        "f": node("fork", ["a", "b"]),
        "a": node("action", "j", on=[on_error("failed")]),
        "b": node("action", "j", on=[on_error("failed")]),
        "j": node("join", "k"),
        "k": node("action", "end", on=[on_error("failed")]),
        "failed": task("end"),
    }
    assert said(check(process(nodes))) == []


def test_edges_are_counted_where_every_branch_brings_its_own():
    """A choice inside a branch must come together again before a join that counts edges."""
    nodes = {
        "f": node("fork", ["a", "b"]),
        "a": node("choice", [("c", "x"), (None, "y")]),
        "x": task("j"),
        "y": task("j"),
        "b": task("j"),
        "j": node("join", "end", count="edge"),
    }
    (finding,) = check(process(nodes))
    assert (finding.code, finding.node, finding.variant) == ("deadlock", "j", "edges")
    assert said(check(process({**nodes, "x": task("m"), "y": task("m"), "m": node("merge", "j")}))) == []


def test_more_tokens_than_a_join_that_counts_edges_takes_are_queued():
    """A message beside a task brings a second token over the same edge; it waits for its next turn."""
    nodes = {
        "f": node("fork", ["a", "b"]),
        "a": node("task", "m", on=[on_message("m", interrupt=False)]),
        "m": node("merge", "j"),
        "b": task("j"),
        "j": node("join", "end", count="edge"),
    }
    assert said(check(process(nodes))) == []


def test_events_of_the_case_may_feed_a_join_that_counts_edges():
    """What the outside world sends is not the graph's fault."""
    nodes = {"t": task("end"), "x": task("j"), "y": task("j"), "j": node("join", "end", count="edge")}
    events = [on_message("x", interrupt=False), on_message("y", interrupt=False)]
    assert said(check(process(nodes, on=events))) == []


def test_joins_in_bodies_are_judged_there():
    """A body is a graph of its own."""
    body = {"x": node("choice", [("c", "a"), (None, "b")]), "a": task("j"), "b": task("j"), "j": node("join", "end")}
    assert said(check(process({"s": node("scope", "end", body=body)}))) == [("deadlock", "s/j")]


def test_what_waits_for_everything_waits_not_for_ever():
    """`need: reachable` in a loop with a branch that comes back or not."""
    nodes = {
        "f": node("fork", ["a", "b"]),
        "a": node("choice", [("again", "a2"), (None, "j")]),
        "a2": task("a"),
        "b": task("j"),
        "j": node("join", "end", need="reachable"),
    }
    assert said(check(process(nodes))) == []
