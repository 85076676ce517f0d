"""Nodes of a document added, copied, renamed, taken out, and turned into another kind."""

from __future__ import annotations

import copy
from typing import Any, cast

from waystation.compiler.kinds import Exit, Kind
from waystation.compiler.shapes import is_identifier
from waystation.contracts.catalog import Catalog
from waystation.contracts.plan import END
from waystation.design.edge_edits import edge_of, exit_of, outcomes_of, set_edge
from waystation.design.model import Tree, address, inner_path, name_of
from waystation.design.places import (
    Found,
    bad_edit,
    body_of,
    change_edges,
    change_events,
    change_names,
    every_node,
    find,
    members_of,
    put,
)
from waystation.design.places import rename_key as rename_in_place


def add(
    tree: Tree,
    catalog: Catalog,
    kind: str,
    config: Tree,
    *,
    name: str | None = None,
    around: str | None = None,
    after: str | None = None,
    on_edge: str | None = None,
    leads_to: str | None = None,
) -> str:
    """Add a node; returns its address. On an edge it stands between the two ends of it.

    Raises:
        Refused: `bad_edit`.
    """
    edge = edge_of(tree, on_edge) if on_edge is not None else None
    if edge is not None:
        source = find(tree, edge["from"]) if edge["from"] else None
        members = source.beside if source is not None else members_of(tree)
        around = edge["to"].rpartition("/")[0]
        after = after or (source.name if source is not None and source.members is members else None)
        leads_to = leads_to or edge["to"]
    else:
        members = body_of(tree, around)
    name = _new_id(members, name, kind)
    raw = {"kind": kind, **config}
    if "next" not in raw and (following := _next(catalog, raw, leads_to)) is not None:
        raw["next"] = following
    before = name_of(edge["to"]) if edge is not None and edge["way"] == "start" else None
    put(members, name, raw, after=name_of(after) if after else None, before=before)
    own = address(around or "", name)
    if edge is not None and on_edge is not None and not (edge["way"] == "start" and _begins_first(tree)):
        set_edge(tree, on_edge, to=own)
    return own


def _begins_first(tree: Tree) -> bool:
    """Whether a case begins with the first node of the text, so that nothing has to name it."""
    start = tree.get("start")
    return not (isinstance(start, dict) and "at" in start)


def _next(catalog: Catalog, raw: Tree, to: str | None) -> Any:
    """The `next` of a new node: approvals that are refused end."""
    leaving = exit_of(catalog, raw.get("kind"))
    target = name_of(to) if to is not None else END
    if leaving is Exit.NONE:
        return None
    if leaving is Exit.CONDITIONS:
        return [{"to": target}]
    if raw.get("kind") == "approval":
        return {"approved": target, "rejected": END}
    return target


def _new_id(members: Tree, wanted: str | None, kind: str) -> str:
    if wanted is not None:
        _check_id(members, wanted)
        return wanted
    base = kind if is_identifier(kind) else "node"
    number = 1
    while (name := f"{base}_{number}") in members or name == END:
        number += 1
    return name


def _check_id(members: Tree, name: str) -> None:
    if not is_identifier(name) or name == END or len(name) > 100:
        raise bad_edit(
            f"“{name}”不能作为节点 id：以小写字母开头，只含小写字母、数字和下划线",
            f"{name!r} is no id: a lower case letter, then lower case letters, digits and underscores",
        )
    if name in members:
        raise bad_edit(f"已有节点 {name}", f"there is a node {name} already")


def duplicate(tree: Tree, node: str, wanted: str | None = None) -> str:
    """Copy a node with all inside it, beside it; returns the address of the copy."""
    found = find(tree, node)
    name = _new_id(found.members, wanted, f"{found.name.rstrip('0123456789_')}")
    put(found.members, name, copy.deepcopy(found.raw), after=found.name)
    return address(found.around, name)


def remove(tree: Tree, node: str, *, heal: bool = True) -> None:
    """Take a node out with all inside it. Healed, what led to it leads to where it went.

    Raises:
        Refused: `bad_edit`.
    """
    found = find(tree, node)
    onward = _onward(found) if heal else None
    del found.members[found.name]
    start = tree.get("start")
    if found.members is members_of(tree) and isinstance(start, dict) and start.get("at") == found.name:
        if onward in (None, END):
            del start["at"]
        else:
            start["at"] = onward
    _change_body_start(tree, found, onward)
    for raw, name in _beside(tree, found):
        own = None if onward == name else onward
        change_edges(raw, lambda to, own=own: own if to == found.name else to)  # type: ignore[misc]
    if found.members is members_of(tree):
        change_events(tree, lambda to: onward if to == found.name else to)
    for _, _, raw in every_node(members_of(tree)):
        change_names(raw, lambda named: None if named in (found.name, node) else named)


