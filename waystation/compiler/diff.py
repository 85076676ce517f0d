"""The difference between two plans in words: what a reviewer of a new version wants to read before it is published.

Plans are compared, not texts: comments, order of keys and shorthands make no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from waystation.compiler.explain import shown
from waystation.contracts.plan import Body, Node, Plan

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "same": ("没有差别", "no difference"),
    "added": ("新增{} {}", "{} {} is new"),
    "removed": ("删除{} {}", "{} {} is gone"),
    "renamed": ("{} {} 改名为 {}", "{} {} is now called {}"),
    "changed": ("{}: {} 由 {} 改为 {}", "{}: {} was {}, is now {}"),
    "set": ("{}: 新设 {} = {}", "{}: {} is now {}"),
    "unset": ("{}: 取消 {}（原为 {}）", "{}: {} is no longer set (was {})"),
    "moved": ("{} 的节点顺序改变", "the nodes of {} are in another order"),
    "node": ("节点", "node"),
    "field": ("字段", "field"),
    "form": ("表单", "form"),
    "table": ("决策表", "table"),
    "calendar": ("日历", "calendar"),
    "action": ("动作", "action"),
    "process": ("流程", "the process"),
}
#: Maps of a plan whose entries are compared one by one.
_COLLECTIONS = {"data": "field", "forms": "form", "tables": "table", "calendars": "calendar", "actions": "action"}
_MOST_INSIDE = 20


def difference(before: Plan, after: Plan, *, language: str = "zh") -> list[str]:
    """Sentences; empty for plans that are the same."""
    return list(_Difference(language).plans(before, after))


def as_text(before: Plan, after: Plan, *, language: str = "zh") -> str:
    """The sentences one a line, or one that says that there is no difference."""
    lines = difference(before, after, language=language)
    return "\n".join(lines or [_SENTENCES["same"][language != "zh"]]) + "\n"


class _Difference:
    def __init__(self, language: str) -> None:
        self._place = 0 if language == "zh" else 1

    def say(self, key: str, *args: str) -> str:
        return _SENTENCES[key][self._place].format(*args)

    def plans(self, before: Plan, after: Plan) -> Iterator[str]:
        whole = self.say("process")
        one, other = msgspec.to_builtins(before), msgspec.to_builtins(after)
        for key in dict.fromkeys((*one, *other)):
            if key in _COLLECTIONS:
                yield from self.collections(_COLLECTIONS[key], one.get(key, {}), other.get(key, {}))
            elif key != "body":
                yield from self.values(whole, key, one.get(key), other.get(key))
        yield from self.bodies(before.body, after.body, "")

    def collections(self, what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
        for name in dict.fromkeys((*before, *after)):
            if name not in before:
                yield self.say("added", self.say(what), name)
            elif name not in after:
                yield self.say("removed", self.say(what), name)
            else:
                yield from self.maps(f"{self.say(what)} {name}", "", before[name], after[name])

    def bodies(self, before: Body, after: Body, around: str) -> Iterator[str]:
        renamed = _renamed(before, after)
        for old, new in renamed.items():
            yield self.say("renamed", self.say("node"), around + old, around + new)
        for name, node in before.nodes.items():
            if name in after.nodes:
                yield from self.nodes(around + name, node, after.nodes[name])
            elif name not in renamed:
                yield self.say("removed", self.say("node"), f"{around}{name} ({node.kind})")
        for name, node in after.nodes.items():
            if name not in before.nodes and name not in renamed.values():
                yield self.say("added", self.say("node"), f"{around}{name} ({node.kind})")
        if before.at != after.at and renamed.get(before.at) != after.at:
            yield self.say("changed", around or self.say("process"), "at", before.at, after.at)
        common = [name for name in before.nodes if name in after.nodes]
        if common != [name for name in after.nodes if name in before.nodes]:
            yield self.say("moved", around.rstrip("/") or self.say("process"))

    def nodes(self, address: str, before: Node, after: Node) -> Iterator[str]:
        place = f"{self.say('node')} {address}"
        one, other = _flat(before), _flat(after)
        yield from self.maps(place, "", one, other)
        if before.body is not None and after.body is not None:
            yield from self.bodies(before.body, after.body, f"{address}/")

    def maps(self, place: str, key: str, before: Any, after: Any, depth: int = 0) -> Iterator[str]:
        """Maps are compared key by key as far down as they are maps; everything else as a whole."""
        if not (isinstance(before, Mapping) and isinstance(after, Mapping)) or "$" in before or "$" in after:
            yield from self.values(place, key, before, after)
        elif depth > _MOST_INSIDE:
            if before != after:
                yield from self.values(place, key, before, after)
        else:
            for name in dict.fromkeys((*before, *after)):
                inner = f"{key}.{name}" if key else str(name)
                yield from self.maps(place, inner, before.get(name), after.get(name), depth + 1)

    def values(self, place: str, key: str, before: Any, after: Any) -> Iterator[str]:
        if before == after and type(before) is type(after):
            return
        if before is None:
            yield self.say("set", place, key, shown(after))
        elif after is None:
            yield self.say("unset", place, key, shown(before))
        else:
            yield self.say("changed", place, key, shown(before), shown(after))


def _flat(node: Node) -> dict[str, Any]:
    """A node without its body, its edges keyed by what leads along them."""
    parts: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(node, body=None))
    edges = parts.pop("edges", [])
    params = parts.pop("params", {})
    return {**parts, **params, "next": _ways(edges)} if edges else {**parts, **params}


def _ways(edges: list[Any]) -> Any:
    if len(edges) == 1 and set(edges[0]) == {"to"}:
        return edges[0]["to"]
    return {edge.get("outcome") or edge.get("when") or f"#{index + 1}": edge["to"] for index, edge in enumerate(edges)}


def _renamed(before: Body, after: Body) -> dict[str, str]:
    """Nodes that are gone and nodes that are new which are the same but for their id, where that is unambiguous."""
    gone = {name: _alike(node) for name, node in before.nodes.items() if name not in after.nodes}
    new = {name: _alike(node) for name, node in after.nodes.items() if name not in before.nodes}
    found: dict[str, str] = {}
    for name, text in gone.items():
        same = [other for other, each in new.items() if each == text]
        if len(same) == 1 and list(gone.values()).count(text) == 1:
            found[name] = same[0]
    return found


def _alike(node: Node) -> bytes:
    return _ENCODER.encode(node)


_ENCODER = msgspec.json.Encoder(decimal_format="number")
