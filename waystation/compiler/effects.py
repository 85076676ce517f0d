"""What one node does to values: what it needs, what it certainly writes, what it may write.

Fields are bits of an integer, so that sets of them join and meet in one operation. Only fields that are read somewhere
without a guard, and that the start does not certainly give, have a bit: nothing can be wrong with the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from waystation.expressions import ExpressionError
from waystation.expressions.nodes import Node
from waystation.expressions.parser import parse
from waystation.expressions.references import assured_by, references_of

#: A field of `data`, or of `local`, the map of each item of a foreach: its root and its name.
FieldName = tuple[str, str]
_ROOTS = ("data", "local")
_MENTION = re.compile(r"\b(data|local)\b(?:\s*\??\s*\.\s*(\w+))?")

_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
#: What an expression must not hold for its mentions to be its reads: guards, elements by key, comments, escapes in
#: texts, and variables of macros that hide `data`.
_PARTICULAR = re.compile(r"\bhas\b|\bnull\b|\?|//|\\|\b(?:data|local)\s*(?:\[|,)")


def mentions(source: str) -> Iterator[tuple[str, str | None]]:
    """The fields that an expression may read, found without parsing it: at least all that it does read.

    None stands for any field: `data[name]`, or all of `data`.
    """
    return ((found[1], found[2]) for found in _MENTION.finditer(source))


class Fields:
    """Numbers the fields worth knowing. `given` never are."""

    def __init__(self, given: Iterable[FieldName]) -> None:
        self.given = frozenset(given)
        self.locals = 0
        self._bits: dict[FieldName, int] = {}
        self._trees: dict[str, Node | None] = {}
        self._needs: dict[str, tuple[FieldName, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._bits)

    def add(self, name: FieldName) -> int:
        """The bit of a field, new if need be."""
        known = self._bits.get(name)
        if known is None:
            known = self._bits[name] = 1 << len(self._bits)
            if name[0] == "local":
                self.locals |= known
        return known

    def bit(self, root: str, name: str) -> int:
        """The bit of a field; 0 for one that is not worth knowing."""
        return self._bits.get((root, name), 0)

    def bits(self, names: Iterable[FieldName]) -> int:
        """The bits of several fields."""
        return reduce(or_, (self._bits.get(name, 0) for name in names), 0)

    def needs(self, source: str) -> tuple[FieldName, ...]:
        """Fields without which an expression has no value, but those that are given; none where it is not readable."""
        known = self._needs.get(source)
        if known is None:
            risky = any(name is None or (root, name) not in self.given for root, name in mentions(source))
            known = self._needs[source] = tuple(self._unguarded(source)) if risky else ()
        return known

    def _unguarded(self, source: str) -> Iterator[FieldName]:
        if _PARTICULAR.search(source) is None:
            # Nothing in it guards, hides or hides in a text: every mention is a read. Parsing takes far longer.
            found = ((root, name) for root, name in mentions(_TEXT.sub("''", source)) if name is not None)
            yield from (name for name in found if name not in self.given)
            return
        tree = self._tree(source)
        for reference in references_of(tree) if tree is not None else ():
            root, *rest = reference.path
            if not reference.guarded and rest and root in _ROOTS and (root, rest[0]) not in self.given:
                yield root, rest[0]

    def assured(self, condition: str | None, *, holds: bool) -> int:
        """The fields that have a value because a condition held, or because it did not."""
        if condition is None or not self._bits or ("has" not in condition and "null" not in condition):
            return 0
        tree = self._tree(condition)
        paths = assured_by(tree, holds=holds) if tree is not None else ()
        return self.bits((path[0], path[1]) for path in paths if len(path) > 1)

    def _tree(self, source: str) -> Node | None:
        if source not in self._trees:
            try:
                self._trees[source] = parse(source)
            except ExpressionError:
                self._trees[source] = None
        return self._trees[source]


@dataclass(slots=True)
class Effects:
    """What one node does to values.

    Args:
        condition: source of its `if`.
        asked: fields that the `if` needs to have a value.
        needed: fields that entering the node needs to have a value.
        by_condition: the same for each condition of its edges, by source.
        saved: certain writes by `save`, for all outcomes (None) and by outcome.
        other: certain writes by forms and the like.
        perhaps: all writes; beside_save: those that are not by `save`, which `save` itself may read.
    """

    condition: str | None = None
    asked: int = 0
    needed: int = 0
    by_condition: dict[str, int] = field(default_factory=dict)
    saved: dict[str | None, int] = field(default_factory=dict)
    other: dict[str | None, int] = field(default_factory=dict)
    perhaps: int = 0
    beside_save: int = 0

    def certain(self, outcome: str | None) -> int:
        """What has a value when the node is left with an outcome."""
        if not self.saved and not self.other:
            return 0
        return reduce(or_, (kind.get(key, 0) for kind in (self.saved, self.other) for key in {None, outcome}), 0)
