"""Edges of a document drawn, moved and taken away, in whichever of its forms `next` is written."""

from __future__ import annotations

from typing import Any, cast

from waystation.compiler.kinds import Exit, Kind
from waystation.contracts.catalog import Catalog
from waystation.design.model import EVENTS, Tree, name_of, to_model
from waystation.design.places import bad_edit, find, members_of

_KEEP = object()


def exit_of(catalog: Catalog, kind: Any) -> Exit:
    """How tokens leave a kind; of one that is not installed, by one plain edge."""
    found = cast("Kind[Any] | None", catalog.kinds.get(kind)) if isinstance(kind, str) else None
    return found.exit if found is not None else Exit.PLAIN


def outcomes_of(raw: Tree) -> list[str]:
    """The outcomes of a node, as far as they stand in it."""
    if raw.get("kind") == "approval":
        return ["approved", "rejected"]
    written = raw.get("outcomes")
    if isinstance(written, (list, dict)):
        return [str(each) for each in written]
    return ["done"] if raw.get("kind") == "task" else []


def edge_of(tree: Tree, edge: str) -> Tree:
    """An edge of the model by its id.

    Raises:
        Refused: `bad_edit`, there is none.
    """
    for each in to_model(tree)["edges"]:
        if each["id"] == edge:
            found: Tree = each
            return found
    raise bad_edit(f"没有连线 {edge}", f"there is no edge {edge}")


def connect(tree: Tree, catalog: Catalog, source: str, target: str, way: str | None = None, **more: Any) -> None:
    """Draw an edge. `more` has outcome, when and event.

    Raises:
        Refused: `bad_edit`.
    """
    to = name_of(target)
    if source == "":
        if way in EVENTS:
            _add_event(tree, way, to, more.get("event"))
            return
        start = tree.setdefault("start", {})
        if not isinstance(start, dict):
            raise bad_edit("start 不是映射", "`start` is no map")
        start["at"] = to
        return
    found = find(tree, source)
    if to != "end" and to not in found.beside:
        raise bad_edit(f"{target} 不在同一层", f"{target} is not beside {source}")
    if way in EVENTS:
        _add_event(found.raw, way, to, more.get("event"))
        return
    leaving = exit_of(catalog, found.raw.get("kind"))
    if leaving is Exit.NONE:
        raise bad_edit(f"{source} 没有出口", f"nothing leads on from {source}")
    if leaving is Exit.CONDITIONS:
        _add_branch(found.raw, to, more.get("when"))
    elif more.get("outcome") is not None:
        _add_outcome(found.raw, to, str(more["outcome"]))
    else:
        found.raw["next"] = to


def _add_event(raw: Tree, sort: str, to: str, event: Any) -> None:
    events = raw.setdefault("on", {})
    if not isinstance(events, dict):
        raise bad_edit("on 不是映射", "`on` is no map")
    entry = {**(event or {}), "to": to}
    before = events.get(sort)
    entries = before if isinstance(before, list) else [] if before is None else [before]
    events[sort] = [*entries, entry]


def _add_branch(raw: Tree, to: str, when: Any) -> None:
    """A branch; one with a condition stands before the default."""
    entries = raw.get("next")
    entries = list(entries) if isinstance(entries, list) else [entries] if isinstance(entries, str) else []
    entry = {"to": to} if when is None else {"when": when, "to": to}
    last = entries[-1] if entries else None
    default = isinstance(last, dict) and "when" not in last and any(_has_when(each) for each in entries)
    single = len(entries) == 1 and when is not None and not _has_when(last)
    entries.insert(len(entries) - (when is not None and (default or single)), entry)
    raw["next"] = entries


def _has_when(entry: Any) -> bool:
    return isinstance(entry, dict) and "when" in entry


def _add_outcome(raw: Tree, to: str, outcome: str) -> None:
    """An edge for one outcome; one that was for all stays for the others."""
    written = raw.get("next")
    if isinstance(written, dict):
        raw["next"] = {**written, outcome: to}
        return
    others = [each for each in outcomes_of(raw) if each != outcome]
    if isinstance(written, str) and others:
        raw["next"] = {each: to if each == outcome else written for each in (outcomes_of(raw) or [outcome])}
        raw["next"].setdefault(outcome, to)
    else:
        raw["next"] = {outcome: to}


def disconnect(tree: Tree, edge: str) -> None:
    """Take an edge away.

    Raises:
        Refused: `bad_edit`.
    """
    found = edge_of(tree, edge)
    path = list(found["path"])
    if found["way"] == "start":
        raise bad_edit("开始连线不能删除，请改连到别的节点", "the start leads somewhere: connect it elsewhere")
    while path:
        parent = _at(tree, path[:-1])
        del parent[path[-1]]
        path.pop()
        if parent or path[-1] not in ("next", "on", *EVENTS):
            return


def set_edge(tree: Tree, edge: str, *, to: str | None = None, changes: Tree | None = None) -> None:
    """Change an edge: `changes` may have when (None: the default), outcome and event.

    Raises:
        Refused: `bad_edit`.
    """
    found, changes = edge_of(tree, edge), dict(changes or {})
    if found["way"] == "start":
        tree.setdefault("start", {})["at"] = name_of(to or found["to"])
        return
    if to is not None and name_of(to) != "end":
        beside = find(tree, found["from"]).beside if found["from"] else members_of(tree)
        if name_of(to) not in beside:
            raise bad_edit(f"{to} 不在同一层", f"{to} is not beside {found['from']}")
    target = name_of(to if to is not None else found["to"])
    parent, last = _at(tree, found["path"][:-1]), found["path"][-1]
    entry = parent[last]
    if found["way"] == "outcome" and changes.get("outcome", last) != last:
        items = [(changes["outcome"] if key == last else key, each) for key, each in parent.items()]
        parent.clear()
        parent.update(items)
        last = changes["outcome"]
    if found["way"] in ("next", "outcome"):
        parent[last] = target
        return
    if found["way"] == "branch":
        parent[last] = _branch(entry, target, changes.get("when", _KEEP))
        return
    event = changes.get("event", entry if isinstance(entry, dict) else {})
    parent[last] = {**{key: value for key, value in event.items() if key != "to"}, "to": target}


def _branch(entry: Any, to: str, when: Any) -> Any:
    if isinstance(entry, str):
        return to if when in (None, _KEEP) else {"when": when, "to": to}
    changed = {**entry, "to": to}
    if when is None:
        changed.pop("when", None)
    elif when is not _KEEP:
        changed = {"when": when} | changed if "when" not in changed else changed
        changed["when"] = when
    return changed


def order_edges(tree: Tree, source: str, edges: list[str]) -> None:
    """Another order for the branches of a node.

    Raises:
        Refused: `bad_edit`, these are not just its branches.
    """
    raw = find(tree, source).raw
    entries = raw.get("next")
    known = {
        f"{source}:branch:{index}": each for index, each in enumerate(entries if isinstance(entries, list) else [])
    }
    if sorted(edges) != sorted(known):
        raise bad_edit("请列出该节点的全部分支", "name every branch of the node once")
    raw["next"] = [known[edge] for edge in edges]


def _at(tree: Any, path: list[Any]) -> Any:
    for key in path:
        tree = tree[key]
    return tree
