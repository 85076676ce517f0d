"""What the rules of a decision table cover: cells that no rule takes, and cells that two rules take.

Each input is cut into the few values that its cells tell apart (the values of an enumeration, true and false, the
ends of number ranges and one number between each two), exact to the digit. A rule is then a set of values for each
input, kept as the bits of an integer, and so is a set of rules.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Any

from waystation.contracts.plan import CellTest, Table, TableInput

#: Steps of the search for a gap; a table that needs more is not judged.
_MAX_STEPS = 20_000

#: Values of a column whose rules are united once and for all.
_BLOCK = 32

_DIGITS = 60

Number = int | Decimal


def is_number(value: Any) -> bool:
    """Whether a literal is a number to be cut at. Numbers beyond all use are not: exact fractions of them are long."""
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent  # a letter for what is not finite
        return isinstance(exponent, int) and abs(value.adjusted()) <= _DIGITS and exponent >= -_DIGITS
    return isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 4 * _DIGITS


class Column:
    """One input, cut into values.

    Attributes:
        values: one of each kind that cells can tell apart; numbers in rising order.
        closed: whether these are all values that the input can have, so that gaps can be found in it.
    """

    def __init__(self, column: TableInput, tests: Iterable[CellTest]) -> None:
        self.name = column.name
        told = [test for test in tests if test.op != "expr"]
        literals = [each for test in told for each in (test.value, test.low, test.high) if each is not None]
        ordered = any(test.op not in ("==", "!=") for test in told)
        kind = column.schema.get("type")
        self.numeric = kind in ("integer", "number") or (bool(literals) and all(map(is_number, literals)))
        self.closed = True
        if "enum" in column.schema or "const" in column.schema:
            self.numeric = False
            self.values: list[Any] = list(column.schema.get("enum", [column.schema.get("const")]))
            self.closed = not ordered
        elif kind == "boolean" or (literals and all(isinstance(each, bool) for each in literals)):
            self.numeric = False
            self.values = [False, True]
        elif self.numeric:
            self.values = _numbers(column.schema, [each for each in literals if is_number(each)])
            self.closed = all(map(is_number, literals))
        else:
            self.values = [*dict.fromkeys(literals)]
            self.closed = not ordered
        self._place = {_key(value): place for place, value in enumerate(self.values)}
        self.all = (1 << len(self.values)) - 1

    def taken(self, tests: Sequence[CellTest]) -> int:
        """The values that a cell takes; all for one without tests."""
        return reduce(or_, (self._taken_by(test) for test in tests), 0) if tests else self.all

    def _taken_by(self, test: CellTest) -> int:
        if test.op in ("==", "!="):
            place = self._place.get(_key(test.value))
            found = 1 << place if place is not None else 0
            return found if test.op == "==" else self.all & ~found
        if not self.numeric:
            return sum(1 << place for place, value in enumerate(self.values) if _holds(test, value))
        low, high, low_in, high_in = _span(test)
        start = 0 if low is None else (bisect_left if low_in else bisect_right)(self.values, low)
        stop = len(self.values) if high is None else (bisect_right if high_in else bisect_left)(self.values, high)
        return (1 << stop) - (1 << start) if stop > start else 0

    def first_of(self, taken: int) -> Any:
        """One of the values of a set that is not empty."""
        return self.values[(taken & -taken).bit_length() - 1]


def _key(value: Any) -> tuple[str, Any]:
    """A literal as a key: true is not 1, and 1 is 1.0."""
    if isinstance(value, bool) or not is_number(value):
        return type(value).__name__, value
    return "number", Fraction(value)


def _span(test: CellTest) -> tuple[Any, Any, bool, bool]:
    if test.op == "range":
        return test.low, test.high, test.low_in, test.high_in
    if test.op in ("<", "<="):
        return None, test.value, True, test.op == "<="
    return test.value, None, test.op == ">=", True


def _holds(test: CellTest, value: Any) -> bool:
    """Whether a text lies in a range of texts; other types are never in order."""
    low, high, low_in, high_in = _span(test)
    ends = [end for end in (low, high) if end is not None]
    if not isinstance(value, str) or not all(isinstance(end, str) for end in ends):
        return False
    above = low is None or value > low or (low_in and value == low)
    return above and (high is None or value < high or (high_in and value == high))


def _numbers(schema: dict[str, Any], literals: list[Number]) -> list[Number]:
    """The ends and one number beside and between them, as far as the schema allows them."""
    whole = schema.get("type") == "integer"
    limits = [schema[word] for word in _LIMITS if is_number(schema.get(word))]
    ends = sorted(set(literals) | set(limits))
    candidates: list[Number] = [*ends]
    for low, high in pairwise(ends):
        between = _between(low, high, whole=whole)
        if between is not None:
            candidates.append(between)
    candidates += [_floor(ends[0]) - 1, _floor(ends[-1]) + 1] if ends else [0]
    allowed = (each for each in candidates if _allowed(schema, each) and (not whole or each == _floor(each)))
    return sorted(set(allowed))


_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def _allowed(schema: dict[str, Any], value: Number) -> bool:
    limits = {word: schema[word] for word in _LIMITS if is_number(schema.get(word))}
    return (
        value >= limits.get("minimum", value)
        and value <= limits.get("maximum", value)
        and ("exclusiveMinimum" not in limits or value > limits["exclusiveMinimum"])
        and ("exclusiveMaximum" not in limits or value < limits["exclusiveMaximum"])
    )


def _between(low: Number, high: Number, *, whole: bool) -> Number | None:
    """A number strictly between two, whole if there is one; None where none is wanted."""
    step = _floor(low) + 1
    if step < high:
        return step
    if whole:
        return None
    middle = (Fraction(low) + Fraction(high)) / 2
    # Halving a decimal adds one digit, so this division is exact.
    return _exact(middle)


def _exact(value: Fraction) -> Decimal:
    digits = 0
    while (10**digits * value).denominator != 1:
        digits += 1
    return Decimal((10**digits * value).numerator).scaleb(-digits)


def _floor(value: Number) -> int:
    return Fraction(value).__floor__()


class Cover:
    """A table as sets of values and sets of rules."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.columns = [Column(each, _tests(table, each.name)) for each in table.inputs]
        self.taken = [[self._taken(column, rule) for rule in range(len(table.rules))] for column in self.columns]

    def _taken(self, column: Column, rule: int) -> int:
        cell = self.table.rules[rule].when.get(column.name)
        tests = cell.tests if cell is not None else ()
        # A condition may hold for any value: it leaves no gap.
        return column.all if any(test.op == "expr" for test in tests) else column.taken(tests)

    def gap(self) -> dict[str, Any] | None:
        """Values by input that no rule takes; inputs not named may have any value. None: there are none, or too many
        cells to know."""
        if not all(column.values and column.closed for column in self.columns):
            return None
        options = [self._options(place) for place in range(len(self.columns))]
        open_behind = self._open_behind()
        everything = (1 << len(self.table.rules)) - 1
        pending: list[tuple[int, tuple[Any, ...]]] = [(everything, ())]
        seen: set[tuple[int, int]] = set()
        for _ in range(_MAX_STEPS):
            if not pending:
                return None
            rules, chosen = pending.pop()
            if not rules:
                return self._named(chosen)
            if rules & open_behind[len(chosen)] or (len(chosen), rules) in seen:
                continue
            seen.add((len(chosen), rules))
            pending.extend((rules & taking, (*chosen, value)) for taking, value in reversed(options[len(chosen)]))
        return None

    def _named(self, chosen: tuple[Any, ...]) -> dict[str, Any]:
        """Only inputs that some rule asks for."""
        pairs = zip(self.columns, self.taken, chosen, strict=False)
        return {column.name: value for column, taken, value in pairs if any(each != column.all for each in taken)}

    def _options(self, place: int) -> list[tuple[int, Any]]:
        """Sets of rules that take the same values of an input, each with one such value."""
        column, found = self.columns[place], dict[int, Any]()
        rules = self._rules_at(place)
        for value, taking in zip(column.values, rules, strict=True):
            found.setdefault(taking, value)
        return list(found.items())

    def _rules_at(self, place: int) -> list[int]:
        """The rules that take each value of an input."""
        changes = [0] * (len(self.columns[place].values) + 1)
        for rule, taken in enumerate(self.taken[place]):
            for start, stop in _runs(taken):
                changes[start] ^= 1 << rule
                changes[stop] ^= 1 << rule
        rules, found = 0, []
        for change in changes[:-1]:
            rules ^= change
            found.append(rules)
        return found

    def _open_behind(self) -> list[int]:
        """For each number of chosen inputs, the rules that take everything of the others."""
        found = [(1 << len(self.table.rules)) - 1]
        for column, taken in zip(reversed(self.columns), reversed(self.taken), strict=True):
            open_rules = sum(1 << rule for rule, each in enumerate(taken) if each == column.all)
            found.append(found[-1] & open_rules)
        return found[::-1]

    def overlaps(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Pairs of rules, the later with its first rival, that take the same cell, with such a cell."""
        certain = [rule for rule, each in enumerate(self.table.rules) if not _has_conditions(each.when.values())]
        allowed = sum(1 << rule for rule in certain)
        meeting = [self._meeting(place) for place in range(len(self.columns))]
        for rule in certain:
            rivals = allowed & ((1 << rule) - 1)
            for place, taken in enumerate(self.taken):
                if rivals and taken[rule] != self.columns[place].all:
                    rivals &= meeting[place][taken[rule]]
            if rivals:
                first = (rivals & -rivals).bit_length() - 1
                shared = [
                    (column, taken[rule] & taken[first]) for column, taken in zip(self.columns, self.taken, strict=True)
                ]
                if all(both for _, both in shared):
                    yield first, rule, {column.name: column.first_of(both) for column, both in shared}

    def _meeting(self, place: int) -> dict[int, int]:
        """For each set of values that a rule takes, the rules that take some of them."""
        rules = self._rules_at(place)
        blocks = [reduce(or_, rules[start : start + _BLOCK]) for start in range(0, len(rules), _BLOCK)]
        return {taken: _union(rules, blocks, taken) for taken in dict.fromkeys(self.taken[place])}


def _union(rules: list[int], blocks: list[int], taken: int) -> int:
    """All rules at the taken values; long stretches of values by whole blocks."""
    found = 0
    for start, stop in _runs(taken):
        first, last = -(-start // _BLOCK), stop // _BLOCK
        if first >= last:
            found = reduce(or_, rules[start:stop], found)
        else:
            found = reduce(or_, rules[start : first * _BLOCK], found)
            found = reduce(or_, blocks[first:last], found)
            found = reduce(or_, rules[last * _BLOCK : stop], found)
    return found


def _runs(bits: int) -> Iterator[tuple[int, int]]:
    """Stretches of ones: where each begins, and where it has ended."""
    offset = 0
    while bits:
        skip = (bits & -bits).bit_length() - 1
        bits >>= skip
        length = (~bits & (bits + 1)).bit_length() - 1
        yield offset + skip, offset + skip + length
        bits >>= length
        offset += skip + length


def _tests(table: Table, name: str) -> Iterator[CellTest]:
    for rule in table.rules:
        cell = rule.when.get(name)
        if cell is not None:
            yield from cell.tests


def _has_conditions(cells: Iterable[Any]) -> bool:
    return any(test.op == "expr" for cell in cells for test in cell.tests)
