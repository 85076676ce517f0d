"""Values that may hold expressions: plain text, one expression, or a text with expressions in it.

`$${` stands for a literal `${`. Inside `${ … }` quotes, braces and comments are the expression's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from waystation.expressions.conversion import key_text
from waystation.expressions.environment import Environment
from waystation.expressions.errors import ExpressionError, exceeded, failure
from waystation.expressions.expression import Expression, compile_expression
from waystation.expressions.lexer import scan
from waystation.expressions.limits import MAX_DATA_DEPTH, MAX_SOURCE, MAX_TEXT
from waystation.expressions.values import check_text, duration_text, number_text, read, timestamp_text, too_nested

_OPEN = "${"


class Template:
    """A text with expressions in it. Made by `compile_value`.

    Attributes:
        source: the whole text.
        parts: literal texts and expressions, in order.
        offsets: for each part, the character of `source` where its text begins.
    """

    def __init__(self, source: str, parts: tuple[str | Expression, ...], offsets: tuple[int, ...]) -> None:
        self.source = source
        self.parts = parts
        self.offsets = offsets

    def __repr__(self) -> str:
        return f"Template({self.source!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def __reduce__(self) -> tuple[Any, ...]:
        return compile_value, (self.source,)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return tuple(part for part in self.parts if isinstance(part, Expression))

    def evaluate(self, names: Mapping[str, Any], env: Environment) -> str:
        """The text with the values put in: null as nothing, times in the environment's zone, lists as compact JSON.

        Raises:
            ExpressionError: of one of its expressions, placed in the whole text; or a result that is too long.
        """
        pieces: list[str] = []
        length = 0
        for part, offset in zip(self.parts, self.offsets, strict=True):
            try:
                piece = part if isinstance(part, str) else text_of(part.evaluate(names, env), env)
                length += len(piece)
                check_text(length)
            except ExpressionError as error:
                inner = len(part.source if isinstance(part, Expression) else part)
                raise _placed(error, inner).moved(offset) from None
            pieces.append(piece)
        return "".join(pieces)


def _placed(error: ExpressionError, length: int) -> ExpressionError:
    if error.start < 0:
        error.start, error.end = 0, length
    return error


def compile_value(text: str) -> str | Expression | Template:
    """What a text of a definition is: itself, an expression that keeps its type, or a template.

    A line break after a single `${ … }` (as block texts of YAML end with) does not make it a template.

    Raises:
        ExpressionError: of an expression, or a `${` that is not closed; places are characters of `text`.
    """
    if _OPEN not in text:
        return text
    if len(text) > MAX_TEXT + MAX_SOURCE:
        en, zh = f"the text is longer than {MAX_TEXT + MAX_SOURCE} characters", "文本过长"
        raise failure("too_long", en, zh, 0, len(text))
    return _compiled(text) if len(text) <= MAX_SOURCE else _parts_of(text)


@lru_cache(maxsize=2_048)
def _compiled(text: str) -> str | Expression | Template:
    return _parts_of(text)


def _parts_of(text: str) -> str | Expression | Template:
    pieces = pieces_of(text)
    parts = [_compiled_at(piece) if piece.is_expression else piece.text for piece in pieces]
    if len(parts) == 1:
        return parts[0]
    return Template(text, tuple(parts), tuple(piece.start for piece in pieces))


def _compiled_at(piece: Piece) -> Expression:
    try:
        return compile_expression(piece.text)
    except ExpressionError as error:
        raise error.moved(piece.start) from None


class Piece(NamedTuple):
    """A part of a text: literal, or the source of an expression that begins at character `start`."""

    text: str
    start: int
    is_expression: bool


def pieces_of(text: str) -> list[Piece]:
    """A text cut into literals and expressions, at least one; escapes are resolved, nothing is compiled.

    Raises:
        ExpressionError: a `${` that is not closed, or characters inside one that no expression can have.
    """
    pieces: list[Piece] = []
    literal, position, begin = "", 0, 0
    while (found := text.find(_OPEN, position)) >= 0:
        if found > position and text[found - 1] == "$":
            literal += text[position : found - 1] + _OPEN
            position = found + 2
            continue
        literal += text[position:found]
        if literal:
            pieces.append(Piece(literal, begin, is_expression=False))
        start, end = found + 2, _end_of_expression(text, found + 2)
        pieces.append(Piece(text[start:end], start, is_expression=True))
        literal, position, begin = "", end + 1, end + 1
    literal += text[position:]
    if not pieces or (literal if len(pieces) > 1 or not pieces[0].is_expression else literal.strip("\r\n")):
        pieces.append(Piece(literal, begin, is_expression=False))
    return pieces


def _end_of_expression(text: str, start: int) -> int:
    """Where the `}` stands that closes the expression which begins at `start`."""
    _, end = scan(text, start, stop_at_brace=True)
    if end >= len(text):
        raise failure("syntax", "'${' is not closed by '}'", "'${' 没有对应的 '}'", start - 2, len(text))
    return end


def text_of(value: Any, env: Environment) -> str:
    """A value as it reads inside a text. Raises ExpressionError for a text that is too long."""
    known = read(value)
    if isinstance(known, str):
        return known
    if known is None:
        return ""
    if isinstance(known, datetime):
        return _local_text(known, env)
    if isinstance(known, list | dict):
        writer = _JsonWriter()
        writer.write(known, 0)
        return "".join(writer.pieces)
    return _scalar_text(known)


def _local_text(moment: datetime, env: Environment) -> str:
    try:
        return moment.astimezone(env.zone).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError):
        raise failure("range", "the time is out of range", "时间超出范围") from None


def _scalar_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return number_text(value)
    return duration_text(value) if isinstance(value, timedelta) else str(value)


class _JsonWriter:
    """Compact JSON with exact decimals, bounded in length and depth."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0

    def put(self, piece: str) -> None:
        self.length += len(piece)
        if self.length > MAX_TEXT:
            en, zh = f"the text is longer than {MAX_TEXT} characters", f"文本超过 {MAX_TEXT} 个字符"
            raise exceeded("too_big", en, zh)
        self.pieces.append(piece)

    def write(self, value: Any, depth: int) -> None:
        if depth > MAX_DATA_DEPTH:
            raise too_nested()
        known = read(value)
        if isinstance(known, list):
            self.write_all("[", "]", [(None, item) for item in known], depth)
        elif isinstance(known, dict):
            self.write_all("{", "}", list(known.items()), depth)
        elif known is None:
            self.put("null")
        elif isinstance(known, str | date):
            self.put(_quoted(timestamp_text(known) if isinstance(known, datetime) else str(known)))
        else:
            text = _scalar_text(known)
            self.put(_quoted(text) if isinstance(known, timedelta) else text)

    def write_all(self, opening: str, closing: str, items: list[tuple[Any, Any]], depth: int) -> None:
        self.put(opening)
        for index, (key, item) in enumerate(items):
            if index:
                self.put(",")
            if closing == "}":
                self.put(_quoted(key_text(key)) + ":")
            self.write(item, depth + 1)
        self.put(closing)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
