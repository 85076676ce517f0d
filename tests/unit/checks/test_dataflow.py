"""Fields that are read before anything has written them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.plans import node, on_error, on_message, process, reading, writing
from waystation.compiler.checks.dataflow import check
from waystation.compiler.findings import Moment
from waystation.contracts.plan import Form, Start

TEXT = {"type": "string"}
FORM: dict[str, Any] = {"forms": {"ask": Form(fields={"a": {"type": "string", "required": True}, "b": TEXT})}}


def told(unit):
    return [(finding.node, finding.args["field"], finding.variant) for finding in check(unit)]


def asked(nodes, fields="xyz", **plan):
    """A process whose start form knows none of the fields, so that only nodes write them."""
    start = Start(next(iter(nodes)), form="ask")
    return process(nodes, start=start, data=dict.fromkeys(fields, TEXT), **FORM, **plan)


def line(*names):
    return {name: node("task", after) for name, after in zip(names, [*names[1:], "end"], strict=True)}


def test_a_field_that_nothing_writes_before_is_an_error():
    """Neither the start form nor an earlier node has it; a later node does not help."""
    unit = writing(reading(asked(line("a", "b")), "a", "data.x", "title"), "b", "x")
    (finding,) = check(unit)
    assert (finding.code, finding.node, finding.variant) == ("unset", "a", "")
    assert finding.path == ("nodes", "a", "title")
    assert finding.args == {"field": "x", "root": "data"}


def test_a_field_that_an_earlier_node_writes_is_set():
    """Every way to the reader passes the writer."""
    assert told(reading(writing(asked(line("a", "b")), "a", "x"), "b", "data.x", "title")) == []


@pytest.mark.parametrize("guarded", ["has(data.x)", "data.x ?? ''", "data?.x", "has(data.x) && data.x == ''"])
def test_a_guard_silences(guarded):
    """`has`, `??` and what they protect are no reads that need a value."""
    assert told(reading(asked(line("a")), "a", guarded, "title")) == []


def test_what_the_start_may_supply_is_a_doubt():
    """Without a form all declared data may come with the start; required fields and defaults are there."""
    data = {"r": TEXT, "d": {**TEXT, "default": ""}, "o": TEXT}
    unit = process(line("a"), data=data, required=("r",))
    assert told(reading(unit, "a", "data.r + data.d + data.o", "title")) == [("a", "o", "start")]


def test_a_start_form_supplies_its_fields():
    """Fields the form insists on are set; its others are doubts; data outside the form is never supplied."""
    unit = process(line("n"), start=Start("n", form="ask"), data={"a": TEXT, "b": TEXT, "c": TEXT}, **FORM)
    found = told(reading(unit, "n", "data.a + data.b + data.c", "title"))
    assert found == [("n", "b", "start"), ("n", "c", "")]


def test_a_field_written_on_one_way_only_is_a_doubt():
    """Both branches of a choice must write it."""
    nodes = {
        "c": node("choice", [("p", "a"), (None, "b")]),
        "a": node("set", "z"),
        "b": node("set", "z"),
        "z": node("set", "end"),
    }
    one = writing(reading(asked(nodes), "z", "data.x", "title"), "a", "x")
    assert told(one) == [("z", "x", "branch")]
    assert told(writing(one, "b", "x")) == []


def test_a_field_that_a_later_round_writes_is_a_doubt():
    """The first time round it is missing."""
    nodes = {"a": node("task", "b"), "b": node("task", {"again": "a", "done": "end"})}
    unit = writing(reading(asked(nodes), "a", "data.x", "title"), "b", "x")
    assert told(unit) == [("a", "x", "later")]


def test_only_the_first_read_is_told():
    """Whoever passed a read had the value, unless an error took the token elsewhere."""
    nodes = {"a": node("task", "b", on=[on_error("c")]), "b": node("task", "end"), "c": node("task", "end")}
    unit = process(nodes, data={"x": TEXT})
    for name in nodes:
        unit = reading(unit, name, "data.x", "title")
    assert told(unit) == [("a", "x", "start"), ("c", "x", "start")]


def test_a_join_has_what_every_branch_brings():
    """A join that waits for all branches has the fields of each; one that takes any has those of all ways only."""
    nodes = {"f": node("fork", ["a", "b"]), "a": node("task", "j"), "b": node("task", "j"), "j": node("join", "z")}
    nodes["z"] = node("task", "end")

    def unit(**join):
        both = asked({**nodes, "j": node("join", "z", **join)})
        return writing(writing(reading(both, "z", "data.x + data.y", "title"), "a", "x"), "b", "y")

    assert told(unit()) == []
    assert told(unit(count="edge")) == []
    assert told(unit(need="any")) == [("z", "x", "branch"), ("z", "y", "branch")]


def test_a_branch_that_may_die_brings_nothing_for_certain():
    """The join then goes on without it."""
    nodes = {
        "f": node("fork", ["a", "b"]),
        "a": node("task", {"ok": "j", "no": "end"}),
        "b": node("task", "j"),
        "j": node("join", "z"),
        "z": node("task", "end"),
    }
    unit = writing(writing(reading(asked(nodes), "z", "data.x + data.y", "title"), "a", "x"), "b", "y")
    assert told(unit) == [("z", "x", "branch")]


def test_a_branch_beside_may_have_written():
    """What runs at the same time is no certain error."""
    nodes = {"f": node("fork", ["a", "b"]), "a": node("task", "end"), "b": node("task", "end")}
    unit = writing(reading(asked(nodes), "b", "data.x", "title"), "a", "x")
    assert [variant for _, _, variant in told(unit)] == ["beside"]


def test_what_events_bring_may_have_been_written():
    """A case event may come at any time, also after any node."""
    nodes = {"a": node("task", "end"), "e": node("task", "end")}
    unit = writing(reading(asked(nodes, on=[on_message("e")]), "e", "data.x", "title"), "a", "x")
    assert [node_ for node_, _, variant in told(unit) if variant] == ["e"]


def test_writes_of_one_outcome_hold_on_its_edge():
    """A form of one outcome writes only where that outcome leads."""
    nodes = {"a": node("task", {"ok": "b", "no": "c"}), "b": node("task", "end"), "c": node("task", "end")}
    unit = writing(asked(nodes), "a", "x", outcomes=("no",))
    unit = reading(reading(unit, "b", "data.x", "title"), "c", "data.x", "title")
    assert told(unit) == [("b", "x", "branch")]


def test_an_optional_form_field_is_a_doubt():
    """Leaving the node does not mean that it has a value."""
    unit = writing(reading(asked(line("a", "b")), "b", "data.x", "title"), "a", "x", certain=False)
    assert told(unit) == [("b", "x", "branch")]


def test_a_node_that_may_be_passed_writes_perhaps():
    """Its plain edge is also taken when its `if` does not hold."""
    nodes = {"a": node("task", "b", condition="data.y == ''"), "b": node("task", "end")}
    unit = writing(reading(asked(nodes, required=("y",)), "b", "data.x", "title"), "a", "x")
    assert told(unit) == [("b", "x", "branch")]


def test_conditions_tell_what_is_there():
    """`has` in an edge, in an earlier entry that failed, and in `if` counts behind it."""
    ways: list[tuple[Any, str]] = [("has(data.x)", "a"), ("data.y == null", "b"), ("data.y == ''", "c"), (None, "end")]
    nodes = {"k": node("choice", ways), **{name: node("task", "end") for name in "abc"}}
    unit = process(nodes, data={"x": TEXT, "y": TEXT, "z": TEXT})
    for place, (when, _) in enumerate(ways[:3]):
        unit = reading(unit, "k", when, "next", place, "when")
    unit = reading(reading(unit, "a", "data.x", "title"), "c", "data.y", "title")
    assert told(unit) == []
    guarded = process({"n": node("task", "end", condition="has(data.x)")}, data={"x": TEXT})
    guarded = reading(reading(guarded, "n", "has(data.x)", "if"), "n", "data.x", "title")
    assert told(guarded) == []


def test_save_sees_the_form_but_not_itself():
    """One `save` computes all its values before it assigns any; `undo` comes after it."""
    unit = writing(asked(line("a")), "a", "x")
    itself = reading(unit, "a", "data.x + 1", "save", "x", moment=Moment.DONE)
    assert told(itself) == [("a", "x", "")]
    assert told(reading(unit, "a", "data.x", "undo", "with", "n", moment=Moment.DONE)) == []


def test_bodies_know_what_is_known_around_them():
    """A scope's writes hold behind it; those of a foreach, which may have no items, do not."""
    body = {"i": node("task", "end")}
    scope = asked({"s": node("scope", "z", body=body), "z": node("task", "end")})
    items = asked({"s": node("foreach", "z", body=body), "z": node("task", "end")})
    around = reading(
        writing(asked({"a": node("task", "s"), "s": node("scope", "end", body=body)}), "a", "x"), "s/i", "data.x"
    )
    assert told(reading(writing(scope, "s/i", "x"), "z", "data.x", "title")) == []
    assert told(reading(writing(items, "s/i", "x"), "z", "data.x", "title")) == [("z", "x", "branch")]
    assert told(around) == []


def test_the_map_of_an_item_belongs_to_the_item():
    """`local` has what nodes of the same body wrote for the same item, and nothing of the items around it."""
    inner = {"k": node("task", "end")}
    body = {"i": node("task", "f"), "f": node("foreach", "j", body=inner), "j": node("task", "end")}
    unit = writing(asked({"s": node("foreach", "end", body=body)}), "s/i", "x", local=True)
    unit = reading(reading(unit, "s/j", "local.x", "title"), "s/f/k", "local.x", "title")
    assert told(reading(unit, "s/i", "local.y", "title")) == [("s/f/k", "x", ""), ("s/i", "y", "")]


def test_expressions_of_any_time_are_not_judged_by_order():
    """The title of a case is shown from start to end; only a field that nobody writes is certain."""
    unit = writing(asked(line("a")), "a", "x")
    unit = reading(unit, "", "data.x", "title_of_case", moment=Moment.ANY)
    assert told(unit) == []
    assert told(reading(unit, "", "data.y", "title_of_case", moment=Moment.ANY)) == [(None, "y", "")]
