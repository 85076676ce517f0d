"""Operations on a process: whatever is added can be taken out again, and every name follows a renaming."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from tests.support.compiling import CATALOG
from waystation.compiler.files import shipped_calendars
from waystation.compiler.library import Library
from waystation.compiler.source import read_source
from waystation.contracts.errors import Refused
from waystation.design.checking import check
from waystation.design.gallery import templates
from waystation.design.model import to_model
from waystation.design.node_types import new_config
from waystation.design.operations import Operations, applied
from waystation.design.rewriting import rewritten, same

_READ: TypeAdapter[Any] = TypeAdapter(Operations)
TEXT = """\
waystation: 1
process: p
data: { n: { type: integer, default: 1 } }
start: { at: first }
on:
  message: { name: stop, match: "${ message.n == data.n }", to: last }
nodes:
  # the first
  first: { kind: task, assign: ["role:a"], next: both }
  both: { kind: fork, next: [left, right] }
  left: { kind: approval, approvers: ["role:a"], return: { to: [first] }, next: { approved: meet, rejected: last } }
  right:
    kind: scope
    cancels: left
    body:
      nodes:
        inner: { kind: task, assign: [{ same_as: first }], exclude: ["same_as:first"], next: end }
    next: meet
  meet: { kind: join, of: both, next: last }
  last: { kind: end }
"""


def done(*operations: dict[str, Any], text: str = TEXT) -> str:
    source = read_source(text)
    return rewritten(source, applied(source.tree, {}, _READ.validate_python(list(operations)), CATALOG).tree)


def edges(text: str) -> dict[str, str]:
    return {edge["id"]: edge["to"] for edge in to_model(read_source(text).tree)["edges"]}


@pytest.mark.parametrize("kind", [kind for kind in CATALOG.kinds if kind != "end"])
def test_what_was_put_between_two_nodes_goes_without_a_trace(kind: str) -> None:
    """A new node of any kind on an edge, and out again: the text is the one before."""
    added = done({"op": "add_node", "kind": kind, "on_edge": "first:next", "config": new_config(CATALOG, kind)})
    assert edges(added)["first:next"] == f"{kind}_1"
    assert done({"op": "remove_node", "id": f"{kind}_1"}, text=added) == TEXT


def test_every_name_follows_a_renaming() -> None:
    """Edges, the start, boundary events, `of`, `cancels`, `return`, `same_as` and `exclude`; and back again."""
    renamed = done(
        {"op": "rename_node", "id": "first", "to": "begin"}, {"op": "rename_node", "id": "left", "to": "west"},
        {"op": "rename_node", "id": "both", "to": "split"}, {"op": "rename_node", "id": "last", "to": "over"},
    )  # fmt: skip
    assert not [name for name in ("first,", "first ]", "left", "both", "last", "at: first") if name in renamed]
    assert "# the first" in renamed
    back = done(
        {"op": "rename_node", "id": "begin", "to": "first"}, {"op": "rename_node", "id": "west", "to": "left"},
        {"op": "rename_node", "id": "split", "to": "both"}, {"op": "rename_node", "id": "over", "to": "last"},
        text=renamed,
    )  # fmt: skip
    assert same(read_source(back).tree, read_source(TEXT).tree)


def test_a_condition_comes_before_the_default() -> None:
    """Drawing an edge with a condition from a choice leaves the default last; the order can be changed."""
    text = done(
        {"op": "add_node", "kind": "choice", "id": "which", "on_edge": "first:next"},
        {"op": "connect", "from": "which", "to": "last", "when": "${ data.n > 1 }"},
        {"op": "connect", "from": "which", "to": "left", "when": "${ data.n > 2 }"},
    )
    assert read_source(text).tree["nodes"]["which"]["next"] == [
        {"when": "${ data.n > 1 }", "to": "last"}, {"when": "${ data.n > 2 }", "to": "left"}, {"to": "both"},
    ]  # fmt: skip
    order = [f"which:branch:{index}" for index in (1, 0, 2)]
    text = done({"op": "order_edges", "from": "which", "edges": order}, text=text)
    assert [each["to"] for each in read_source(text).tree["nodes"]["which"]["next"]] == ["left", "last", "both"]


def test_nodes_inside_others_are_edited_by_their_address() -> None:
    """Adding, renaming and taking out inside a scope touches nothing outside."""
    text = done({"op": "add_node", "kind": "approval", "id": "look", "on_edge": "right/inner:next"})
    assert edges(text)["right/inner:next"] == "right/look"
    text = done({"op": "rename_node", "id": "right/inner", "to": "within"}, text=text)
    assert edges(text)["right/within:next"] == "right/look"
    text = done(
        {"op": "remove_node", "id": "right/look"}, {"op": "rename_node", "id": "right/within", "to": "inner"}, text=text
    )
    assert text == TEXT


def test_another_kind_keeps_what_both_have() -> None:
    """An approval that becomes a task keeps title, people and form, and its way on."""
    text = done({"op": "change_kind", "id": "left", "kind": "task"})
    node = read_source(text).tree["nodes"]["left"]
    assert (node["kind"], node["assign"], node["next"]) == ("task", ["role:a"], "meet")
    assert "return" not in node


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "set", "path": ["nodes", *["x"] * 39], "value": 1},
        {"op": "set", "path": ["data", "n", "default"], "value": "y" * 1_200_000},
        {"op": "add_node", "kind": "task", "id": "Bad Id"},
        {"op": "add_node", "kind": "task", "in": "first"},
        {"op": "remove", "path": ["nodes", "nobody"]},
        {"op": "disconnect", "edge": ":start"},
        {"op": "move_node", "id": "first", "after": "right/inner"},
    ],
)
def test_nonsense_is_refused(operation: dict[str, Any]) -> None:
    """Too deep, too large, no id, no such place: nothing is written."""
    if len(operation.get("path", ())) == 40:
        deep: Any = 1
        for _ in range(30):
            deep = {"z": deep}
        operation = {**operation, "value": deep}
    with pytest.raises(Refused) as refused:
        done(operation)
    assert refused.value.code == "bad_edit"


@pytest.mark.parametrize("template", [each for each in templates() if not each.shipped], ids=lambda each: each.name)
def test_a_template_is_a_good_process(template: Any) -> None:
    """It compiles without any problem, says what it is in both languages, and brings scenarios."""

    found = check(template.text, CATALOG, Library(calendars=shipped_calendars()))
    assert found.problems == ()
    assert {"zh", "en"} <= template.title.keys() & template.about.keys()
    assert template.scenarios
