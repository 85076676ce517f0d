"""Warnings: races, unused fields, dead edges, deadlines that cannot be kept, effects that nothing takes back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.plans import node, on_deadline, on_error, on_message, process, reading, said, writing
from waystation.compiler.checks import dead_branches, deadlines, races, undo, unused
from waystation.compiler.findings import Moment
from waystation.contracts.plan import ActionUse, Boundary, Deadline, Form, Undo

TEXT = {"type": "string"}
FORKED = {
    "f": node("fork", ["a", "b"]),
    "a": node("task", "j"),
    "b": node("task", "c"),
    "c": node("task", "j"),
    "j": node("join", "z"),
    "z": node("task", "end"),
}


def writers(unit, *names, **facts):
    for name in names:
        unit = writing(unit, name, "x", **facts)
    return unit


def test_two_branches_that_write_one_field_race():
    """The second writer is named, with the first and the fork."""
    (finding,) = races.check(writers(process(FORKED), "a", "c"))
    assert (finding.code, finding.node, finding.path) == ("data_race", "c", ("nodes", "c", "save", "x"))
    assert finding.args == {"field": "x", "fork": "f", "first": "a", "name": "c"}


@pytest.mark.parametrize("names", [("b", "c"), ("a", "z"), ("j", "c"), ("z", "z")])
def test_writers_one_after_another_do_not_race(names):
    """In one branch, or behind the join, they have an order."""
    assert said(races.check(writers(process(FORKED), *names))) == []


def test_a_race_is_found_around_a_join_in_display_order():
    """The writer behind the join, between the branches in the dominator tree, hides nothing."""
    nodes = {"f": node("fork", ["a", "j", "b"]), **{name: FORKED[name] for name in "ajz"}, "b": node("task", "j")}
    assert said(races.check(writers(process(nodes), "a", "z", "b"))) == [("data_race", "b")]


def test_exclusive_branches_do_not_race():
    """Only a fork lets branches run at the same time."""
    nodes = {"k": node("choice", [("p", "a"), (None, "b")]), "a": node("set", "end"), "b": node("set", "end")}
    assert said(races.check(writers(process(nodes), "a", "b"))) == []


def test_writes_of_bodies_race_beside_each_other():
    """A scope writes what its nodes write; the maps of items are nobody else's."""
    inner = {"i": node("task", "end")}
    nodes = {
        "f": node("fork", ["s", "t"]),
        "s": node("scope", "end", body=inner),
        "t": node("scope", "end", body=inner),
    }
    assert said(races.check(writers(process(nodes), "s/i", "t/i"))) == [("data_race", "t/i")]
    items = {**nodes, "s": node("foreach", "end", body=inner), "t": node("foreach", "end", body=inner)}
    assert said(races.check(writers(process(items), "s/i", "t/i", local=True))) == []


def test_a_field_that_nothing_mentions_is_unused():
    """Reading it, writing it, asking for it in a form or naming people by it is use."""
    nodes = {"a": node("task", "end", assign={"rules": [{"by": "field", "value": "p"}]}), "b": node("task", "end")}
    forms = {"ask": Form(fields={"q": TEXT})}
    unit = process(nodes, data=dict.fromkeys("pqrsu", TEXT), forms=forms)
    unit = writing(reading(unit, "a", "has(data.r)", "title"), "b", "s")
    (finding,) = unused.check(unit)
    assert (finding.code, finding.path, finding.key) == ("unused_field", ("data", "u"), True)
    assert said(unused.check(reading(unit, "b", "data", "with", "all"))) == []


def dead(kind, *ways):
    targets = {name: node("task", "end") for name in {to for _, to in ways} - {"end"}}
    unit = process({"k": node(kind, ways), **targets})
    return [(finding.path[3], finding.variant) for finding in dead_branches.check(unit)]


def test_edges_that_are_never_taken():
    """Constant conditions, entries behind one that always holds, the same condition again, a second default."""
    assert dead("choice", ("1 > 2", "a"), ("data.x", "b"), (None, "end")) == [(0, "false")]
    assert dead("choice", (None, "a"), ("data.x", "b")) == []  # the default is tried last, wherever it stands
    assert dead("choice", (None, "a"), ("data.x", "b"), (None, "end")) == [(2, "after_default")]
    assert dead("choice", ("true", "a"), (None, "b")) == [(1, "after_default")]
    assert dead("choice", ("data.x", "a"), ("data.x ", "b"), (None, "end")) == [(1, "repeated")]
    assert dead("fork", ("data.x", "a"), ("data.x", "b"), ("false", "end")) == [(2, "false")]
    assert dead("choice", ("now() > data.t", "a"), ("data.x", "b"), (None, "end")) == []


def test_comparisons_that_an_earlier_one_covers():
    """Each alone: of two comparisons together nothing is concluded. A fork takes every branch that holds."""
    end = (None, "end")
    assert dead("choice", ("data.n > 5", "a"), ("data.n > 10", "b"), end) == [(1, "covered")]
    assert dead("choice", ("5 <= data.n", "a"), ("data.n == 5", "b"), ("data.n > -1.5", "c"), end) == [(1, "covered")]
    assert dead("choice", ("data.n <= 5", "a"), ("data.n < 5", "b"), end) == [(1, "covered")]
    assert dead("choice", ("data.n < 5", "a"), ("data.n <= 5", "b"), ("data.m > 7", "c"), end) == []
    assert dead("choice", ("data.n > 10", "a"), ("data.n > 5", "b"), ("data.n != 3", "c"), end) == []
    assert dead("choice", ("data.n > 5 && data.m", "a"), ("data.n > 10", "b"), end) == []
    assert dead("fork", ("data.n > 5", "a"), ("data.n > 10", "b"), end) == []


