"""A plan as a Mermaid flowchart: bodies are subgraphs, boundary events dotted, conditions and outcomes labels."""

from __future__ import annotations

from collections.abc import Iterator

from waystation.contracts.plan import END, Body, Boundary, Edge, Node, Plan, Text

#: Opening and closing of the shape of a kind; others are rectangles.
_SHAPES = {
    "choice": ("{", "}"),
    "table": ("{{", "}}"),
    "fork": ("[/", "\\]"),
    "join": ("[\\", "/]"),
    "end": ("([", "])"),
    "wait": ("((", "))"),
    "receive": (">", "]"),
    "task": ("[", "]"),
    "approval": ("[", "]"),
}
_LONGEST_LABEL = 60
_INDENT = "  "


def mermaid(plan: Plan, *, language: str = "zh") -> str:
    """The flowchart, ending in a line break."""
    return "\n".join(["flowchart TD", *_Drawing(language).whole(plan)]) + "\n"


class _Drawing:
    def __init__(self, language: str) -> None:
        self._language = language

    def whole(self, plan: Plan) -> Iterator[str]:
        yield f"{_INDENT}start_((●)) --> {_id(plan.start.at)}"
        yield from self.body(plan.body, "", 1, plan.on)
        for event in plan.on:
            yield f"{_INDENT}case_[/{_quoted(plan.process)}/] -. {self.event(event)} .-> {_target('', event.to)}"

    def body(self, body: Body, around: str, depth: int, events: tuple[Boundary, ...] = ()) -> Iterator[str]:
        """The nodes of a body, and the place where its tokens end."""
        space = _INDENT * depth
        for name, node in body.nodes.items():
            yield from self.node(node, name, f"{around}/{name}" if around else name, around, depth)
        targets = [way.to for node in body.nodes.values() for way in _ways(node)]
        if END in (*targets, *(event.to for event in events)):
            yield f"{space}{_target(around, END)}((◉))"

    def node(self, node: Node, name: str, address: str, beside: str, depth: int) -> Iterator[str]:
        space = _INDENT * depth
        if node.body is None:
            opening, closing = _SHAPES.get(node.kind, ("[", "]"))
            yield f"{space}{_id(address)}{opening}{_quoted(self.label(name, node))}{closing}"
        else:
            yield f"{space}subgraph {_id(address)} [{_quoted(self.label(name, node))}]"
            if node.kind == "race":
                # What its alternatives lead to stands beside the race.
                for inner, alternative in node.body.nodes.items():
                    yield from self.node(alternative, inner, f"{address}/{inner}", beside, depth + 1)
            else:
                yield from self.body(node.body, address, depth + 1)
            yield f"{space}end"
        yield from self.ways(node, address, beside, space)

    def ways(self, node: Node, address: str, beside: str, space: str) -> Iterator[str]:
        for edge in node.edges:
            label = self.edge(edge)
            arrow = f"-- {_quoted(label)} -->" if label else "-->"
            yield f"{space}{_id(address)} {arrow} {_target(beside, edge.to)}"
        for event in node.on:
            yield f"{space}{_id(address)} -. {self.event(event)} .-> {_target(beside, event.to)}"

    def label(self, name: str, node: Node) -> str:
        title = in_language(node.title, self._language)
        return f"{title} ({name}: {node.kind})" if title else f"{name}: {node.kind}"

    def edge(self, edge: Edge) -> str:
        if edge.when is not None:
            return edge.when
        return edge.outcome or ({"zh": "否则", "en": "else"}[self._language] if edge.otherwise else "")

    def event(self, event: Boundary) -> str:
        what = {"error": event.code, "deadline": _text_of(event.due), "message": event.message}[event.on]
        return _quoted(f"{event.on} {what}")


def in_language(text: Text, language: str) -> str:
    """A text in a language, else in any."""
    if isinstance(text, str):
        return text
    return text.get(language) or next(iter(text.values()), "")


def _text_of(value: object) -> str:
    return str(value.get("$", value)) if isinstance(value, dict) else str(value)


def _ways(node: Node) -> Iterator[Edge | Boundary]:
    yield from node.edges
    yield from node.on
    if node.kind == "race" and node.body is not None:
        for alternative in node.body.nodes.values():
            yield from _ways(alternative)


def _id(address: str) -> str:
    """`end` is a word of Mermaid's own, so every id has something before it."""
    return "n_" + address.replace("/", "__")


def _target(around: str, name: str) -> str:
    return _id(f"{around}/{name}" if around else name)


def _quoted(label: str) -> str:
    short = label if len(label) <= _LONGEST_LABEL else label[:_LONGEST_LABEL] + "…"
    return '"' + short.replace('"', "#quot;").replace("\n", " ") + '"'
