"""Nodes that nothing leads to, nodes with no way out, loops that nothing slows down."""

from __future__ import annotations

from tests.support.plans import node, on_deadline, on_error, on_message, process, said
from waystation.compiler.checks.structure import check
from waystation.contracts.plan import Limits


def test_a_line_of_nodes_is_fine():
    """A process in which everything is reached and everything ends has no findings."""
    unit = process({"a": node("task", "b"), "b": node("action", {"done": "c"}), "c": node("end")})
    assert said(check(unit)) == []


def test_a_node_that_nothing_leads_to_is_unreachable():
    """Every node without a path from the first one is named, in bodies too."""
    body = {"x": node("task", "end"), "y": node("task", "end")}
    unit = process({"a": node("scope", "end", body=body), "b": node("task", "end")})
    assert said(check(unit)) == [("unreachable", "b"), ("unreachable", "a/y")]


def test_events_lead_to_nodes():
    """Boundary events of a node, of a race's alternative and of the case count as ways to a node."""
    waits = {"x": node("receive", "end", on=[on_deadline("late")]), "y": node("wait", "soon")}
    nodes = {
        "a": node("task", "r", on=[on_error("failed")]),
        "r": node("race", body=waits),
        "failed": node("task", "end"),
        "late": node("task", "end"),
        "soon": node("task", "end"),
        "stopped": node("task", "end"),
    }
    assert said(check(process(nodes, on=[on_message("stopped")]))) == []


def test_a_node_without_a_way_out_has_no_path_to_an_end():
    """What merely leads to the trap is not named again."""
    unit = process({"a": node("choice", [("c", "b"), (None, "end")]), "b": node("task", "d"), "d": node("set")})
    assert said(check(unit)) == [("no_path_to_end", "d")]


def test_a_loop_without_an_exit_has_no_path_to_an_end():
    """A closed loop is one finding at its first node."""
    unit = process({"a": node("task", "b"), "b": node("wait", "c"), "c": node("task", "b")})
    (finding,) = check(unit)
    assert (finding.code, finding.node, finding.variant) == ("no_path_to_end", "b", "loop")
    assert finding.args["names"] == ["b", "c"]


def test_a_loop_that_another_branch_stops_may_be_endless():
    """Reminders that run until a join cancels the rest, an end terminates, or a node withdraws them, are no traps."""
    remind = {"w": node("wait", "n"), "n": node("notify", "w")}
    by_join = {"f": node("fork", ["t", "w"]), "t": node("task", "j"), **remind}
    by_join["j"] = node("join", "end", need="any", rest="cancel")
    by_end = {"f": node("fork", ["t", "w"]), "t": node("task", "stop"), **remind, "stop": node("end", terminate=True)}
    by_node = {"f": node("fork", ["t", "w"]), "t": node("task", "end", cancels=["w", "n"]), **remind}
    never = {"f": node("fork", ["t", "w"]), "t": node("task", "end"), **remind}
    assert [found for nodes in (by_join, by_end, by_node) for found in said(check(process(nodes)))] == []
    assert said(check(process(never))) == [("no_path_to_end", "w")]


def test_a_body_that_an_event_leaves_may_be_endless():
    """An interrupting event of the scope or of the case takes the token out of any loop."""
    body = {"w": node("wait", "n"), "n": node("notify", "w")}
    left = process({"s": node("scope", "end", body=body, on=[on_deadline("end")])})
    closed = process({"s": node("scope", "end", body=body, on=[on_message("end", interrupt=False)])})
    of_case = process({"s": node("scope", "end", body=body), "x": node("task", "end")}, on=[on_message("x")])
    assert said(check(left)) == []
    assert said(check(closed)) == [("no_path_to_end", "s/w")]
    assert said(check(of_case)) == []


def test_a_loop_that_nothing_slows_down_is_unbounded():
    """A cycle needs a wait, a task or an action, unless the process sets its own limit of steps."""
    nodes = {"a": node("set", "b"), "b": node("choice", [("c", "a"), (None, "end")])}
    assert said(check(process(nodes))) == [("unbounded_loop", "a")]
    assert said(check(process(nodes, limits=Limits(steps=50)))) == []
    assert said(check(process({**nodes, "a": node("task", "b")}))) == []


def test_a_scope_slows_a_loop_when_something_in_it_does():
    """A task anywhere in a body counts for the node around it."""
    quick = {"x": node("set", "end")}
    slow = {"x": node("scope", "end", body={"y": node("action", "end")})}
    again = node("choice", [("c", "a"), (None, "end")])
    assert said(check(process({"a": node("scope", "b", body=quick), "b": again}))) == [("unbounded_loop", "a")]
    assert said(check(process({"a": node("scope", "b", body=slow), "b": again}))) == []


def test_a_join_slows_a_loop_when_it_waits_for_a_slow_branch():
    """`need: all` waits for the task beside; `need: any` goes on with the quick branch."""
    nodes = {
        "f": node("fork", ["t", "s"]),
        "t": node("task", "j"),
        "s": node("set", "j"),
        "j": node("join", "c"),
        "c": node("choice", [("x", "f"), (None, "end")]),
    }
    assert said(check(process(nodes))) == []
    hasty = {**nodes, "j": node("join", "c", need="any")}
    assert said(check(process(hasty))) == [("unbounded_loop", "f")]
    both = {**nodes, "j": node("join", "c", need=2)}
    assert said(check(process(both))) == []


def test_names_that_are_not_there_are_not_judged():
    """An edge to an unknown node is another check's finding; here the node counts as leading on."""
    assert said(check(process({"a": node("task", "nowhere")}))) == []
