"""Texts under edits: what is said changes as asked, and the rest of the text stays byte for byte."""

from __future__ import annotations

import copy
from pathlib import Path
from random import Random
from typing import Any

import pytest

from waystation.compiler.source import read_source
from waystation.design.changes import leaves, overlaps, three_way
from waystation.design.exact import shown
from waystation.design.model import from_model, to_model
from waystation.design.rewriting import rewritten, same

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "definitions").glob("*.yaml")) + sorted((ROOT / "waystation/design/templates").glob("*.yaml"))
VALUES: tuple[Any, ...] = (
    1, "x", "a: b", 'it is "q" #1', "it's", None, True, {"a": 1}, ["x", "y"], {"k": {"z": [1, {"q": "${ data.x }"}]}},
    "multi\nline", "multi\nline\n", "", {}, [], "100%", "1e3", "no", " lead", "- x", "日期", "x" * 200, "~", "null",
    "0x1", {"long": "y" * 120, "b": ["z" * 30] * 5}, "\t", "\u2028", "trail ", "#", "&a", "*a", "!t", "%", "@", "`",
    "|", ">", "?",
)  # fmt: skip


def paths(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = []
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        found += [(*path, key), *paths(value, (*path, key))]
    return found


def edited(tree: dict[str, Any], dice: Random) -> dict[str, Any]:
    """The tree with one random edit."""
    changed = copy.deepcopy(tree)
    path = dice.choice(paths(tree))
    parent: Any = changed
    for key in path[:-1]:
        parent = parent[key]
    what = dice.choice(("set", "remove", "add", "rename", "move"))
    if what == "set":
        parent[path[-1]] = copy.deepcopy(dice.choice(VALUES))
    elif what == "remove":
        del parent[path[-1]]
    elif what == "add" and isinstance(parent, dict):
        parent["new_key"] = copy.deepcopy(dice.choice(VALUES))
    elif what == "add":
        parent.insert(path[-1], copy.deepcopy(dice.choice(VALUES)))
    elif isinstance(parent, dict):
        items = [(f"{key}_2" if what == "rename" and key == path[-1] else key, value) for key, value in parent.items()]
        parent.clear()
        parent.update(items)
        if what == "move":
            parent[path[-1]] = parent.pop(path[-1])
    return changed


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_text_says_what_it_was_told_to_say(path: Path) -> None:
    """Random edits of every shipped file: each reads back as meant, and no edit leaves every byte as it was."""
    source, dice = read_source(path.read_bytes(), file=path.name), Random(path.name)
    assert rewritten(source, copy.deepcopy(source.tree)) == source.text
    for _ in range(5):
        wanted = edited(source.tree, dice)
        if wanted:
            read = read_source(rewritten(source, wanted))
            assert not read.flaws
            assert same(read.tree, wanted)


HAND_WRITTEN = """\
# head
a:   1        # spaced
b: 'quoted'   # why

# a part
nodes:
  # first
  one: { kind: set,  save: {x: 1} }   # flow

  # --- second part ---

  # second
  two:
    kind: task      # tail
    list:
      - x   # of x
      # of y
      - y
    text: >-
      folded
      text
# the end
"""


@pytest.mark.parametrize(
    ("path", "value", "gone", "new"),
    [
        (("a",), 2, {"a:   1        # spaced"}, {"a: 2        # spaced"}),
        (("nodes", "two", "kind"), "set", {"    kind: task      # tail"}, {"    kind: set      # tail"}),
        (("nodes", "one", "save"), {"x": 2}, {"  one: { kind: set,  save: {x: 1} }   # flow"},
         {"  one: { kind: set, save: { x: 2 } }   # flow"}),
        (("nodes", "two", "list"), ["x", "z", "y"], set(), {"      - z"}),
        (("nodes", "two", "more"), {"k": [1]}, set(), {"    more: { k: [1] }"}),
    ],
)  # fmt: skip
def test_an_edit_touches_its_own_line(path: tuple[str, ...], value: Any, gone: set[str], new: set[str]) -> None:
    """Comments, spaces and quotes of everything else stay."""
    source = read_source(HAND_WRITTEN)
    tree = copy.deepcopy(source.tree)
    parent = tree
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    before, after = HAND_WRITTEN.split("\n"), rewritten(source, tree).split("\n")
    assert set(before) - set(after) == gone
    assert set(after) - set(before) == new


def test_what_heads_a_part_outlives_the_node_below_it() -> None:
    """A comment directly above an entry goes with it, one that is set off by a blank line stays."""
    source = read_source(HAND_WRITTEN)
    tree = copy.deepcopy(source.tree)
    del tree["nodes"]["two"]
    tree["nodes"]["three"] = {"kind": "end"}
    text = rewritten(source, tree)
    assert "# second\n" not in text
    assert "# first" in text
    assert "# the end" in text


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_model_of_a_file_is_all_of_it(path: Path) -> None:
    """Text → model → document is the same document, so it compiles to the same plan."""
    tree = read_source(path.read_bytes()).tree
    if "nodes" in tree:
        assert same(from_model(to_model(tree)), tree)
        assert shown(to_model(tree))["nodes"]


BASE = {"a": 1, "nodes": {"x": {"kind": "set", "title": "t"}, "y": {"kind": "end"}}}


def test_changes_of_different_things_go_together() -> None:
    """Two edits of one document without a common place are merged; of one place they are a conflict."""
    theirs, mine = copy.deepcopy(BASE), copy.deepcopy(BASE)
    theirs["nodes"]["x"]["title"] = "theirs"  # type: ignore[index]
    mine["nodes"] = {"x": BASE["nodes"]["x"], "z": {"kind": "task"}, "y": {"kind": "end"}}  # type: ignore[index]
    found = three_way(BASE, theirs, mine)
    assert found.conflicts == []
    assert list(found.merged["nodes"]) == ["x", "z", "y"]
    assert found.merged["nodes"]["x"]["title"] == "theirs"
    mine["nodes"]["x"] = {"kind": "set", "title": "mine"}  # type: ignore[index]
    both = three_way(BASE, theirs, mine)
    assert [each.path for each in both.conflicts] == [("nodes", "x", "title")]
    assert both.merged["nodes"]["x"]["title"] == "mine"


def test_removing_what_another_changes_is_a_conflict() -> None:
    """A node that one takes out and the other edits is no clean merge."""
    theirs, mine = copy.deepcopy(BASE), copy.deepcopy(BASE)
    del theirs["nodes"]["x"]  # type: ignore[attr-defined]
    mine["nodes"]["x"]["title"] = "mine"  # type: ignore[index]
    assert overlaps(list(leaves(BASE, theirs)), list(leaves(BASE, mine)))
    assert not overlaps(list(leaves(BASE, theirs)), list(leaves(BASE, theirs)))
