"""Reading names, fields and elements, as closures.

A missing field reads as null; a field of null is a MissingValue, so that `a.b.c ?? d` works and `a.b.c + 1` says
which part is absent. A chain through `?.` ends quietly instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from waystation.expressions import nodes
from waystation.expressions.environment import Frame, Run
from waystation.expressions.errors import ExpressionError, MissingValue, failure, missing
from waystation.expressions.nodes import described
from waystation.expressions.values import PLAIN, lookup, named, read


class ChainEnd(Exception):
    """A `?.` found nothing; the chain around it is null."""


class Variables:
    """Which macro variable is kept in which slot of the frame while compiling. An inner name hides an outer one."""

    def __init__(self) -> None:
        self.slots: dict[str, int] = {}
        self.depth = 0
        self.most = 0

    @contextmanager
    def bound(self, name: str) -> Iterator[int]:
        """The slot of `name` while its macro is compiled."""
        outer, slot = self.slots, self.depth
        self.slots, self.depth = {**outer, name: slot}, slot + 1
        self.most = max(self.most, self.depth)
        yield slot
        self.slots, self.depth = outer, slot


def read_name(node: nodes.Name, variables: Variables) -> Run:
    """The value of a name, or of the macro variable that hides it."""
    name, slot = node.name, variables.slots.get(node.name)
    if slot is not None:
        return lambda frame: frame.slots[slot]

    def run(frame: Frame) -> Any:
        try:
            value = frame.names[name]
        except KeyError:
            raise unknown_name(node) from None
        return value if type(value) in PLAIN else _read_at(value, node)

    return run


def read_fields(root: nodes.Name, chain: list[nodes.Select]) -> Run:
    """`root.a.b.c` at once: the commonest thing that an expression does."""
    name = root.name
    if len(chain) == 1:
        only = chain[0]
        field = only.field

        def run(frame: Frame) -> Any:
            try:
                target = frame.names[name]
            except KeyError:
                raise unknown_name(root) from None
            if type(target) is dict:
                value = target.get(field)
                return value if type(value) in PLAIN else _read_at(value, only)
            return select(target, only)

        return run

    def run_chain(frame: Frame) -> Any:
        try:
            value = frame.names[name]
        except KeyError:
            raise unknown_name(root) from None
        for link in chain:
            value = value.get(link.field) if type(value) is dict else select(value, link)
        return value if type(value) in PLAIN else _read_at(value, chain[-1])

    return run_chain


def read_field(node: nodes.Select, target: Run) -> Run:
    """`target.field` for any target."""
    field = node.field

    def run(frame: Frame) -> Any:
        value = target(frame)
        if type(value) is dict:
            value = value.get(field)
            return value if type(value) in PLAIN else _read_at(value, node)
        return select(value, node)

    return run


def select(target: Any, node: nodes.Select) -> Any:
    """The field of a target that is not known to be a map. Raises ExpressionError, placed."""
    if isinstance(target, Mapping):
        return _read_at(target.get(node.field), node)
    if target is None:
        what, zh_what = described(node.target)
        en = f"{what} is missing, so it has no field '{node.field}'"
        raise missing(en, f"{zh_what} 缺失，无法读取字段 '{node.field}'", node.start, node.end)
    en, zh = named(target)
    raise failure(
        "type", f"{en} has no field '{node.field}'", f"{zh}没有字段 '{node.field}'", node.field_start, node.end
    )


def read_index(node: nodes.Index, target: Run, key: Run) -> Run:
    """`target[key]`: an element by its position from 0, or a value by its key."""

    def run(frame: Frame) -> Any:
        within, at = target(frame), key(frame)
        try:
            return _element(frame, within, at)
        except ExpressionError as error:
            error.at(node.key if at is None else node)
            raise

    return run


def _element(frame: Frame, within: Any, at: Any) -> Any:
    if within is None or at is None:
        raise missing("there is no element of something missing", "缺失的值没有元素")
    if type(within) is list:
        return read(within[_position(at, len(within))])
    if isinstance(within, Mapping):
        if type(at) is not str:
            frame.charge(len(within) // 8)
        return lookup(dict(within) if type(within) is not dict else within, at)
    en, zh = named(within)
    raise failure("type", f"{en} has no elements", f"{zh}没有元素")


def _position(at: Any, length: int) -> int:
    whole = int(at) if type(at) is Decimal and abs(at.adjusted()) < 20 and at == int(at) else at
    if type(whole) is not int:
        en, zh = named(at)
        raise failure("type", f"a position is an integer, not {en}", f"位置必须是整数，而不是{zh}")
    if not 0 <= whole < length:
        en, zh = f"there is no element {whole}; the list has {length}", f"没有第 {whole} 个元素；列表共有 {length} 个"
        raise MissingValue("expression", -1, -1, en, zh, reason="index")
    return whole


def unless_missing(target: Run) -> Run:
    """The target of a `?.`: ends the chain where it is null."""

    def run(frame: Frame) -> Any:
        value = target(frame)
        if value is None:
            raise ChainEnd
        return value

    return run


def quietly(chain: Run) -> Run:
    """A chain that contains `?.`."""

    def run(frame: Frame) -> Any:
        try:
            return chain(frame)
        except ChainEnd:
            return None

    return run


def is_present(node: nodes.Has, target: Run) -> Run:
    """`has(target.field)`: false where the field, or anything on the way to it, is absent or null."""
    selected = node.selected

    def run(frame: Frame) -> bool:
        try:
            value = target(frame)
            return value is not None and select(value, selected) is not None
        except (MissingValue, ChainEnd):
            return False

    return run


def unknown_name(node: nodes.Name) -> MissingValue:
    en, zh = f"the name '{node.name}' is not known here", f"此处没有名称 '{node.name}'"
    return MissingValue("expression", node.start, node.end, en, zh, reason="unknown_name")


def _read_at(value: Any, node: nodes.Node) -> Any:
    try:
        return read(value)
    except ExpressionError as error:
        error.at(node)
        raise
