"""Times, dates and durations from text, as JSON and people write them. None where the text is not one."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from waystation.expressions.limits import MAX_DURATION

_TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(?:[Zz]|([+-][0-9]{2}:[0-9]{2}))"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = r"[0-9]{1,12}(?:\.[0-9]{1,9})?"
_ISO = re.compile(
    rf"([+-]?)P(?=[0-9T])(?:({_AMOUNT})W)?(?:({_AMOUNT})D)?"
    rf"(?:T(?=[0-9])(?:({_AMOUNT})H)?(?:({_AMOUNT})M)?(?:({_AMOUNT})S)?)?"
)
_ISO_SECONDS = (604_800, 86_400, 3_600, 60, 1)
_PART = re.compile(rf"({_AMOUNT}|\.[0-9]{{1,9}})(ns|us|µs|ms|[wdhms])")
_PART_MICROSECONDS = {
    "ns": Decimal("0.001"),
    "us": Decimal(1),
    "µs": Decimal(1),
    "ms": Decimal(1_000),
    "s": Decimal(1_000_000),
    "m": Decimal(60_000_000),
    "h": Decimal(3_600_000_000),
    "d": Decimal(86_400_000_000),
    "w": Decimal(604_800_000_000),
}


def timestamp_from(text: str) -> datetime | None:
    """RFC 3339 with an offset: `2024-03-01T08:00:00Z`, `2024-03-01T16:00:00.5+08:00`. Finer than 1 µs is cut off."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    day, clock, fraction, offset = match.groups()
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{offset or '+00:00'}")
    except ValueError:
        return None


def date_from(text: str) -> date | None:
    """`2024-03-01`."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def duration_from(text: str) -> timedelta | None:
    """ISO 8601 without months and years (`P1DT2H`, `PT90S`), or parts with units (`1h30m`, `1.5h`, `3d`, `-90s`)."""
    microseconds = _iso_microseconds(text) if "P" in text else _unit_microseconds(text)
    if microseconds is None:
        return None
    reach = MAX_DURATION // timedelta(microseconds=1)
    return timedelta(microseconds=int(microseconds)) if abs(microseconds) <= reach else None


def _iso_microseconds(text: str) -> Decimal | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    sign, *amounts = match.groups()
    seconds = sum((Decimal(amount or 0) * unit for amount, unit in zip(amounts, _ISO_SECONDS, strict=True)), Decimal(0))
    return seconds * (-1_000_000 if sign == "-" else 1_000_000)


def _unit_microseconds(text: str) -> Decimal | None:
    body = text[1:] if text[:1] in ("-", "+") else text
    if body == "0":
        return Decimal(0)
    total, position = Decimal(0), 0
    while position < len(body) and position < 200:
        part = _PART.match(body, position)
        if part is None:
            return None
        total += Decimal(part[1]) * _PART_MICROSECONDS[part[2]]
        position = part.end()
    if not body or position < len(body):
        return None
    return -total if text[0] == "-" else total
