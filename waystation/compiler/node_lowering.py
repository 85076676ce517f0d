"""From drafts to the nodes of a plan: common keys here, own keys by the kind; each node also gets its site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from waystation.compiler.canonical import as_stored
from waystation.compiler.compilation import ERROR, Compilation
from waystation.compiler.context import names_brought
from waystation.compiler.drafts import Draft
from waystation.compiler.edges import EdgeLowering
from waystation.compiler.findings import Moment, Site, Write
from waystation.compiler.graph import resolve_joins
from waystation.compiler.kinds import Exit, Outcomes
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_shapes import BoundaryShape
from waystation.contracts.plan import Body, Boundary, Node, Value
from waystation.contracts.problems import Path
from waystation.expressions import Expression, ExpressionError, Type, compile_value

ANY = Type("any")
_BROUGHT = {"error": ERROR, "message": ANY}


class NodeMaking:
    """Makes the nodes of one process. `sites` fills up as it goes."""

    def __init__(self, compilation: Compilation) -> None:
        self._compilation = compilation
        self.sites: dict[str, Site] = {}

    def body(
        self,
        members: Mapping[str, Draft],
        at: str,
        scope: Mapping[str, Type],
        outer: BoundaryShape | None = None,
        events: tuple[Boundary, ...] = (),
    ) -> Body:
        """A graph whose nodes see `scope` and what events bring them."""
        brought = names_brought(members, at or None, outer)
        nodes: dict[str, Node] = {}
        for name, draft in members.items():
            inner = {**scope, **{each: _BROUGHT[each] for each in brought[name]}} if brought[name] else scope
            node = self._node(draft, inner)
            if node is not None:
                nodes[name] = node
        body = Body(at, nodes)
        return self._with_joins(body, members, events)

    def _with_joins(self, body: Body, members: Mapping[str, Draft], events: tuple[Boundary, ...]) -> Body:
        """Joins that count branches name the fork they close."""
        if not any(node.kind == "join" for node in body.nodes.values()):
            return body
        for name, fork in resolve_joins(body, events).items():
            node = body.nodes[name]
            if node.params.get("count", "branch") == "branch" and node.params.get("need") != "reachable" and fork:
                params = {**node.params, "of": fork}
                node = body.nodes[name] = msgspec.structs.replace(node, params=params)
                address = members[name].address
                self.sites[address] = replace(self.sites[address], node=node)
        return body

    def _node(self, draft: Draft, scope: Mapping[str, Type]) -> Node | None:
        if draft.kind is None or draft.config is None:
            return None
        kind, config = draft.kind, draft.config
        lowering = NodeLowering(self._compilation, draft, draft.path, scope)
        outcomes = kind.outcomes(config, lowering) if kind.exit is Exit.OUTCOMES else Outcomes()
        edging = EdgeLowering(draft, lowering, outcomes)
        edges, edge_paths = edging.edges()
        if draft.inside is not None and draft.inside.free and config.if_ is None:
            edges, edge_paths = (), ()  # its alternatives have them; its own `next` only says where those go
        on, on_paths = lowering.boundaries(config.on)
        for event, path in zip(on, on_paths, strict=True):
            edging.target(event.to, *path[len(draft.path) :])
        params = kind.lower(config, lowering)
        own = dict(kind.names_in_save(config, lowering))
        node = Node(
            kind=kind.name,
            edges=edges,
            params=as_stored(params),
            title=lowering.text(config.title, "title"),
            description=lowering.text(config.description, "description"),
            summary=lowering.text(config.summary, "summary", moment=Moment.OPEN),
            condition=lowering.condition(config.if_, "if"),
            lock=lowering.lock(config.lock),
            cancels=tuple(lowering.node(name, "cancels", index) for index, name in enumerate(config.cancels)),
            on=on,
            save=lowering.save(config.save, own),
            undo=lowering.undo(config.undo, own),
        )
        self._note_forms(draft, lowering, _form_fields_read(node.save))
        self._place(draft, node, (edge_paths, on_paths), scope, own)
        if draft.inside is not None:
            node = self._with_body(draft, node, lowering, scope)
            self._place(draft, node, (edge_paths, on_paths), scope, own)
        return node

    def _with_body(self, draft: Draft, node: Node, lowering: NodeLowering, scope: Mapping[str, Type]) -> Node:
        assert draft.inside is not None
        assert draft.kind is not None
        names = draft.kind.names_inside(draft.config, lowering)
        at = draft.inside.at
        if draft.inside.free:
            at = next(iter(draft.members), "")
        elif at is None:
            at = next(iter(draft.members), "")
            if not draft.members:
                lowering.report("missing_key", *draft.inside.path, key=True, variant="no_nodes", name="nodes")
        elif at not in draft.members:
            self._compilation.report.graph_broken = True
            lowering.report("unknown_node", *draft.inside.at_path, name=at, known=draft.members)
        body = self.body(draft.members, at, {**scope, **names} if names else scope)
        return msgspec.structs.replace(node, body=body)

    def _place(
        self,
        draft: Draft,
        node: Node,
        paths: tuple[tuple[Path, ...], tuple[Path, ...]],
        scope: Mapping[str, Type],
        own: Mapping[str, Type],
    ) -> None:
        parent = draft.owner.address if draft.owner is not None else ""
        self.sites[draft.address] = Site(draft.address, parent, draft.id, draft.path, node, *paths, scope, own)

    def _note_forms(self, draft: Draft, lowering: NodeLowering, mapped: frozenset[str]) -> None:
        """What the forms of a node write: their fields under their own names, unless `save` maps them."""
        assert draft.kind is not None
        assert draft.config is not None
        local = "local" in lowering.scope
        for path, use in draft.kind.forms(draft.config):
            form = self._compilation.forms.get(use.use)
            for name, field in form.fields.items() if form is not None else ():
                if use.fields.get(name, "edit") == "edit" and name not in mapped:
                    certain = (field.get("required") is True and "show_if" not in field) or "default" in field
                    self._compilation.writes.append(
                        Write(draft.address, name, draft.path + path, certain=certain, local=local)
                    )


def _form_fields_read(save: Mapping[str, Value]) -> frozenset[str]:
    """The fields of the node's form that its `save` reads."""
    found: set[str] = set()
    for value in save.values():
        if isinstance(value, dict) and "form" in str(value.get("$", "")):
            found.update(_form_names(str(value["$"])))
    return frozenset(found)


def _form_names(text: str) -> list[str]:
    try:
        compiled = compile_value(text)
    except ExpressionError:
        return []
    parts = [compiled] if isinstance(compiled, Expression) else getattr(compiled, "expressions", ())
    paths = [reference.path for part in parts for reference in part.references]
    return [path[1] for path in paths if path[0] == "form" and len(path) > 1]
