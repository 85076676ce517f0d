"""Functions of text. Positions count characters from 0; what lies outside the text is an error, as in CEL."""

from __future__ import annotations

import string
from typing import Any

import re2

from waystation.expressions.environment import Frame
from waystation.expressions.errors import ExpressionError, failure
from waystation.expressions.functions.signatures import function, takes
from waystation.expressions.limits import MAX_LIST, MAX_PATTERN
from waystation.expressions.types import BOOL, INT, LIST, MAP, STRING, Type
from waystation.expressions.values import check_list, check_text

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)

_PATTERN_OPTIONS = re2.Options()
_PATTERN_OPTIONS.log_errors = False
_PATTERN_OPTIONS.never_capture = True


def _size(frame: Frame, value: Any) -> int:
    return len(value)


def _matches(frame: Frame, text: str, pattern: str) -> bool:
    frame.charge(1 + len(pattern) + len(text) // 16)
    try:
        return compiled_pattern(pattern).search(text) is not None
    except UnicodeError:
        raise failure("pattern", "the text has characters that cannot be matched", "文本包含无法匹配的字符") from None


def compiled_pattern(pattern: str) -> Any:
    """A regular expression in RE2's syntax, which is matched in linear time. Raises ExpressionError."""
    if len(pattern) > MAX_PATTERN:
        en, zh = f"the pattern is longer than {MAX_PATTERN} characters", f"正则表达式超过 {MAX_PATTERN} 个字符"
        raise failure("pattern", en, zh)
    try:
        return re2.compile(pattern, _PATTERN_OPTIONS)
    except (re2.error, UnicodeError):
        raise failure("pattern", "the pattern is not a valid regular expression", "正则表达式无效") from None


def _outside(what: str = "position", zh: str = "位置") -> ExpressionError:
    return failure("range", f"the {what} is outside of the text", f"{zh}超出文本范围")


def _char_at(frame: Frame, text: str, at: int) -> str:
    if not 0 <= at <= len(text):
        raise _outside()
    return text[at : at + 1]


def _index_of(frame: Frame, text: str, part: str, start: int = 0) -> int:
    frame.charge(1 + len(text) // 64)
    if not 0 <= start <= len(text):
        raise _outside()
    return text.find(part, start)


def _last_index_of(frame: Frame, text: str, part: str, last: int | None = None) -> int:
    frame.charge(1 + len(text) // 64)
    if last is None:
        return text.rfind(part)
    if not 0 <= last <= len(text):
        raise _outside()
    return text.rfind(part, 0, last + len(part))


def _replace(frame: Frame, text: str, old: str, new: str, count: int = -1) -> str:
    times = text.count(old) if count < 0 else min(count, text.count(old))
    check_text(len(text) + times * (len(new) - len(old)))
    frame.charge(1 + (len(text) + times * len(new)) // 64)
    return text.replace(old, new, times)


def _split(frame: Frame, text: str, separator: str, limit: int = -1) -> list[str]:
    frame.charge(1 + len(text) // 64)
    if limit == 0:
        return []
    limit = min(limit, MAX_LIST + 1)
    if not separator:
        pieces = list(text) if limit < 0 or limit > len(text) else [*text[: limit - 1], text[limit - 1 :]]
    else:
        pieces = text.split(separator, limit - 1 if limit > 0 else -1)
    check_list(len(pieces))
    frame.charge(len(pieces) // 8)
    return pieces


def _join(frame: Frame, pieces: list[Any], separator: str = "") -> str:
    frame.charge(1 + len(pieces) // 8)
    length = len(separator) * max(len(pieces) - 1, 0)
    for piece in pieces:
        if not isinstance(piece, str):
            en = "join() needs a list of texts; use string(x) in a map() for other values"
            raise failure("type", en, "join() 需要文本列表；其他值请先用 map() 和 string(x) 转换")
        length += len(piece)
    check_text(length)
    frame.charge(length // 64)
    return separator.join(pieces)


def _substring(frame: Frame, text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise _outside("range", "区间")
    return _read(frame, text[start:stop])


def _read(frame: Frame, text: str) -> str:
    frame.charge(1 + len(text) // 64)
    return text


def _strings(arguments: tuple[Type, ...]) -> Type:
    return Type.list_of(STRING)


FUNCTIONS = (
    function("size", *(takes(kind, gives=INT, run=_size) for kind in (STRING, LIST, MAP))),
    function("contains", takes(STRING, STRING, gives=BOOL, run=lambda frame, text, part: part in _read(frame, text))),
    function("startsWith", takes(STRING, STRING, gives=BOOL, run=lambda frame, text, part: text.startswith(part))),
    function("endsWith", takes(STRING, STRING, gives=BOOL, run=lambda frame, text, part: text.endswith(part))),
    function("matches", takes(STRING, STRING, gives=BOOL, run=_matches)),
    function("charAt", takes(STRING, INT, gives=STRING, run=_char_at)),
    function(
        "indexOf",
        takes(STRING, STRING, gives=INT, run=_index_of),
        takes(STRING, STRING, INT, gives=INT, run=_index_of),
    ),
    function(
        "lastIndexOf",
        takes(STRING, STRING, gives=INT, run=_last_index_of),
        takes(STRING, STRING, INT, gives=INT, run=_last_index_of),
    ),
    function("lowerAscii", takes(STRING, gives=STRING, run=lambda frame, text: _read(frame, text).translate(_LOWER))),
    function("upperAscii", takes(STRING, gives=STRING, run=lambda frame, text: _read(frame, text).translate(_UPPER))),
    function("trim", takes(STRING, gives=STRING, run=lambda frame, text: _read(frame, text).strip())),
    function(
        "replace",
        takes(STRING, STRING, STRING, gives=STRING, run=_replace),
        takes(STRING, STRING, STRING, INT, gives=STRING, run=_replace),
    ),
    function(
        "substring",
        takes(STRING, INT, gives=STRING, run=_substring),
        takes(STRING, INT, INT, gives=STRING, run=_substring),
    ),
    function(
        "split",
        takes(STRING, STRING, gives=_strings, run=_split),
        takes(STRING, STRING, INT, gives=_strings, run=_split),
    ),
    function(
        "join",
        takes(LIST, gives=STRING, run=_join),
        takes(LIST, STRING, gives=STRING, run=_join),
    ),
)
