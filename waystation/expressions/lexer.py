"""Source text to tokens. Linear in the length of the text; every token knows its characters.

Numbers become exact here: `12` and `0xC` an integer, `1.5` and `1e3` a decimal. Text literals are those of CEL:
single or double quotes, three quotes for several lines, `r` in front for no escapes.
"""

from __future__ import annotations

import re
from decimal import Decimal, DecimalException
from typing import Literal as Only
from typing import NamedTuple

from waystation.expressions.errors import ExpressionError, failure
from waystation.expressions.limits import DECIMALS, MAX_DIGITS, MAX_INTEGER, MAX_NAME, MAX_SOURCE

TokenKind = Only["number", "text", "name", "sign", "end"]


class Token(NamedTuple):
    """One token. `value` is the number or the text that a literal stands for, else the characters themselves."""

    kind: TokenKind
    value: str | int | Decimal
    start: int
    end: int

    def is_sign(self, sign: str) -> bool:
        return self.kind == "sign" and self.value == sign


_TOKEN = re.compile(
    r"""
    (?P<space>[\s\ufeff\u200b]+|//[^\n]*)
  | (?P<raw>[rR](?:\"\"\"[\s\S]*?\"\"\"|\'\'\'[\s\S]*?\'\'\'|"[^"\r\n]*"|'[^'\r\n]*'))
  | (?P<text>\"\"\"(?:\\[\s\S]|[^\\])*?\"\"\"|\'\'\'(?:\\[\s\S]|[^\\])*?\'\'\'|
      "(?:\\.|[^"\\\r\n])*"|'(?:\\.|[^'\\\r\n])*')
  | (?P<hex>0[xX][0-9a-fA-F]+)[uU]?
  | (?P<decimal>(?:[0-9]+\.[0-9]+|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][+-]?[0-9]{1,6})?)
  | (?P<integer>[0-9]+)[uU]?
  | (?P<name>[^\W\d]\w*)
  | (?P<sign>&&|\|\||\?\?|\?\.(?![0-9])|==|!=|<=|>=|[-+*/%<>!?:.,()\[\]{}])
    """,
    re.VERBOSE,
)

_ESCAPE = re.compile(r"\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))", re.DOTALL)
_PLAIN_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "?": "?", '"': '"', "'": "'", "`": "`",
}  # fmt: skip

#: Signs that an input method produces in place of the ones that are meant.
_FULL_WIDTH = dict(zip("（），。：；！？【】｛｝“”‘’＝＜＞＋－＊／％＆｜", "(),.:;!?[]{}\"\"''=<>+-*/%&|", strict=True))
_MEANT = {"=": "==", "&": "&&", "|": "||"}


def tokens_of(source: str) -> list[Token]:
    """The tokens of a whole source, the last of kind `end`. Raises ExpressionError."""
    tokens, _ = scan(source, 0, stop_at_brace=False)
    return tokens


def scan(source: str, position: int, *, stop_at_brace: bool) -> tuple[list[Token], int]:
    """Tokens from `position`, and where they stop.

    With `stop_at_brace` the scan stops before the first `}` that no `{` opened: so `${ … }` is found in a text
    without being misled by braces and quotes inside the expression.
    """
    tokens: list[Token] = []
    begin, depth, length = position, 0, len(source)
    while position < length:
        if position - begin > MAX_SOURCE:
            raise too_long(begin)
        token, position = _next_token(source, position)
        if token is None:
            continue
        if token.is_sign("{"):
            depth += 1
        elif token.is_sign("}"):
            if stop_at_brace and depth == 0:
                return tokens, token.start
            depth -= 1
        tokens.append(token)
    tokens.append(Token("end", "", length, length))
    return tokens, length


def too_long(start: int) -> ExpressionError:
    return failure(
        "too_long",
        f"the expression is longer than {MAX_SOURCE} characters",
        f"表达式超过 {MAX_SOURCE} 个字符",
        start,
        start + MAX_SOURCE,
    )


def _next_token(source: str, position: int) -> tuple[Token | None, int]:
    match = _TOKEN.match(source, position)
    if match is None:
        raise _stray_character(source, position)
    kind, end = match.lastgroup, match.end()
    if kind == "space":
        return None, end
    if kind == "sign":
        return Token("sign", match.group(), position, end), end
    if kind == "name":
        if end - position > MAX_NAME:
            raise failure("too_long", "a name is too long", "名称过长", position, end)
        return Token("name", match.group(), position, end), end
    if kind in ("text", "raw"):
        return Token("text", _text_value(match.group(), position, raw=kind == "raw"), position, end), end
    return Token("number", _number_value(match, position), position, end), end


def _number_value(match: re.Match[str], position: int) -> int | Decimal:
    kind, end = match.lastgroup or "", match.end()
    digits = match.group(kind)
    follower = match.string[end : end + 1]
    if follower.isalnum() or follower == "_":
        raise failure(
            "syntax", f"a number cannot go on with '{follower}'", f"数字后面不能接 '{follower}'", position, end + 1
        )
    try:
        if kind == "decimal":
            number = Decimal(digits)
            if len(number.as_tuple().digits) <= DECIMALS.prec and abs(number.adjusted()) <= DECIMALS.Emax:
                return number
        elif len(digits) <= MAX_DIGITS:
            whole = int(digits, 16 if kind == "hex" else 10)
            if whole < MAX_INTEGER:
                return whole
    except DecimalException:
        pass
    raise failure("overflow", "the number has too many digits", "数字的位数过多", position, end)


def _text_value(literal: str, position: int, *, raw: bool) -> str:
    body = literal[1:] if raw else literal
    width = 3 if body[:3] in ('"""', "'''") and len(body) >= 6 else 1
    body = body[width:-width]
    if raw or "\\" not in body:
        return body
    return _ESCAPE.sub(lambda match: _escaped(match, position), body)


def _escaped(match: re.Match[str], position: int) -> str:
    two, four, eight, octal, single = match.groups()
    if single is not None:
        plain = _PLAIN_ESCAPES.get(single)
        if plain is not None:
            return plain
    else:
        point = int(octal, 8) if octal else int(two or four or eight, 16)
        if point < 0x110000 and not 0xD800 <= point < 0xE000:
            return chr(point)
    shown = match.group()
    raise failure("syntax", f"unknown escape {shown} in a text", f"文本中的转义 {shown} 无效", position, position + 1)


def _stray_character(source: str, position: int) -> ExpressionError:
    character = source[position]
    if character in "\"'":
        en, zh = "the text is not closed: its quote is missing", "文本没有结束：缺少引号"
        return failure("syntax", en, zh, position, len(source))
    meant = _FULL_WIDTH.get(character) or _MEANT.get(character)
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    en, zh = f"unexpected character '{shown}'", f"无法识别的字符 '{shown}'"
    if meant:
        en, zh = f"{en}: write {meant}", f"{zh}：请写 {meant}"
    return failure("syntax", en, zh, position, position + 1)
