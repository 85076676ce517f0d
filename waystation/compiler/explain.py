"""A plan in words, for whoever wants to know what was understood: defaults, clocks and targets as resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from waystation.compiler.mermaid import in_language
from waystation.contracts.plan import END, Body, Boundary, Edge, Node, Plan, plan_hash

_INDENT = "  "
_LONGEST = 100
_WORDS: Mapping[str, tuple[str, str]] = {
    "process": ("流程", "process"),
    "version": ("版本", "version"),
    "starts": ("从 {} 开始", "starts at {}"),
    "data": ("数据", "data"),
    "required": ("必填", "required"),
    "deadline": ("期限", "deadline"),
    "withdraw": ("可撤回至", "may be withdrawn until"),
    "if": ("条件", "only if"),
    "saves": ("写入", "saves"),
    "undo": ("补偿", "undone by"),
    "lock": ("锁", "lock"),
    "cancels": ("撤下", "withdraws"),
    "asks": ("处理人", "asks"),
    "then": ("然后", "then"),
    "ends": ("结束", "ends here"),
    "else": ("否则", "else"),
    "on": ("遇到", "on"),
    "beside": ("（不中断）", " (without leaving)"),
    "calendar": ("，日历 {}", ", calendar {}"),
    "step": ("到 {}", "at {}"),
}
_PLAIN = {True: "true", False: "false", None: "null"}


def explain(plan: Plan, *, language: str = "zh") -> str:
    """Some paragraphs, ending in a line break."""
    return "\n".join(_Words(language).whole(plan)) + "\n"


class _Words:
    def __init__(self, language: str) -> None:
        self._language = language
        self._place = 0 if language == "zh" else 1

    def word(self, key: str, *args: str) -> str:
        return _WORDS[key][self._place].format(*args)

    def line(self, key: str, value: Any, depth: int = 1) -> str:
        return f"{_INDENT * depth}{self.word(key)}: {shown(value)}"

    def whole(self, plan: Plan) -> Iterator[str]:
        title = in_language(plan.title, self._language)
        yield f"{self.word('process')} {plan.process}{f' — {title}' if title else ''}"
        yield self.line("version", plan_hash(plan)[:12])
        yield f"{_INDENT}{self.word('starts', plan.start.at)}"
        if plan.data:
            fields = ", ".join(f"{name} ({_type(field)})" for name, field in plan.data.items())
            yield f"{_INDENT}{self.word('data')}: {fields}"
        if plan.required:
            yield self.line("required", ", ".join(plan.required))
        if plan.deadline is not None:
            yield self.line("deadline", _clock(plan.deadline.due, plan.deadline.calendar, self))
        if plan.withdraw is not None:
            yield self.line("withdraw", plan.withdraw.after or plan.withdraw.until)
        yield from (self.event(event, 1) for event in plan.on)
        yield ""
        yield from self.body(plan.body, 0)

    def body(self, body: Body, depth: int) -> Iterator[str]:
        for name, node in body.nodes.items():
            yield from self.node(name, node, depth)

    def node(self, name: str, node: Node, depth: int) -> Iterator[str]:
        title = in_language(node.title, self._language)
        yield f"{_INDENT * depth}{name} — {node.kind}{f': {title}' if title else ''}"
        inner = depth + 1
        if node.condition is not None:
            yield self.line("if", node.condition, inner)
        yield from self.params(node.params, inner)
        for key, value in (("lock", node.lock and node.lock.name), ("cancels", ", ".join(node.cancels))):
            if value:
                yield self.line(key, value, inner)
        if node.body is not None:
            yield from self.body(node.body, inner)
        if node.save:
            yield self.line("saves", ", ".join(f"{to} = {shown(value)}" for to, value in node.save.items()), inner)
        if node.undo is not None:
            yield self.line("undo", node.undo.do, inner)
        yield from (self.event(event, inner) for event in node.on)
        yield from (self.edge(edge, inner) for edge in node.edges)

    def params(self, params: Mapping[str, Any], depth: int) -> Iterator[str]:
        for key, value in params.items():
            if key == "assign":
                yield self.line("asks", _asked(value), depth)
            elif key == "deadline":
                yield self.line("deadline", _clock(value["due"], value.get("calendar"), self), depth)
                yield from (self.step(step, depth + 1) for step in value.get("steps", ()))
            elif value not in (None, {}, [], ()):
                yield f"{_INDENT * depth}{key}: {shown(value)}"

    def step(self, step: Mapping[str, Any], depth: int) -> str:
        when = f"{step['percent']}%" if "percent" in step else f"+{step.get('after')}"
        does = {key: value for key, value in step.items() if key not in ("percent", "after")}
        return f"{_INDENT * depth}{self.word('step', when)}: {', '.join(f'{k} {shown(v)}' for k, v in does.items())}"

    def event(self, event: Boundary, depth: int) -> str:
        what = {"error": event.code, "deadline": event.due, "message": event.message}[event.on]
        beside = "" if event.interrupt else self.word("beside")
        return f"{_INDENT * depth}{self.word('on')} {event.on} {shown(what)} → {self.target(event.to)}{beside}"

    def edge(self, edge: Edge, depth: int) -> str:
        label = edge.when or edge.outcome or (self.word("else") if edge.otherwise else self.word("then"))
        return f"{_INDENT * depth}{label} → {self.target(edge.to)}"

    def target(self, name: str) -> str:
        return self.word("ends") if name == END else name


def _type(field: Mapping[str, Any]) -> str:
    name = field.get("format") or field.get("type") or ("enum" if "enum" in field else "any")
    return "|".join(map(str, name)) if isinstance(name, list) else str(name)


def _clock(due: Any, calendar: str | None, words: _Words) -> str:
    return f"{shown(due)}{words.word('calendar', calendar) if calendar else ''}"


def _asked(assign: Mapping[str, Any]) -> str:
    rules = ", ".join(f"{rule['by']} {shown(rule.get('value'))}" for rule in assign.get("rules", ()))
    rest = ", ".join(f"{key} {shown(value)}" for key, value in assign.items() if key != "rules")
    return f"{rules} ({rest})" if rest else rules


def shown(value: Any) -> str:
    """A value as its author wrote it, on one line."""
    if isinstance(value, Mapping):
        if set(value) == {"$"}:
            return shown(value["$"])
        return "{" + ", ".join(f"{key}: {shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(shown, value)) + "]"
    text = _PLAIN[value] if value is None or isinstance(value, bool) else str(value)
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[:_LONGEST] + "…"