def test_outcomes_that_cannot_come_up():
    """A constant `if`, and ends of a scope that no token comes to."""
    never = process({"a": node("task", {"done": "end", "skipped": "end"}, condition="true")})
    body = {"i": node("task", "end"), "e": node("end", outcome="paid"), "n": node("end", outcome="refused")}
    scope = node("scope", {"done": "end", "paid": "end", "refused": "end"}, body={**body, "i": node("task", "e")})
    assert [finding.args["outcome"] for finding in dead_branches.check(never)] == ["skipped"]
    assert [finding.args["outcome"] for finding in dead_branches.check(process({"s": scope}))] == ["refused"]


def test_a_deadline_shorter_than_the_waits_cannot_be_kept():
    """Counted are fixed waits on the shortest way, through scopes, in the deadline's own measure."""
    body = {"w": node("wait", "end", lasts="1d")}
    nodes = {
        "c": node("choice", [("p", "v"), (None, "w")]),
        "v": node("wait", "s", lasts="5d"),
        "w": node("wait", "s", lasts="2d"),
        "s": node("scope", "end", body=body, on=[on_deadline("end", "1h")]),
    }
    tight = process(nodes, deadline=Deadline("2d"))
    assert [(finding.path, finding.args["waits"]) for finding in deadlines.check(tight)] == [
        (("deadline", "in"), "2d1h"),
        (("nodes", "s", "on", "deadline", 0, "in"), "1d"),
    ]
    loose = process({**nodes, "s": node("scope", "end", body=body)}, deadline=Deadline("3d"))
    assert said(deadlines.check(loose)) == []


def test_an_event_or_a_condition_may_cut_a_wait_short():
    """What need not last is not counted; what an expression says is not known."""
    for wait in (
        node("wait", "end", lasts="2d", on=[on_message("end")]),
        node("wait", "end", lasts="2d", condition="data.x"),
        node("wait", "end", lasts={"$": "${ data.d }"}),
        node("wait", "end", until={"$": "${ data.d }"}),
    ):
        assert said(deadlines.check(process({"w": wait}, deadline=Deadline("1h")))) == []


def test_working_days_are_compared_with_working_days():
    """On one calendar days are days; on the wall two working days take at least one whole day."""
    unit = process({"w": node("wait", "end", lasts="2 workdays", calendar="cn")})
    late = [replace(unit, plan=_due(unit, due, calendar)) for due, calendar in (("1d", "cn"), ("23h", None))]
    kept = [
        replace(unit, plan=_due(unit, due, calendar)) for due, calendar in (("2d", "cn"), ("24h", None), ("8h", "cn"))
    ]
    assert [len(list(deadlines.check(each))) for each in late] == [1, 1]
    assert [len(list(deadlines.check(each))) for each in kept] == [0, 0, 0]


def _due(unit, due, calendar):
    return process({"w": unit.sites["w"].node}, deadline=Deadline(due, calendar)).plan


def acting(body, **scope):
    return process(
        {"s": node("scope", "end", body=body, **scope)}, actions={"pay": ActionUse(outside=True), "note": ActionUse()}
    )


def test_an_effect_outside_in_a_scope_that_can_fail_needs_an_undo():
    """The scope fails by an error edge, an interrupting event or an end that raises an error."""
    body = {"p": node("action", "n", do="pay"), "n": node("action", "end", do="note")}
    for scope in ({"on": [on_error("end")]}, {"on": [on_deadline("end")]}):
        assert said(undo.check(acting(body, **scope))) == [("undo_missing", "s/p")]
    raising = {**body, "n": node("action", "e", do="note"), "e": node("end", error="no")}
    assert said(undo.check(acting(raising))) == [("undo_missing", "s/p")]


def test_effects_that_need_no_undo():
    """With an undo, in a scope that cannot fail, as the last thing in it, or without an effect outside."""
    body = {"p": node("action", "n", do="pay"), "n": node("action", "end", do="note")}
    assert said(undo.check(acting(body))) == []
    assert said(undo.check(acting(body, on=[Boundary("message", "end", interrupt=False)]))) == []
    last = {"n": node("action", "p", do="note"), "p": node("action", "end", do="pay")}
    assert said(undo.check(acting(last, on=[on_error("end")]))) == []
    undone = process({"p": node("action", "end", do="pay")}).sites["p"].node
    undone = type(undone)("action", undone.edges, undone.params, undo=Undo("refund"))
    assert said(undo.check(acting({**body, "p": undone}, on=[on_error("end")]))) == []


def test_a_title_may_read_all_of_the_data():
    """Expressions of the process itself count as use."""
    unit = process({"a": node("task", "end")}, data={"x": TEXT})
    assert said(unused.check(unit)) == [("unused_field", None)]
    assert said(unused.check(reading(unit, "", "data.x", "title_of_case", moment=Moment.ANY))) == []
