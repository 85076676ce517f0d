"""`format`: times and numbers as text, by a pattern of the kind that spreadsheets and Java know.

Times: `yyyy yy MM M dd d HH H hh h mm m ss s SSS`; everything that is no Latin letter stays (`yyyy年M月d日`), and so
does what stands in single quotes; `%Y-%m-%d %H:%M:%S` says the same in the letters of C and Python.
Numbers: `0.00`, `#,##0.00`, `0`. An unknown letter is an error, never a guess.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, DecimalException

from waystation.expressions.environment import Frame
from waystation.expressions.errors import ExpressionError, failure
from waystation.expressions.functions.clock import local_time
from waystation.expressions.functions.signatures import function, takes
from waystation.expressions.limits import DECIMALS, MAX_PATTERN
from waystation.expressions.types import DATE, NUMBER, STRING, TIMESTAMP

_PIECE = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")
_NUMBER_PATTERN = re.compile(r"(#,##0|0)(?:\.(0{1,20}))?(%?)")
#: The letters of C and Python, for those who know them better.
_C_LETTERS = {"%Y": "yyyy", "%y": "yy", "%m": "MM", "%d": "dd", "%H": "HH", "%I": "hh", "%M": "mm", "%S": "ss"}
_A_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def check_pattern(pattern: str, kind: str) -> None:
    """Raises ExpressionError for a pattern that no value of `kind` can be written by; `any` tries all kinds."""
    if kind in ("int", "number") or (kind == "any" and _NUMBER_PATTERN.fullmatch(pattern)):
        _number_pattern(pattern)
    else:
        _spelled(_A_DAY.date() if kind == "date" else _A_DAY, pattern)


def _format_time(frame: Frame, moment: datetime, pattern: str) -> str:
    return _spelled(local_time(moment, frame.env.timezone), pattern)


def _format_date(frame: Frame, day: date, pattern: str) -> str:
    return _spelled(day, pattern)


def _spelled(moment: date, pattern: str) -> str:
    if len(pattern) > MAX_PATTERN:
        raise failure("pattern", f"the pattern is longer than {MAX_PATTERN} characters", "格式过长")
    if "%" in pattern:
        for theirs, ours in _C_LETTERS.items():
            pattern = pattern.replace(theirs, ours)
    if _PIECE.sub("", pattern):
        raise failure("pattern", "a quote in the pattern is not closed", "格式中的引号没有结束")
    letters = _date_letters(moment)
    if isinstance(moment, datetime):
        letters |= _clock_letters(moment)
    return "".join(_piece(letters, match) for match in _PIECE.finditer(pattern))


def _piece(letters: dict[str, str], match: re.Match[str]) -> str:
    if match[1] is not None:
        return match[1].replace("''", "'") or "'"
    if match[2] is None:
        return match[0]
    spelled = letters.get(match[0])
    if spelled is None:
        raise _unknown_letters(match[0])
    return spelled


def _unknown_letters(letters: str) -> ExpressionError:
    en = f"the pattern has '{letters}', which stands for nothing here; use yyyy MM dd HH mm ss, and quotes around words"
    return failure("pattern", en, f"格式中的 '{letters}' 无法识别；请使用 yyyy MM dd HH mm ss，普通文字请加单引号")


def _date_letters(day: date) -> dict[str, str]:
    return {
        "yyyy": f"{day.year:04d}",
        "yy": f"{day.year % 100:02d}",
        "MM": f"{day.month:02d}",
        "M": str(day.month),
        "dd": f"{day.day:02d}",
        "d": str(day.day),
    }


def _clock_letters(moment: datetime) -> dict[str, str]:
    twelve = (moment.hour + 11) % 12 + 1
    return {
        "HH": f"{moment.hour:02d}",
        "H": str(moment.hour),
        "hh": f"{twelve:02d}",
        "h": str(twelve),
        "mm": f"{moment.minute:02d}",
        "m": str(moment.minute),
        "ss": f"{moment.second:02d}",
        "s": str(moment.second),
        "SSS": f"{moment.microsecond // 1000:03d}",
    }


def _number_pattern(pattern: str) -> re.Match[str]:
    match = _NUMBER_PATTERN.fullmatch(pattern)
    if match is None:
        en, zh = "a pattern of a number is like 0, 0.00 or #,##0.00", "数字的格式例如 0、0.00 或 #,##0.00"
        raise failure("pattern", en, zh)
    return match


def _format_number(frame: Frame, value: int | Decimal, pattern: str) -> str:
    """Half-up to the digits of the pattern; `%` multiplies by a hundred."""
    whole, decimals, percent = _number_pattern(pattern).groups()
    try:
        number = DECIMALS.multiply(Decimal(value), Decimal(100)) if percent else Decimal(value)
        rounded = number.quantize(Decimal(1).scaleb(-len(decimals or "")), context=DECIMALS)
    except DecimalException:
        raise failure("overflow", "the number has too many digits", "数字位数过多") from None
    text = format(rounded or abs(rounded), ",f" if whole == "#,##0" else "f")
    return text + percent


FUNCTIONS = (
    function(
        "format",
        takes(TIMESTAMP, STRING, gives=STRING, run=_format_time),
        takes(DATE, STRING, gives=STRING, run=_format_date),
        takes(NUMBER, STRING, gives=STRING, run=_format_number),
    ),
)
