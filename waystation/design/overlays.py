"""Regional overlays: what a region has otherwise than the base process that head office owns.

An overlay names the base's nodes and forms and says what changes in them, and brings nodes of its own for places that
the base has marked (`regions` of a process, docs/designer.md). What it may not touch is a problem, never a silent
difference; so is a node or place that a newer base does not have any more.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from waystation.compiler.source import Source
from waystation.contracts.errors import Refused
from waystation.contracts.problems import Path, Problem
from waystation.design.model import Tree
from waystation.design.places import change_edges, find, put
from waystation.design.rewriting import rewritten

#: What a base may leave to its regions, and the keys of a node that belong to each.
PARTS: dict[str, frozenset[str]] = {
    "approvers": frozenset(
        ("approvers", "assign", "mode", "strategy", "when_empty", "when_initiator", "exclude", "repeat")
    ),
    "deadlines": frozenset(("deadline",)),
    "forms": frozenset(("form",)),
}
_TEXTS = frozenset(("title", "description", "summary"))
_KEYS = ("overlay", "base", "region", "title", "nodes", "forms", "insert", "calendar", "timezone")
CODE = "bad_overlay"

BLANK = """\
overlay: {process}
base: {base}
region: {region}

# 节点：只写与总部流程不同的部分（审批人、期限、表单） nodes: only what differs
nodes: {{}}
"""


@dataclass(frozen=True, slots=True)
class Effective:
    """The process of a region. `text` is None where the overlay cannot be laid on the base."""

    text: str | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """What an overlay has otherwise: nodes by what changes in them, fields by form, nodes put before a place."""

    approvers: list[str]
    deadlines: list[str]
    forms: dict[str, list[str]]
    node_forms: list[str]
    texts: list[str]
    inserted: dict[str, list[str]]
    others: list[str]


def parts_of(tree: Any) -> Parts:
    """The parts of a base that an overlay overrides; empty for what is none."""
    given = tree if is_overlay(tree) else {}
    nodes = [(str(name), set(values)) for name, values in _maps(given.get("nodes")) if isinstance(values, dict)]

    def with_any(keys: frozenset[str]) -> list[str]:
        return [name for name, named in nodes if named & keys]

    inserted = given.get("insert")
    return Parts(
        approvers=with_any(PARTS["approvers"]),
        deadlines=with_any(PARTS["deadlines"]),
        forms={
            str(name): _names(body.get("fields")) for name, body in _maps(given.get("forms")) if isinstance(body, dict)
        },
        node_forms=with_any(PARTS["forms"]),
        texts=with_any(_TEXTS),
        inserted={str(each.get("before")): _names(each.get("nodes"))
                  for each in (inserted if isinstance(inserted, list) else ()) if isinstance(each, dict)},
        others=[key for key in ("title", "calendar", "timezone") if key in given],
    )  # fmt: skip


def left_to_regions(tree: Any) -> tuple[list[str], list[str]]:
    """What a base leaves to its regions: parts, and nodes before which they may put their own."""
    regions = tree.get("regions") if isinstance(tree, dict) else None
    given = regions if isinstance(regions, dict) else {}
    may, places = given.get("may", list(PARTS)), given.get("places", [])
    parts = [part for part in (may if isinstance(may, list) else [may]) if part in PARTS]
    return parts, [str(each) for each in (places if isinstance(places, list) else [])]


def is_overlay(tree: Any) -> bool:
    """Whether a document is an overlay."""
    return isinstance(tree, dict) and "overlay" in tree


def effective(base: Source, overlay: Source) -> Effective:
    """Lay an overlay on its base."""
    laying = _Laying(base, overlay)
    if overlay.flaws or base.flaws or not isinstance(base.tree, dict) or not is_overlay(overlay.tree):
        laying.complain((), "地区版或总部流程的文本有语法错误", "the overlay or its base is no sound YAML")
        return Effective(None, tuple(laying.problems))
    tree = laying.whole()
    try:
        text = rewritten(base, tree)
    except Refused as refused:
        laying.complain((), refused.zh, refused.en)
        return Effective(None, tuple(laying.problems))
    return Effective(text, tuple(laying.problems))


class _Laying:
    def __init__(self, base: Source, overlay: Source) -> None:
        self._base = base
        self._overlay = overlay
        self.problems: list[Problem] = []

    def complain(self, path: Path, zh: str, en: str) -> None:
        node = str(path[1]) if len(path) > 1 and path[0] == "nodes" else None
        self.problems.append(Problem(CODE, self._overlay.place(path), zh, en, path=path, node=node))

    def whole(self) -> Tree:
        over: Tree = self._overlay.tree
        tree: Tree = copy.deepcopy(self._base.tree)
        allowed = _allowed(tree.pop("regions", None))
        for key in over:
            if key not in _KEYS:
                self.complain((key,), f"地区版没有 {key} 这一项", f"an overlay has no {key}")
        tree["process"] = over["overlay"]
        for key in ("title", "calendar", "timezone"):
            if key in over:
                tree[key] = over[key]
        self._nodes(tree, over.get("nodes"), allowed)
        self._forms(tree, over.get("forms"), allowed)
        self._insert(tree, over.get("insert"), allowed)
        return tree

    def _nodes(self, tree: Tree, changed: Any, allowed: _Allowed) -> None:
        for name, values in _maps(changed):
            try:
                raw = find(tree, name).raw
            except Refused:
                self.complain(("nodes", name), f"总部流程没有节点 {name}", f"the base has no node {name}")
                continue
            for key, value in values.items() if isinstance(values, dict) else ():
                if key not in allowed.keys:
                    zh, en = f"总部不允许地区修改节点的 {key}", f"the base does not let regions change {key}"
                    self.complain(("nodes", name, key), zh, en)
                elif value is None:
                    raw.pop(key, None)
                else:
                    raw[key] = copy.deepcopy(value)

    def _forms(self, tree: Tree, changed: Any, allowed: _Allowed) -> None:
        if changed and not allowed.forms:
            self.complain(("forms",), "总部不允许地区修改表单", "the base does not let regions change forms")
            return
        for name, body in _maps(changed):
            forms = tree.get("forms")
            known = forms.get(name) if isinstance(forms, dict) else None
            if not isinstance(known, dict) or not isinstance(body, dict):
                self.complain(("forms", name), f"总部流程没有本地表单 {name}", f"the base has no local form {name}")
                continue
            for field, value in _maps(body.get("fields")):
                fields = known.setdefault("fields", {})
                if value is None:
                    fields.pop(field, None)
                else:
                    fields[field] = copy.deepcopy(value)
                    self._know_data(tree, field, value)
            known.update({key: copy.deepcopy(value) for key, value in body.items() if key in ("title", "layout")})

    @staticmethod
    def _know_data(tree: Tree, field: str, value: Any) -> None:
        """A field of the region's own is kept with the case, as those of the base are."""
        data = tree.get("data")
        if isinstance(data, dict) and field not in data and isinstance(value, dict):
            kept = ("type", "format", "enum", "items", "properties", "minimum", "maximum", "title")
            data[field] = {key: copy.deepcopy(value[key]) for key in kept if key in value}

    def _insert(self, tree: Tree, inserted: Any, allowed: _Allowed) -> None:
        for index, part in enumerate(inserted if isinstance(inserted, list) else ()):
            path: Path = ("insert", index)
            place = part.get("before") if isinstance(part, dict) else None
            nodes = part.get("nodes") if isinstance(part, dict) else None
            if not isinstance(place, str) or not isinstance(nodes, dict) or not nodes:
                self.complain(path, "插入需要 before 和 nodes", "an insertion needs `before` and `nodes`")
            elif place not in allowed.places:
                zh, en = f"总部没有在 {place} 之前留出位置", f"the base has marked no place before {place}"
                self.complain((*path, "before"), zh, en)
            elif place not in tree.get("nodes", {}):
                self.complain((*path, "before"), f"总部流程没有节点 {place}", f"the base has no node {place}")
            else:
                self._put_before(tree, place, nodes, path)

    def _put_before(self, tree: Tree, place: str, nodes: Tree, path: Path) -> None:
        members, first = tree["nodes"], next(iter(nodes))
        taken = [name for name in nodes if name in members]
        if taken:
            self.complain((*path, "nodes", taken[0]), f"已有节点 {taken[0]}", f"there is a node {taken[0]} already")
            return
        begins = tree.get("start", {}).get("at") if isinstance(tree.get("start"), dict) else None
        if begins == place:
            tree["start"]["at"] = first
        for raw in members.values():
            if isinstance(raw, dict):
                change_edges(raw, lambda to: first if to == place else to)
        for name, raw in nodes.items():
            put(members, name, copy.deepcopy(raw), before=place)


@dataclass(frozen=True, slots=True)
class _Allowed:
    keys: frozenset[str]
    forms: bool
    places: frozenset[str]


def _allowed(regions: Any) -> _Allowed:
    """What a base leaves to its regions: all parts, and no place, where it says nothing."""
    parts, places = left_to_regions({"regions": regions})
    keys = frozenset[str]().union(_TEXTS, *(PARTS[part] for part in parts))
    return _Allowed(keys, "forms" in parts, frozenset(places))


def _names(value: Any) -> list[str]:
    return [str(name) for name, _ in _maps(value)]


def _maps(value: Any) -> Iterator[tuple[str, Any]]:
    yield from value.items() if isinstance(value, dict) else ()
