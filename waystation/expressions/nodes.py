"""The tree of an expression. Values only: what a node means is in `evaluate.py`, what it may be in `check.py`.

Chains of one precedence (`a + b - c`, `p && q && r`, `x ? 1 : y ? 2 : 3`) are one flat node, so a long sum is
wide and not deep, and no walk over the tree can run out of stack. `start` and `end` are characters of the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, true, false or null."""

    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name in scope, or the variable of a macro around it."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Select:
    """`target.field`. `field_start` is where the field's own name begins."""

    target: Node
    field: str
    start: int
    end: int
    field_start: int


@dataclass(frozen=True, slots=True)
class Index:
    """`target[key]`."""

    target: Node
    key: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Maybe:
    """The target of a `?.`: where it is nothing, the chain around it ends."""

    target: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """A whole chain that contains `?.`: where such a link finds nothing, all of the chain is null."""

    chain: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MapOf:
    entries: tuple[tuple[Node, Node], ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`!operand` or `-operand`."""

    operator: str
    operand: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`first op operand op operand …` of one precedence, from left to right."""

    first: Node
    rest: tuple[tuple[str, Node], ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right` for `== != < <= > >= in`."""

    operator: str
    left: Node
    right: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Logic:
    """`a && b && …` or `a || b || …`."""

    operator: str
    operands: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Coalesce:
    """`a ?? b ?? …`: the first that is neither missing nor null, else the last."""

    operands: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Choose:
    """`c1 ? v1 : c2 ? v2 : … : otherwise`."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Call:
    """`function(arguments)` or `target.function(arguments)`; the target is then the first argument."""

    function: str
    arguments: tuple[Node, ...]
    as_method: bool
    start: int
    end: int
    name_start: int


@dataclass(frozen=True, slots=True)
class Has:
    """`has(target.field)`."""

    selected: Select
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Macro:
    """`source.name(variable, body)`; the `map` of three arguments also has a `condition`."""

    name: str
    source: Node
    variable: str
    condition: Node | None
    body: Node
    start: int
    end: int


Node = (
    Literal
    | Name
    | Select
    | Index
    | Maybe
    | Quiet
    | ListOf
    | MapOf
    | Unary
    | Arithmetic
    | Compare
    | Logic
    | Coalesce
    | Choose
    | Call
    | Has
    | Macro
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in the order of the source."""
    match node:
        case Literal() | Name():
            return ()
        case (
            Select(target=child) | Maybe(target=child) | Quiet(chain=child) | Unary(operand=child) | Has(selected=child)
        ):
            return (child,)
        case Index():
            return (node.target, node.key)
        case ListOf(items=several) | Logic(operands=several) | Coalesce(operands=several) | Call(arguments=several):
            return several
        case MapOf(entries=pairs):
            return tuple(part for pair in pairs for part in pair)
        case Arithmetic():
            return (node.first, *(operand for _, operand in node.rest))
        case Compare():
            return (node.left, node.right)
        case Choose():
            return (*(part for pair in node.branches for part in pair), node.otherwise)
        case Macro():
            return (node.source, *((node.condition,) if node.condition else ()), node.body)


def path_of(node: Node) -> tuple[str, ...] | None:
    """`("data", "a", "b")` for `data.a.b`, `data?.a.b` and `data["a"].b`; None for anything else."""
    fields: list[str] = []
    while True:
        match node:
            case Name():
                return (node.name, *reversed(fields))
            case Select():
                fields.append(node.field)
                node = node.target
            case Index(key=Literal(value=str() as field)):
                fields.append(field)
                node = node.target
            case Maybe():
                node = node.target
            case Quiet():
                node = node.chain
            case _:
                return None


def described(node: Node) -> tuple[str, str]:
    """A node as an author knows it, in English and Chinese: its path, or the general word."""
    path = path_of(node)
    if path is None:
        is_null = isinstance(node, Literal) and node.value is None
        return ("null", "空值") if is_null else ("the value", "该值")
    shown = f"'{'.'.join(path)}'"
    return shown, shown
