"""Nodes of a document by their addresses, and every place that names one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from waystation.contracts.errors import Refused
from waystation.design.model import EVENTS, Tree, inner_path

#: Told the name that a place has; answers with what it shall have, or None to take it out.
Renaming = Callable[[str], str | None]


def bad_edit(zh: str, en: str) -> Refused:
    return Refused("bad_edit", en, zh)


@dataclass(slots=True)
class Found:
    """A node: the map that it stands in, its name there, its own data, and the path of that map in the document."""

    members: Tree
    name: str
    raw: Tree
    path: tuple[str | int, ...]
    around: str
    #: The map whose nodes its edges lead to: of an alternative of a race, the one that the race is in.
    beside: Tree


def members_of(tree: Tree) -> Tree:
    """The nodes of a document.

    Raises:
        Refused: `bad_edit`, they are no map.
    """
    members = tree.setdefault("nodes", {})
    if not isinstance(members, dict):
        raise bad_edit("nodes 不是映射", "`nodes` is no map")
    return members


def find(tree: Tree, node: str) -> Found:
    """A node by its address.

    Raises:
        Refused: `bad_edit`, there is none.
    """
    members: Any = members_of(tree)
    beside = members
    path: tuple[str | int, ...] = ("nodes",)
    *around, name = node.split("/")
    for part in around:
        raw: Any = members.get(part)
        inside = inner_path(raw)
        if inside is None:
            raise _no_node(node)
        path = (*path, part, *inside)
        for key in inside:
            raw = raw[key]
        members, beside = raw, (beside if inside == ("of",) else raw)
    raw = members.get(name)
    if not isinstance(raw, dict):
        raise _no_node(node)
    return Found(members, name, raw, path, "/".join(around), beside)


def body_of(tree: Tree, around: str | None) -> Tree:
    """The map of nodes inside a node; None: of the document.

    Raises:
        Refused: `bad_edit`.
    """
    if not around:
        return members_of(tree)
    raw: Any = find(tree, around).raw
    inside = inner_path(raw)
    if inside is None:
        raise bad_edit(f"{around} 内不能放节点", f"{around} has no nodes inside")
    for key in inside:
        raw = raw[key]
    body: Tree = raw
    return body


def every_node(members: Any) -> Iterator[tuple[Tree, str, Tree]]:
    """Each node of a body and of all inside it: its map, its name, its data."""
    for name, raw in list(members.items()) if isinstance(members, dict) else ():
        if not isinstance(raw, dict):
            continue
        yield members, name, raw
        inside = inner_path(raw)
        if inside is not None:
            inner: Any = raw
            for key in inside:
                inner = inner[key]
            yield from every_node(inner)


def put(tree: Tree, name: str, value: Any, *, after: str | None = None, before: str | None = None) -> None:
    """Put an entry into a map in its order: after or before another, else at the end."""
    items = [(key, each) for key, each in tree.items() if key != name]
    names = [key for key, _ in items]
    place = len(items)
    if after is not None and after in names:
        place = names.index(after) + 1
    elif before is not None and before in names:
        place = names.index(before)
    items.insert(place, (name, value))
    tree.clear()
    tree.update(items)


def rename_key(tree: Tree, old: str, new: str) -> None:
    """Another key for a value, in the same place."""
    items = [(new if key == old else key, value) for key, value in tree.items()]
    tree.clear()
    tree.update(items)


def change_edges(raw: Tree, change: Renaming) -> None:
    """Have the edges of a node (or of a case's `on`) lead elsewhere; those for which `change` has None go."""
    written = raw.get("next")
    if isinstance(written, str):
        _settle(raw, "next", change(written))
    elif isinstance(written, dict):
        kept = {outcome: change(to) if isinstance(to, str) else to for outcome, to in written.items()}
        _settle(raw, "next", {outcome: to for outcome, to in kept.items() if to is not None} or None)
    elif isinstance(written, list):
        _settle(raw, "next", [entry for each in written if (entry := _entry(each, change)) is not None] or None)
    change_events(raw, change)


def change_events(raw: Tree, change: Renaming) -> None:
    """The same for boundary events only."""
    events = raw.get("on")
    if not isinstance(events, dict):
        return
    for sort in EVENTS:
        written = events.get(sort)
        if isinstance(written, list):
            kept = [entry for each in written if (entry := _entry(each, change)) is not None]
            _settle(events, sort, kept or None)
        elif written is not None:
            _settle(events, sort, _entry(written, change))
    if not events:
        raw.pop("on")


def change_names(raw: Any, change: Renaming) -> None:
    """Every place in a node, other than its edges and the nodes inside it, that names a node."""
    for key in ("cancels", "of"):
        written = raw.get(key)
        if isinstance(written, str):
            _settle(raw, key, change(written))
        elif isinstance(written, list):
            _settle(raw, key, _names(written, change))
    returning = raw.get("return")
    if isinstance(returning, dict):
        written = returning.get("to")
        if isinstance(written, list):
            _settle(returning, "to", _names(written, change))
        elif isinstance(written, str):
            _settle(returning, "to", change(written))
    for key, value in raw.items():
        if key not in ("body", "of", "next", "on"):
            _change_same_as(value, change)
    excluded = raw.get("exclude")
    if isinstance(excluded, list):
        raw["exclude"] = [_excluded(each, change) for each in excluded]
    elif isinstance(excluded, str):
        raw["exclude"] = _excluded(excluded, change)


def _names(written: list[Any], change: Renaming) -> list[Any] | None:
    found = [change(each) if isinstance(each, str) else each for each in written]
    return [each for each in found if each is not None] or None


def _excluded(written: Any, change: Renaming) -> Any:
    if isinstance(written, str) and written.startswith("same_as:"):
        old = written.partition(":")[2].strip()
        new = change(old)
        return written if new in (None, old) else f"same_as:{new}"
    return written


def _change_same_as(value: Any, change: Renaming) -> None:
    if isinstance(value, dict):
        named = value.get("same_as")
        if isinstance(named, str):
            value["same_as"] = change(named) or named
        for each in value.values():
            _change_same_as(each, change)
    elif isinstance(value, list):
        for each in value:
            _change_same_as(each, change)


def _entry(entry: Any, change: Renaming) -> Any:
    if isinstance(entry, str):
        return change(entry)
    if isinstance(entry, dict) and isinstance(entry.get("to"), str):
        to = change(entry["to"])
        return None if to is None else {**entry, "to": to}
    return entry


def _settle(tree: Tree, key: str, value: Any) -> None:
    if value is None:
        tree.pop(key)
    else:
        tree[key] = value


def _no_node(node: str) -> Refused:
    return bad_edit(f"没有节点 {node}", f"there is no node {node}")
