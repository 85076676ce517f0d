"""Compiled processes by hand, for tests that need a graph and no text: `process({"a": node("task", "end")})`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from waystation.compiler.findings import Finding, Moment, Read, Site, Unit, Write
from waystation.compiler.graph import resolve_joins
from waystation.compiler.library import Library
from waystation.contracts.catalog import Catalog
from waystation.contracts.plan import Body, Boundary, Edge, Node, Plan, Start
from waystation.contracts.problems import Path

#: A target; several; by outcome; or (condition, target) pairs, where None is the default.
Next = str | Sequence[str] | Mapping[str, str] | Sequence[tuple[str | None, str]] | None


def node(
    kind: str,
    next: Next = None,  # noqa: A002 - the key of the language
    *,
    body: Mapping[str, Node] | None = None,
    at: str | None = None,
    on: Sequence[Boundary] = (),
    cancels: Sequence[str] = (),
    condition: str | None = None,
    **params: Any,
) -> Node:
    """A node; whatever has no place of its own in a node goes into its parameters."""
    inner = Body(at if at is not None else next_of(body), dict(body)) if body is not None else None
    return Node(
        kind,
        edges=tuple(_edges(kind, next)),
        params=params,
        body=inner,
        on=tuple(on),
        cancels=tuple(cancels),
        condition=condition,
    )


def next_of(nodes: Mapping[str, Node]) -> str:
    """The first node: where a body starts when nobody says."""
    return next(iter(nodes))


def on_error(to: str, code: str = "*") -> Boundary:
    return Boundary("error", to, code=code)


def on_message(to: str, *, interrupt: bool = True) -> Boundary:
    return Boundary("message", to, interrupt=interrupt, message="m")


def on_deadline(to: str, due: str = "1d", *, interrupt: bool = True) -> Boundary:
    return Boundary("deadline", to, interrupt=interrupt, due=due)


def _edges(kind: str, target: Next) -> Iterator[Edge]:
    if target is None:
        return
    if isinstance(target, str):
        yield Edge(target)
    elif isinstance(target, Mapping):
        yield from (Edge(to, outcome=outcome) for outcome, to in target.items())
    else:
        for entry in target:
            if isinstance(entry, str):
                yield Edge(entry)
            else:
                yield Edge(entry[1], when=entry[0], otherwise=entry[0] is None)


def process(nodes: Mapping[str, Node], *, at: str | None = None, on: Sequence[Boundary] = (), **plan: Any) -> Unit:
    """A unit around hand-made nodes. `tree` holds `limits` where the plan does not have the default ones."""
    body = Body(at if at is not None else next_of(nodes), dict(nodes))
    start = plan.pop("start", None) or Start(body.at)
    whole = Plan(process="p", start=start, body=_resolved(body, on), on=tuple(on), **plan)
    tree: dict[str, Any] = {"data": dict(whole.data)}
    if "limits" in plan:
        tree["limits"] = {"steps": whole.limits.steps}
    sites = {site.address: site for site in _sites("", whole.body, ())}
    boundaries = tuple(("on", str(event.on), place) for place, event in enumerate(on))
    return Unit("p.yaml", "p", whole, tree, Library(), Catalog(), sites, boundaries=boundaries)


def reading(unit: Unit, node_: str, source: str, *path: str | int, moment: Moment = Moment.ENTER) -> Unit:
    """The same unit with one more expression that is read."""
    place = (unit.sites[node_].path if node_ else ()) + path
    return replace(unit, reads=(*unit.reads, Read(node_, source, place, moment)))


def writing(unit: Unit, node_: str, name: str, **facts: Any) -> Unit:
    """The same unit with one more field that is written."""
    write = Write(node_, name, (*unit.sites[node_].path, "save", name), **facts)
    return replace(unit, writes=(*unit.writes, write))


def _resolved(body: Body, on: Sequence[Boundary] = ()) -> Body:
    """The body with each join knowing its fork, as the compiler leaves it."""
    forks = resolve_joins(body, on)
    nodes = {}
    for name, each in body.nodes.items():
        params = {**each.params, "of": forks[name]} if forks.get(name) else each.params
        inner = _resolved(each.body) if each.body is not None and each.kind != "race" else each.body
        nodes[name] = _with(each, params, inner)
    return Body(body.at, nodes)


def _with(each: Node, params: dict[str, Any], body: Body | None) -> Node:
    kept = {name: getattr(each, name) for name in each.__struct_fields__}
    return Node(**{**kept, "params": params, "body": body})


def _sites(parent: str, body: Body, path: Path) -> Iterator[Site]:
    for name, each in body.nodes.items():
        address = f"{parent}/{name}" if parent else name
        here = (*path, "of", name) if path and path[-1] != "body" else (*path, "nodes", name)
        yield Site(
            address,
            parent,
            name,
            here,
            each,
            tuple((*here, "next", place) for place, _ in enumerate(each.edges)),
            tuple((*here, "on", event.on, place) for place, event in enumerate(each.on)),
            {},
        )
        if each.body is not None:
            yield from _sites(address, each.body, here if each.kind == "race" else (*here, "body"))


def said(findings: Iterable[Finding]) -> list[tuple[str, str | None]]:
    """Code and node of each finding, in order of appearance."""
    return [(finding.code, finding.node) for finding in findings]
