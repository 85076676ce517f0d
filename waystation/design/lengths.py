"""A duration in words, for the line on a node's card: 1 个工作日, 2 小时 30 分钟."""

from __future__ import annotations

from decimal import Decimal

from waystation.contracts.durations import HOUR, MINUTE, parse_duration

_UNITS = (("周", "week"), ("天", "day"), ("小时", "hour"), ("分钟", "minute"), ("秒", "second"))


def in_words(text: str) -> tuple[str, str]:
    """A duration as an author wrote it, in zh and en; what is no duration (an expression) as it stands."""
    try:
        length = parse_duration(text)
    except ValueError:
        return text, text
    if length.kind == "workdays":
        return f"{length.count} 个工作日", _counted(str(length.count), "workday")
    if length.kind == "workhours":
        amount = f"{Decimal(length.seconds) / HOUR:f}"
        return f"{amount} 个工作小时", _counted(amount, "working hour")
    hours, rest = divmod(length.rest, HOUR)
    minutes, seconds = divmod(rest, MINUTE)
    amounts = (length.weeks, length.days, hours, minutes, seconds)
    parts = [(number, *unit) for number, unit in zip(amounts, _UNITS, strict=True) if number] or [(0, *_UNITS[-1])]
    zh = " ".join(f"{number} {word}" for number, word, _ in parts)
    return zh, " ".join(_counted(str(number), word) for number, _, word in parts)


def _counted(amount: str, word: str) -> str:
    return f"{amount} {word}{'' if amount == '1' else 's'}"
