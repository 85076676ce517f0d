"""Whether a text is a cron expression of five fields: minute, hour, day of month, month, day of week."""

from __future__ import annotations

import re

_FIELDS = (
    ("分", "minute", 0, 59),
    ("时", "hour", 0, 23),
    ("日", "day of month", 1, 31),
    ("月", "month", 1, 12),
    ("星期", "day of week", 0, 7),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/([0-9]{1,4}))?\Z")


def cron_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with it, in Chinese and English; None for a good one."""
    fields = text.split()
    if len(fields) != len(_FIELDS):
        return (f"cron 有五段，这里有 {len(fields)} 段", f"cron text has five fields, this has {len(fields)}")
    for field, (zh, en, low, high) in zip(fields, _FIELDS, strict=True):
        names = {"month": _MONTHS, "day of week": _DAYS}.get(en, ())
        if not all(_good(part, low, high, names) for part in field.split(",")):
            return (f"cron 的“{zh}”有误：{field}", f"cron: bad {en}: {field}")
    return None


def _good(part: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    match = _PART.match(part)
    if match is None:
        return False
    ends = [_number(word, low, names) for word in match.groups()[:2] if word is not None]
    inside = all(end is not None and low <= end <= high for end in ends)
    ordered = len(ends) < 2 or (ends[0] is not None and ends[1] is not None and ends[0] <= ends[1])
    return inside and ordered and match[3] != "0"


def _number(word: str, low: int, names: tuple[str, ...]) -> int | None:
    if word.lower() in names:
        return names.index(word.lower()) + low
    return int(word) if word.isascii() and word.isdigit() and len(word) < 4 else None
