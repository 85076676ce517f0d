"""What the operators make of values: arithmetic, comparison, logic, choice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.expressions import failure_of, reason_of, value_of


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 3 - 2", 5),
        ("2 * 3 % 4", 2),
        ("0.1 + 0.2 == 0.3", True),
        ("0.1 + 0.2", Decimal("0.3")),
        ("data.rate * 3", Decimal("0.3")),
        ("data.price * 3", Decimal("59.70")),
        ("7 / 2", Decimal("3.5")),
        ("6 / 2 == 3", True),
        ("1 / 3 * 3 == 1", False),
        ("7 % 3", 1),
        ("-7 % 3", -1),
        ("7 % -3", 1),
        ("7.5 % 2", Decimal("1.5")),
        ("-7.5 % 2", Decimal("-1.5")),
        ("9223372036854775807 + 1", 9223372036854775808),
        ("--3", 3),
        ("-data.count", -3),
        ("-(0.0) == 0", True),
        ("1e3 + 0x10", Decimal(1016)),
        (".5 + 1u", Decimal("1.5")),
        ("'a' + \"b\"", "ab"),
        ("[1] + [2, 3]", [1, 2, 3]),
    ],
)
def test_arithmetic_is_exact(source: str, expected: Any) -> None:
    """Integers are whole and unbounded in practice, decimals have 34 digits, `%` has the sign of the left side."""
    assert expected == value_of(source)


def test_division_of_integers_gives_a_decimal() -> None:
    """`/` never rounds to an integer, even where it comes out even."""
    assert isinstance(value_of("6 / 2"), Decimal)


def test_decimals_round_half_up_at_34_digits() -> None:
    """2/3 ends in 7, not in 6; 1/3 in 3."""
    assert Decimal("0." + "6" * 33 + "7") == value_of("2 / 3")
    assert Decimal("0." + "3" * 34) == value_of("1 / 3")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("data.day + days(1)", date(2024, 3, 2)),
        ("days(1) + data.day", date(2024, 3, 2)),
        ("data.day - date('2024-02-01')", timedelta(days=29)),
        ("data.at + hours(1)", datetime(2024, 3, 2, 0, 30, tzinfo=UTC)),
        ("minutes(30) + data.at", datetime(2024, 3, 2, 0, 0, tzinfo=UTC)),
        ("data.at - now()", timedelta(hours=15, minutes=30)),
        ("data.at - data.took", datetime(2024, 3, 1, 22, 0, tzinfo=UTC)),
        ("data.took + data.took", timedelta(hours=3)),
        ("data.took - hours(2)", timedelta(minutes=-30)),
        ("data.took * 2", timedelta(hours=3)),
        ("0.5 * data.took", timedelta(minutes=45)),
        ("data.took / 3", timedelta(minutes=30)),
        ("data.took / minutes(1)", Decimal(90)),
        ("-data.took", timedelta(hours=-1, minutes=-30)),
    ],
)
def test_times_and_durations_add_up(source: str, expected: Any) -> None:
    """A time moves by a duration, two times of one kind differ by one, durations scale."""
    assert expected == value_of(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 == 1.0", True),
        ("1 != 1.0", False),
        ("1 == '1'", False),
        ("true == 1", False),
        ("null == null", True),
        ("data.nothing == null", True),
        ("data.absent == null", True),
        ("data.status != null", True),
        ("[1, 2.0] == [1.0, 2]", True),
        ("[1, true] == [1, 1]", False),
        ("{'a': [1]} == {'a': [1.0]}", True),
        ("{'a': 1} == {'b': 1}", False),
        ("{'a': 1} == {'a': 1, 'b': 2}", False),
        ("[1] == [1, 2]", False),
        ("1 < 1.5", True),
        ("2 <= 2.0", True),
        ("'a' < 'b'", True),
        ("'中' > 'a'", True),
        ("false < true", True),
        ("data.day < date('2024-03-02')", True),
        ("data.at >= now()", True),
        ("data.took > hours(1)", True),
        ("data.day == data.at", False),
        ("1 < 2 == true", True),
        ("2 in [1, 2.0]", True),
        ("true in [1]", False),
        ("'a' in data.tags", True),
        ("'z' in data.tags", False),
        ("'city' in data.address", True),
        ("'nope' in data.address", False),
        ("null in [null]", True),
        ("data.lines[0] in data.lines", True),
    ],
)
def test_comparison_is_by_value(source: str, expected: bool) -> None:
    """Numbers compare whatever their type, containers by element, different kinds are never equal."""
    assert value_of(source) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("true && true", True),
        ("true && false", False),
        ("false || true", True),
        ("false || false || false", False),
        ("!true", False),
        ("!!true", True),
        ("false && 1 / 0 > 0", False),
        ("1 / 0 > 0 && false", False),
        ("true || 1 / 0 > 0", True),
        ("1 / 0 > 0 || true", True),
        ("data.absent || true", True),
        ("true && true || false && false", True),
    ],
)
def test_logic_lets_one_side_decide(source: str, expected: bool) -> None:
    """`&&` and `||` absorb the error of a side that the other side decides alone, on either side."""
    assert value_of(source) is expected


@pytest.mark.parametrize(
    "source", ["true && 1 / 0 > 0", "1 / 0 > 0 && true", "false || 1 / 0 > 0", "1 / 0 > 0 || false"]
)
def test_logic_keeps_an_error_that_matters(source: str) -> None:
    """Where the other side does not decide, the error stands."""
    assert reason_of(source) == "zero_division"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("true ? 1 : 1 / 0", 1),
        ("false ? 1 / 0 : 2", 2),
        ("false ? 1 : false ? 2 : 3", 3),
        ("false ? 1 : true ? 2 : 3", 2),
        ("true ? true ? 1 : 2 : 3", 1),
        ("data.vip ? 'a' : 'b'", "a"),
    ],
)
def test_choice_evaluates_one_branch(source: str, expected: Any) -> None:
    """`c ? a : b` is lazy and nests to the right."""
    assert expected == value_of(source)


@pytest.mark.parametrize(
    "source",
    [
        "1 + 'a'",
        "'a' - 'b'",
        "true + true",
        "[1] * 2",
        "data.day + hours(1)",
        "data.day - data.at",
        "data.day < data.at",
        "1 < 'a'",
        "[1] < [2]",
        "1 && true",
        "'' || true && false",
        "!0",
        "1 ? 2 : 3",
        "-'a'",
        "-true",
        "1 in 2",
        "1 in 'abc'",
        "{1.5: 2}",
    ],
)
def test_wrong_kinds_are_errors(source: str) -> None:
    """Nothing is converted silently, so a wrong kind is never a wrong branch."""
    assert reason_of(source) == "type"


@pytest.mark.parametrize("source", ["1 / 0", "1.0 / 0", "0 / 0", "0.0 / 0.0", "1 % 0", "1.5 % 0", "data.took / 0"])
def test_division_by_zero_is_an_error(source: str) -> None:
    """There is no infinity and no NaN."""
    assert reason_of(source) == "zero_division"


@pytest.mark.parametrize(
    "source",
    [
        "1606938044258990275541962092341162602522202993782792835301375 * 2",
        "1e6000 * 1e6000",
        "int(1e300)",
        "round(1e60)",
    ],
)
def test_numbers_beyond_the_bounds_are_errors(source: str) -> None:
    """Integers stay below 2^200, decimals below 10^6145: more is an error, never a wrong number."""
    assert reason_of(source) == "overflow"


def test_literals_have_up_to_34_digits() -> None:
    """A decimal that could not be kept exactly is refused, not rounded."""
    assert value_of("0." + "1" * 34) == Decimal("0." + "1" * 34)
    assert reason_of("0." + "1" * 35) == "overflow"


def test_an_error_names_its_place_and_both_languages() -> None:
    """The operands of a failing operator are the place of its error."""
    error = failure_of("data.count + 1 > 0 && data.status + 1 > 0")
    assert (error.start, error.end) == (22, 37)
    assert error.en == "'+' cannot be applied to text and integer"
    assert error.zh == "'+' 不能用于文本和整数"


def test_an_error_keeps_the_innermost_place() -> None:
    """What is around a failing part does not take over its place."""
    for source in ("1 / 0 + 1", "1 / 0 > 1 && true", "1 / 0 == 1 ? 1 : 2", "[1 / 0]", "round(1 / 0)"):
        error = failure_of(source)
        assert source[error.start : error.end] == "1 / 0"


def test_long_sums_are_wide_and_not_deep() -> None:
    """Chains of one precedence are limited by the length of the source alone."""
    assert value_of("+".join(["1"] * 9_000)) == 9_000
    assert value_of(" && ".join(["true"] * 2_000)) is True
    assert value_of(" ?? ".join(["data.absent"] * 1_000) + " ?? 7") == 7
    assert value_of("false ? 0 : " * 1_500 + "8") == 8
