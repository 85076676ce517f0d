"""A process text as the designer sees it, and back: nodes in one list, edges in another, everything else beside them.

Nothing is interpreted and nothing is lost: what has not the shape that the language asks for stays where it was found
(in `config`, `head` or `unknown`), so a draft that does not compile is shown and edited all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from waystation.compiler.process_shapes import ProcessShape
from waystation.contracts.plan import END

Tree = dict[str, Any]
_Inside = Mapping[str | None, list[Tree]]
#: Top keys that the model shows in a place of their own.
_APART = ("process", "start", "data", "required", "access", "forms", "tables", "nodes", "on")
_KNOWN = frozenset(ProcessShape.keys())
#: Boundary events, in the order in which the model lists them.
EVENTS = ("error", "deadline", "message")


def to_model(tree: Mapping[str, Any]) -> Tree:
    """The model of a document (docs/designer.md has its shape)."""
    nodes: list[Tree] = []
    edges = list(_event_edges(tree.get("on"), "", "", ("on",)))
    members = tree.get("nodes")
    if isinstance(members, dict):
        _add_body(members, "", ("nodes",), nodes, edges)
    first = first_of(tree)
    if first is not None:
        edges.insert(0, {"id": ":start", "from": "", "to": first, "way": "start", "path": ["start", "at"]})
    rest = {key: value for key, value in tree.items() if key not in _APART}
    return {
        "process": tree.get("process", ""),
        "head": {key: value for key, value in rest.items() if key in _KNOWN},
        "first": first,
        **{key: tree[key] for key in _APART if key in tree and key not in ("process", "nodes", "on")},
        **({} if isinstance(members, dict) or "nodes" not in tree else {"broken_nodes": members}),
        **_left_of_events(tree.get("on"), "on"),
        "nodes": nodes,
        "edges": edges,
        "roles": sorted(set(_roles(tree))),
        "unknown": {key: value for key, value in rest.items() if key not in _KNOWN},
        "keys": list(tree),
    }


def from_model(model: Mapping[str, Any]) -> Tree:
    """The document of a model."""
    edges: dict[str, list[Tree]] = {}
    for edge in model["edges"]:
        edges.setdefault(edge["from"], []).append(edge)
    apart = {key: model[key] for key in _APART if key in model}
    inside: dict[str | None, list[Tree]] = {}
    for node in model["nodes"]:
        inside.setdefault(node["in"], []).append(node)
    apart["nodes"] = model["broken_nodes"] if "broken_nodes" in model else _body(inside, edges, None)
    events = _events(edges.get("", []))
    if ("on" in model["keys"] and "on" not in apart) or events:
        apart["on"] = apart.get("on") or events
    given = {**model["head"], **model["unknown"], **apart}
    order = [*model["keys"], *(key for key in given if key not in model["keys"] and key != "nodes")]
    return {key: given[key] for key in order if key in given}


def first_of(tree: Mapping[str, Any]) -> str | None:
    """The node that a case begins with: the one that is named, else the first of the text."""
    start, members = tree.get("start"), tree.get("nodes")
    named = start.get("at") if isinstance(start, dict) else None
    if isinstance(named, str):
        return named
    return next(iter(members), None) if isinstance(members, dict) else None


def inner_path(raw: Any) -> tuple[str, ...] | None:
    """Where the nodes inside a node stand, seen from it; None where it has none."""
    if not isinstance(raw, dict):
        return None
    body = raw.get("body")
    if isinstance(body, dict) and isinstance(body.get("nodes"), dict):
        return ("body", "nodes")
    return ("of",) if raw.get("kind") == "race" and isinstance(raw.get("of"), dict) else None


def address(around: str, name: str) -> str:
    """The address of a node by its name and the address of what it is in."""
    return f"{around}/{name}" if around else name


# To the model


def _add_body(
    members: Tree, around: str, path: tuple[str | int, ...], nodes: list[Tree], edges: list[Tree], beside: str = ""
) -> None:
    """All nodes of a body. `beside` is what their edges are seen from: of the alternatives of a race, around it."""
    for name, raw in members.items():
        here = (*path, name)
        own = address(around, name)
        if not isinstance(raw, dict):
            nodes.append({"id": own, "name": name, "in": around or None, "kind": "", "config": {}, "broken": raw})
            continue
        found = list(_next_edges(raw, own, beside, here))
        events = list(_event_edges(raw.get("on"), own, beside, (*here, "on")))
        inside = inner_path(raw)
        nodes.append(_node(raw, own, name, around, drawn=bool(found), inside=inside))
        edges += found + events
        if inside == ("of",):
            _add_body(raw["of"], own, (*here, "of"), nodes, edges, beside)
        elif inside is not None:
            _add_body(raw["body"]["nodes"], own, (*here, *inside), nodes, edges, own)


def _node(raw: Tree, own: str, name: str, around: str, *, drawn: bool, inside: tuple[str, ...] | None) -> Tree:
    config = {key: value for key, value in raw.items() if key not in ("kind", "title", "next", "on", "body", "of")}
    if "next" in raw and not drawn:
        config["next"] = raw["next"]
    config |= _left_of_events(raw.get("on"), "on")
    if "of" in raw and inside != ("of",):
        config["of"] = raw["of"]
    if "body" in raw:
        body = {key: value for key, value in raw["body"].items() if key != "nodes"} if inside else raw["body"]
        config["body"] = body
    shown = {"id": own, "name": name, "in": around or None, "kind": raw.get("kind", ""), "config": config}
    if "title" in raw:
        shown["title"] = raw["title"]
    return {**shown, "keys": list(raw)}


def _next_edges(raw: Tree, own: str, beside: str, path: tuple[str | int, ...]) -> Iterator[Tree]:
    """The edges of `next`, if all of it has the shape of edges."""
    written = raw.get("next")
    if isinstance(written, str):
        yield _edge(f"{own}:next", own, beside, written, "next", (*path, "next"))
    elif isinstance(written, dict) and written and all(isinstance(to, str) for to in written.values()):
        for outcome, to in written.items():
            found = _edge(f"{own}:outcome:{outcome}", own, beside, to, "outcome", (*path, "next", outcome))
            yield {**found, "outcome": outcome}
    elif isinstance(written, list) and written and all(map(_is_branch, written)):
        for index, entry in enumerate(written):
            to = entry if isinstance(entry, str) else entry["to"]
            found = _edge(f"{own}:branch:{index}", own, beside, to, "branch", (*path, "next", index)) | {"index": index}
            if isinstance(entry, str):
                yield {**found, "short": True}
            else:
                yield {**found, **({"when": entry["when"]} if "when" in entry else {}), "keys": list(entry)}


def _is_branch(entry: Any) -> bool:
    return isinstance(entry, str) or (
        isinstance(entry, dict) and isinstance(entry.get("to"), str) and set(entry) <= {"to", "when"}
    )


def _event_edges(raw: Any, own: str, beside: str, path: tuple[str | int, ...]) -> Iterator[Tree]:
    if not _are_events(raw):
        return
    for sort, written in raw.items():
        single = not isinstance(written, list)
        for index, entry in enumerate([written] if single else written):
            to = entry if isinstance(entry, str) else entry["to"]
            place = (*path, sort) if single else (*path, sort, index)
            found = _edge(f"{own}:{sort}:{index}", own, beside, to, sort, place)
            event = {} if isinstance(entry, str) else {key: value for key, value in entry.items() if key != "to"}
            keys = ["to"] if isinstance(entry, str) else list(entry)
            yield {
                **found, "index": index, "event": event, "keys": keys,
                **({"short": True} if isinstance(entry, str) else {}), **({"single": True} if single else {}),
            }  # fmt: skip


def _are_events(raw: Any) -> bool:
    """Whether all of an `on` has the shape of events, so that it can be shown as edges."""
    if not isinstance(raw, dict) or not raw:
        return False
    for sort, written in raw.items():
        entries = written if isinstance(written, list) else [written]
        if sort not in EVENTS or not entries:
            return False
        for entry in entries:
            short = sort == "error" and isinstance(entry, str)
            if not short and not (isinstance(entry, dict) and isinstance(entry.get("to"), str)):
                return False
    return True


def _left_of_events(raw: Any, key: str) -> Tree:
    return {} if raw is None or _are_events(raw) else {key: raw}


def _edge(name: str, own: str, beside: str, to: str, way: str, path: tuple[str | int, ...]) -> Tree:
    target = address(beside, to)
    return {"id": name, "from": own, "to": target, "way": way, "path": list(path)}


def _roles(value: Any) -> Iterator[str]:
    """Every role that is named by a rule or an access list."""
    if isinstance(value, dict):
        role = value.get("role")
        if isinstance(role, str) and "${" not in role:
            yield role
        for each in value.values():
            yield from _roles(each)
    elif isinstance(value, list):
        for each in value:
            yield from _roles(each)
    elif isinstance(value, str) and value.startswith("role:"):
        yield value.removeprefix("role:").strip()


# From the model


def _body(inside: _Inside, edges: Mapping[str, list[Tree]], around: str | None) -> Tree:
    return {node["name"]: _raw(node, inside, edges) for node in inside.get(around, ())}


def _raw(node: Tree, inside: _Inside, edges: Mapping[str, list[Tree]]) -> Any:
    if "broken" in node:
        return node["broken"]
    own, config = node["id"], dict(node["config"])
    given: Tree = {"kind": node["kind"], **({"title": node["title"]} if "title" in node else {}), **config}
    out = edges.get(own, [])
    following = _next(out)
    if following is not None:
        given["next"] = following
    if events := _events(out):
        given["on"] = events
    members = _body(inside, edges, own)
    keys = node.get("keys", [])
    if node["kind"] == "race" and ("of" not in config and (members or "of" in keys)):
        given["of"] = members
    elif members or (isinstance(config.get("body"), dict) and "nodes" not in config["body"] and "body" in keys):
        given["body"] = {**config.get("body", {}), "nodes": members}
    order = [*keys, *(key for key in given if key not in keys)]
    return {key: given[key] for key in order if key in given and (key != "kind" or "kind" in keys or not keys)}


def _next(out: list[Tree]) -> Any:
    plain = [edge for edge in out if edge["way"] == "next"]
    if plain:
        return name_of(plain[0]["to"])
    outcomes = {edge["outcome"]: name_of(edge["to"]) for edge in out if edge["way"] == "outcome"}
    if outcomes:
        return outcomes
    branches = [edge for edge in out if edge["way"] == "branch"]
    return [_branch(edge) for edge in branches] or None


def _branch(edge: Tree) -> Any:
    if edge.get("short"):
        return name_of(edge["to"])
    given = {**({"when": edge["when"]} if "when" in edge else {}), "to": name_of(edge["to"])}
    return {key: given[key] for key in edge.get("keys", given) if key in given}


def _events(out: list[Tree]) -> Tree:
    found: Tree = {}
    for edge in out:
        if edge["way"] not in EVENTS:
            continue
        given = {**edge.get("event", {}), "to": name_of(edge["to"])}
        entry: Any = {key: given[key] for key in edge.get("keys", given) if key in given}
        entry = name_of(edge["to"]) if edge.get("short") else entry
        if edge.get("single"):
            found[edge["way"]] = entry
        else:
            found.setdefault(edge["way"], []).append(entry)
    return found


def name_of(target: str) -> str:
    """What an author writes for an address in an edge."""
    return target.rpartition("/")[2] or END
