"""Moments for tests, to the microsecond, so that a database that drops them is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

T0 = datetime(2026, 3, 2, 1, 30, 0, 123456, tzinfo=UTC)


def later(seconds: float) -> datetime:
    """So many seconds after T0."""
    return T0 + timedelta(seconds=seconds)
