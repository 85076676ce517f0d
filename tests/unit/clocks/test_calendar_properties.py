"""What holds on every calendar: random weeks, holidays, make-up days and zones, on days when clocks change too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from waystation.contracts.calendars import MakeUpDay, Window, WorkCalendar, point_at

ZERO = timedelta(0)
ZONES = ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "UTC")
YEAR = [(date(2026, 1, 1) + timedelta(day)).isoformat() for day in range(365)]


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    """Up to three windows a day, in order; the last may pass midnight by as much as it likes."""
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    pairs = [Window(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False)]
    reaches_over = draw(st.booleans())
    if pairs and reaches_over:
        last = pairs[-1]
        pairs[-1] = Window(last.start, draw(st.integers(last.end, last.start + 1440)))
    return tuple(pairs)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    week: list[tuple[Window, ...]] = draw(st.lists(windows(), min_size=7, max_size=7).filter(any))
    open_days = [day for day in range(7) if week[day]]
    exceptions = draw(st.lists(st.sampled_from(YEAR), unique=True, max_size=40))
    half = len(exceptions) // 2
    return WorkCalendar(
        "random",
        draw(st.sampled_from(ZONES)),
        tuple(week),
        holidays=dict.fromkeys(exceptions[:half], "off"),
        workdays={day: MakeUpDay(like=draw(st.sampled_from(open_days))) for day in exceptions[half:]},
    )


moments = st.timedeltas(ZERO, timedelta(days=365)).map(lambda span: datetime(2026, 1, 1, tzinfo=UTC) + span)
spans = st.timedeltas(timedelta(days=-20), timedelta(days=20))
quickly = settings(max_examples=60, deadline=None)


@quickly
@given(calendars(), moments, spans)
def test_adding_opening_time_and_measuring_it_are_inverse(calendar: WorkCalendar, t: datetime, span: timedelta) -> None:
    """opening_between(t, add_opening(t, d)) == d, forwards and backwards."""
    assert span == calendar.opening_between(t, calendar.add_opening(t, span))


@quickly
@given(calendars(), moments, spans)
def test_the_nearest_instant_is_chosen(calendar: WorkCalendar, t: datetime, span: timedelta) -> None:
    """A due time is the first instant that has the opening time: just before it, less has passed."""
    due = calendar.add_opening(t, abs(span))
    if span:
        assert calendar.opening_between(t, due - timedelta(microseconds=1)) < abs(span)
        assert due > t


@quickly
@given(calendars(), moments, spans, spans)
def test_more_opening_time_is_later(calendar: WorkCalendar, t: datetime, one: timedelta, other: timedelta) -> None:
    """add_opening is strictly monotone in the amount."""
    low, high = sorted((one, other))
    assert (low < high) == (calendar.add_opening(t, low) < calendar.add_opening(t, high))


@quickly
@given(calendars(), moments, moments, moments)
def test_opening_time_adds_up(calendar: WorkCalendar, a: datetime, b: datetime, c: datetime) -> None:
    """The way over b is as long as the way from a to c, and the way back undoes it."""
    assert calendar.opening_between(a, c) == calendar.opening_between(a, b) + calendar.opening_between(b, c)
    assert calendar.opening_between(a, b) + calendar.opening_between(b, a) == ZERO


@quickly
@given(calendars(), st.sampled_from(YEAR[1:-20]))
def test_windows_are_in_order_and_are_what_is_open(calendar: WorkCalendar, first: str) -> None:
    """The windows of successive days never overlap, and their sum is the opening time."""
    begin = date.fromisoformat(first)
    spans = [window for day in range(15) for window in calendar.windows(begin + timedelta(day))]
    edges = [edge for span in spans for edge in span]
    assert sorted(edges) == edges
    if spans:
        total = sum((end - start for start, end in spans), ZERO)
        assert total == calendar.opening_between(edges[0], edges[-1])
        assert calendar.is_open(edges[0])


@quickly
@given(calendars(), moments, st.integers(-60, 60))
def test_adding_workdays_and_counting_them_are_inverse(calendar: WorkCalendar, t: datetime, n: int) -> None:
    """workdays_between(t, add_workdays(t, n)) == n, and the day reached is worked."""
    reached = calendar.add_workdays(t, n)
    assert n == calendar.workdays_between(t, reached)


@quickly
@given(calendars(), st.sampled_from(YEAR), st.integers(-60, 60))
def test_working_days_are_counted_one_by_one(calendar: WorkCalendar, first: str, days: int) -> None:
    """The count over whole weeks agrees with looking at each day."""
    begin = date.fromisoformat(first)
    step = 1 if days > 0 else -1
    worked = sum(calendar.is_workday(begin + timedelta(day)) for day in range(step, days + step, step))
    assert step * worked == calendar.workdays_between(begin, begin + timedelta(days))


@quickly
@given(calendars(), moments, st.timedeltas(ZERO, timedelta(days=30)), st.integers(0, 100), st.integers(0, 100))
def test_shares_of_a_deadline_are_in_order(
    calendar: WorkCalendar, start: datetime, span: timedelta, one: int, other: int
) -> None:
    """A smaller share is never later, and none leaves the deadline."""
    low, high = (point_at(start, start + span, Fraction(share, 100), calendar) for share in sorted((one, other)))
    assert start <= low <= high <= start + span
