"""Texts of notices: definitions/templates/<id>.yaml, written in Jinja2 by people who may not be trusted with a loop.

A template runs in the immutable sandbox and only if its parsed tree holds nothing but what `ALLOWED` lists: output,
conditions, loops over data at most two deep, and a few filters; no calls, macros, imports or ranges. So what it costs
is bounded by the data it is given. It is checked when it is loaded, not when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Self

from jinja2 import ChainableUndefined, TemplateSyntaxError, nodes
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, Field, model_validator

from activities._runtime import DataFile, load_file
from waystation.contracts.errors import Refused

LOCALES = ("zh", "en")
#: What every notice brings with it: the case's title, the node's id, who acted and what he wrote.
NAMES = ("case_title", "node", "by", "text")
FILTERS = frozenset(
    {"default", "length", "join", "first", "last", "upper", "lower", "trim", "truncate", "yuan", "date"}
)
DEEPEST_LOOP = 2
#: Characters of a rendered text; what is longer is cut.
LONGEST = 4000

ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.If,
    nodes.For,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Filter,
)


class Absent(ChainableUndefined):
    """A value that the case does not have (yet): shown as a dash, because a notice with a gap beats none."""

    def __str__(self) -> str:
        return "—"


class Template(DataFile):
    """One notice. `values` names what a node hands over in `with`; a text may use nothing else.

    `severity`: urgent passes quiet hours, ordinary waits for their end.
    """

    template: str
    title: dict[str, str]
    severity: str = Field(default="ordinary", pattern="^(ordinary|urgent)$")
    channels: tuple[str, ...] = ("inbox",)
    values: tuple[str, ...] = ()
    subject: dict[str, str]
    body: dict[str, str]

    @model_validator(mode="after")
    def _texts_are_safe(self) -> Self:
        for name, texts in (("subject", self.subject), ("body", self.body)):
            missing = [locale for locale in LOCALES if not texts.get(locale)]
            if missing:
                raise ValueError(f"{name}: a text is needed in {', '.join(missing)}")
            for locale, text in texts.items():
                if faults := check_text(text, self.values):
                    raise ValueError(f"{name} in {locale}: {faults[0]}")
        return self


class Rendered(BaseModel):
    """A notice ready to be sent."""

    subject: str
    body: str


def check_text(text: str, values: Iterable[str] = ()) -> list[str]:
    """What is wrong with a template's text; empty when it may be used.

    Args:
        values: names that the text may use besides `NAMES`.
    """
    try:
        tree = _environment().parse(text)
    except TemplateSyntaxError as error:
        return [f"line {error.lineno}: {error.message}"]
    faults = [f"line {node.lineno}: {type(node).__name__.lower()} is not allowed" for node in _walk(tree) if _bad(node)]
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    known = {*own, *values, *NAMES, "loop"}
    used = [(node.lineno, node.name) for node in tree.find_all(nodes.Name)]
    faults += [f"line {line}: unknown name {name}" for line, name in used if name not in known]
    filters = [(node.lineno, node.name) for node in tree.find_all(nodes.Filter)]
    faults += [f"line {line}: unknown filter {name}" for line, name in filters if name not in FILTERS]
    if _loop_depth(tree) > DEEPEST_LOOP:
        faults.append(f"loops are at most {DEEPEST_LOOP} deep")
    return faults


def load_template(template: str) -> Template:
    """A shipped template by its id.

    Raises:
        Refused: `notifications.unknown_template`.
        BadFile: the file is not a template.
    """
    try:
        return load_file("templates", template, Template)
    except Refused as missing:
        raise Refused(
            "notifications.unknown_template", f"there is no template {template}", f"没有通知模板 {template}"
        ) from missing


def render(template: Template, values: Mapping[str, Any], *, locale: str = "zh") -> Rendered:
    """The texts of a notice in a language; a locale without a text falls back to zh. Values may be in several."""
    values = {name: _in(locale, value) for name, value in values.items()}
    return Rendered(
        subject=_render(template.subject.get(locale) or template.subject["zh"], values).replace("\n", " ").strip(),
        body=_render(template.body.get(locale) or template.body["zh"], values),
    )


def _in(locale: str, value: Any) -> Any:
    """A text in several languages as the one that is wanted."""
    if isinstance(value, dict) and value and set(value) <= set(LOCALES):
        return value.get(locale) or next(iter(value.values()))
    return value


def _render(text: str, values: Mapping[str, Any]) -> str:
    return _compiled(text).render(values)[:LONGEST]


def _bad(node: nodes.Node) -> bool:
    hidden = isinstance(node, nodes.Getattr) and node.attr.startswith("_")
    looping = isinstance(node, nodes.For) and (node.recursive or not isinstance(node.iter, nodes.Getattr | nodes.Name))
    return not isinstance(node, ALLOWED) or hidden or looping


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


def _loop_depth(node: nodes.Node) -> int:
    inside = max((_loop_depth(child) for child in node.iter_child_nodes()), default=0)
    return inside + isinstance(node, nodes.For)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(undefined=Absent, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    made.filters = {name: made.filters[name] for name in FILTERS & set(made.filters)}
    made.filters |= {"yuan": _yuan, "date": _date}
    made.globals.clear()
    return made


@lru_cache(maxsize=512)
def _compiled(text: str) -> Compiled:
    return _environment().from_string(text)


def _yuan(fen: Any) -> str:
    """Fen as yuan with two decimals; anything else as it is."""
    if isinstance(fen, bool) or not isinstance(fen, int):
        return str(fen)
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def _date(moment: Any) -> str:
    """A time in ISO 8601 as date and minute; anything else as it is."""
    return str(moment)[:16].replace("T", " ")
