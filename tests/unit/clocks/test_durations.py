"""Durations: what an author may write, what it comes to, and what is refused with a sentence."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waystation.contracts.durations import Duration, parse_duration

HOUR, DAY, WEEK = 3600, 86400, 604800


@pytest.mark.parametrize(
    ("text", "expected", "canonical"),
    [
        ("90s", Duration("wall", 90), "1m30s"),
        ("15m", Duration("wall", 900), "15m"),
        ("2h", Duration("wall", 2 * HOUR), "2h"),
        ("24h", Duration("wall", DAY), "24h"),
        ("3d", Duration("wall", 3 * DAY, days=3), "3d"),
        ("1w", Duration("wall", WEEK, weeks=1), "1w"),
        ("1w2d", Duration("wall", WEEK + 2 * DAY, days=2, weeks=1), "1w2d"),
        ("1h30m", Duration("wall", 5400), "1h30m"),
        (" 1h 30m ", Duration("wall", 5400), "1h30m"),
        ("1.5h", Duration("wall", 5400), "1h30m"),
        ("0s", Duration("wall", 0), "0s"),
        ("PT90S", Duration("wall", 90), "1m30s"),
        ("P1DT2H", Duration("wall", DAY + 2 * HOUR, days=1), "1d2h"),
        ("P1W", Duration("wall", WEEK, weeks=1), "1w"),
        ("PT1,5H", Duration("wall", 5400), "1h30m"),
        ("2 workdays", Duration("workdays", count=2), "2 workdays"),
        ("1 workday", Duration("workdays", count=1), "1 workday"),
        ("8 workhours", Duration("workhours", 8 * HOUR), "8 workhours"),
        ("1 workhour", Duration("workhours", HOUR), "1 workhour"),
        ("0.5 workhours", Duration("workhours", 1800), "0.5 workhours"),
        ("100 workhours", Duration("workhours", 100 * HOUR), "100 workhours"),
        ("36525d", Duration("wall", 36525 * DAY, days=36525), "36525d"),
    ],
)
def test_reads_and_writes(text: str, expected: Duration, canonical: str) -> None:
    """Each form has one value, and each value one canonical text that reads back to it."""
    assert expected == parse_duration(text)
    assert canonical == str(expected)
    assert expected == parse_duration(canonical)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("-2h", "negative"),
        ("-P1D", "negative"),
        ("36526d", "100 years"),
        ("876601h", "100 years"),
        ("5218w", "100 years"),
        ("36526 workdays", "100 years"),
        ("876601 workhours", "100 years"),
        ("9" * 60 + "d", "100 years"),
        ("9" * 70 + "d", "64 characters"),
        ("90", "no unit"),
        ("1.5d", "whole numbers"),
        ("0.5 workdays", "workhours"),
        ("0.3s", "seconds"),
        ("0.0001 workhours", "seconds"),
        ("P1M", "no fixed length"),
        ("P1Y2D", "no fixed length"),
        ("P", "not a duration"),
        ("PT", "not a duration"),
        ("P1DT", "not a duration"),
        ("30m1h", "not a duration"),
        ("1h1h", "not a duration"),
        ("2 hours", "not a duration"),
        ("1e3h", "not a duration"),
        ("２h", "not a duration"),
        ("0x2h", "not a duration"),
    ],
)
def test_refuses_with_a_sentence(text: str, words: str) -> None:
    """What is no duration is refused, and the sentence says why."""
    with pytest.raises(ValueError, match=words):
        parse_duration(text)


@pytest.mark.parametrize(
    "parts",
    [
        {"kind": "wall", "seconds": -1},
        {"kind": "wall", "count": 1},
        {"kind": "wall", "seconds": 5, "days": 1},
        {"kind": "workdays", "seconds": 9},
        {"kind": "workhours", "seconds": 10},
        {"kind": "workhours", "seconds": 86400, "days": 1},
        {"kind": "wall", "seconds": 36525 * DAY + 1},
    ],
)
def test_contradictory_parts_are_no_duration(parts: dict[str, object]) -> None:
    """A duration that could not be written cannot be built either, nor read from JSON."""
    with pytest.raises(ValueError, match=r"duration|days|workhours|counted"):
        msgspec.convert(parts, Duration)


def test_travels_as_json() -> None:
    """A duration is plain data."""
    duration = parse_duration("1w2d3h")
    assert duration == msgspec.json.decode(msgspec.json.encode(duration), type=Duration)


@settings(max_examples=60, deadline=None)
@given(
    weeks=st.integers(0, 500),
    days=st.integers(0, 500),
    seconds=st.integers(0, 10**7),
)
def test_canonical_text_reads_back(weeks: int, days: int, seconds: int) -> None:
    """str and parse are inverse for every wall-clock duration."""
    duration = Duration("wall", weeks * WEEK + days * DAY + seconds, days=days, weeks=weeks)
    assert duration == parse_duration(str(duration))


@settings(max_examples=60, deadline=None)
@given(nines=st.integers(0, 10**6))
def test_workhours_read_back(nines: int) -> None:
    """str and parse are inverse for every number of workhours, fractions included."""
    duration = Duration("workhours", nines * 9)
    assert duration == parse_duration(str(duration))