def _onward(found: Found) -> str:
    """Where a token goes after a node, where there is one answer; else where it goes if all is well."""
    written = found.raw.get("next")
    targets: list[Any] = []
    if isinstance(written, dict):
        targets = [written.get("approved"), *written.values()]
    elif isinstance(written, list):
        last = written[-1:]
        targets = [each.get("to") if isinstance(each, dict) else each for each in (*last, *written)]
    else:
        targets = [written]
    good = [to for to in targets if isinstance(to, str) and to != found.name]
    return good[0] if good else END


def _beside(tree: Tree, found: Found) -> list[tuple[Tree, str]]:
    """The nodes whose edges may lead to this one: those beside it, and the alternatives of races there."""
    nodes = []
    for name, raw in found.members.items():
        if isinstance(raw, dict):
            nodes.append((raw, name))
            if inner_path(raw) == ("of",):
                nodes += [(each, name) for each in raw["of"].values() if isinstance(each, dict)]
    return nodes


def _change_body_start(tree: Tree, found: Found, name: str | None) -> None:
    if not found.around:
        return
    body = find(tree, found.around).raw.get("body")
    if isinstance(body, dict) and body.get("at") == found.name:
        if name in (None, END):
            del body["at"]
        else:
            body["at"] = name


def rename(tree: Tree, node: str, name: str) -> str:
    """Give a node another id, with every reference to it; returns its new address.

    Raises:
        Refused: `bad_edit`.
    """
    found = find(tree, node)
    old = found.name
    if name == old:
        return node
    _check_id(found.members, name)
    rename_in_place(found.members, old, name)
    start = tree.get("start")
    if found.members is members_of(tree):
        if isinstance(start, dict) and start.get("at") == old:
            start["at"] = name
        change_events(tree, lambda to: name if to == old else to)
    _change_body_start(tree, found, name)
    for raw, _ in _beside(tree, found):
        change_edges(raw, lambda to: name if to == old else to)
    own = address(found.around, name)
    alone = sum(1 for _, each, _ in every_node(members_of(tree)) if each == old) == 0
    inside = {id(raw) for _, _, raw in every_node(found.members)}
    for _, _, raw in every_node(members_of(tree)):
        names = {old: name, node: own} if alone or id(raw) in inside else {node: own} if "/" in node else {}
        change_names(raw, lambda named, names=names: names.get(named, named))  # type: ignore[misc]
    return own


def change_kind(tree: Tree, catalog: Catalog, node: str, kind: str) -> None:
    """Turn a node into another kind; keys that both have stay, and its edges as far as they fit.

    Raises:
        Refused: `bad_edit`, there is no such kind.
    """
    found = find(tree, node)
    known = cast("Kind[Any] | None", catalog.kinds.get(kind))
    if known is None:
        raise bad_edit(f"没有节点类型 {kind}", f"there is no node kind {kind}")
    raw, keys = found.raw, set(known.Config.keys())  # type: ignore[attr-defined]
    onward = _onward(found)
    people = raw.get("approvers", raw.get("assign"))
    kept = {key: value for key, value in raw.items() if key in keys and key != "next"}
    kept["kind"] = kind
    for key in ("approvers", "assign"):
        if people is not None and key in keys:
            kept[key] = people
    written = raw.get("next")
    following = _next(catalog, kept, onward)
    if isinstance(written, str) and isinstance(following, str):
        following = written
    elif isinstance(written, dict) and isinstance(following, dict):
        following = {outcome: written.get(outcome, to) for outcome, to in following.items()}
    elif (isinstance(written, dict) and set(written) <= set(outcomes_of(kept))) or (
        isinstance(written, list) and isinstance(following, list)
    ):
        following = written
    if following is not None:
        kept["next"] = following
    raw.clear()
    raw.update(kept)


def move(tree: Tree, node: str, after: str | None) -> None:
    """Another place in the order of display.

    Raises:
        Refused: `bad_edit`.
    """
    found = find(tree, node)
    if after is not None and (name_of(after) not in found.members or name_of(after) == found.name):
        raise bad_edit(f"{after} 不在同一层", f"{after} is not beside {node}")
    first = next(iter(found.members))
    put(found.members, found.name, found.raw, after=name_of(after) if after else None, before=first)
