"""Text in, plain data and the place of every key and value out: the only module that knows YAML.

It builds over the events of PyYAML's C parser, because the loaders of that library let the last of two equal keys win,
read `no` as false, expand aliases without bound and overrun the stack on deep text. What comes out is YAML 1.2 core:
dict, list, str, int, Decimal, bool and None. Every flaw is a value with a place; nothing is raised. After a syntax
error the broken block is blanked out and the rest is read, so that the other problems of a file are found too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml
from yaml.reader import ReaderError

from waystation.contracts.problems import Path, Place

LARGEST = 1024 * 1024  # bytes
DEEPEST = 64  # nested lists and maps
MOST_VALUES = 200_000
MOST_FLAWS = 100
#: Re-reading after a syntax error: so many times, and never more than so many characters in all.
_RETRIES = 8
_RETRY_CHARACTERS = 2 * LARGEST

_INTEGER = re.compile(r"[-+]?[0-9]{1,40}\Z")
_OCTAL = re.compile(r"0o[0-7]{1,20}\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{1,32}\Z")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?\Z")
_NOT_FINITE = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")
_NUMERIC_START = frozenset("0123456789+-.")
_LONGEST_NUMBER = 64
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")

#: Line and column of a value, line and column of its key (or of the value again), and the marks inside it.
_Mark = tuple[int, int, int, int, "dict[Any, _Mark] | None"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with the text itself: code `syntax` (with a variant) or `duplicate_key`. Counts from 1."""

    code: str
    variant: str
    line: int
    column: int
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A file as data.

    Args:
        tree: what the text says; incomplete where `flaws` has errors.
        damaged: line ranges, first and last, that could not be read and are missing from the tree.
    """

    file: str
    text: str
    tree: Any
    flaws: tuple[Flaw, ...] = ()
    damaged: tuple[tuple[int, int], ...] = ()
    marks: Any = None

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Where a value stands, or its key.

        Of a path that the text does not have, the deepest part that it has: a map's key, or a plain value.
        """
        mark = self.marks
        if mark is None:
            return Place(self.file)
        for part in path:
            inside = mark[4]
            found = inside.get(part) if inside else None
            if found is None and part == 0:
                continue  # a single entry that stands for a list of one
            if found is None:
                key = key or inside is not None
                break
            mark = found
        return Place(self.file, mark[2], mark[3]) if key else Place(self.file, mark[0], mark[1])


def read_source(data: bytes | str, *, file: str = "") -> Source:
    """Read a file. Linear in its size; at most a few times that when the text is broken."""
    text, flaws = _decode(data)
    if text is None:
        return Source(file, "", None, tuple(flaws))
    damaged: list[tuple[int, int]] = []
    rest = text
    for _ in range(1 + min(_RETRIES, _RETRY_CHARACTERS // (len(text) + 1))):
        builder = _Builder(rest)
        error = builder.build()
        if error is None:
            break
        flaws.append(error)
        cut = _cut(rest, builder.broken_line)
        if cut is None:
            break
        rest, lines = cut
        damaged.append(lines)
    flaws.extend(builder.flaws)
    unique = {(flaw.line, flaw.column, flaw.code, flaw.variant): flaw for flaw in flaws[: 2 * MOST_FLAWS]}
    return Source(file, text, builder.tree, tuple(unique.values()), tuple(damaged), builder.root)


def _decode(data: bytes | str) -> tuple[str | None, list[Flaw]]:
    if len(data) > LARGEST or (isinstance(data, str) and len(data.encode("utf-8", "replace")) > LARGEST):
        return None, [Flaw("syntax", "too_big", 1, 1, {"limit": "1 MiB"})]
    flaws: list[Flaw] = []
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8")
            flaws.append(
                Flaw("syntax", "bytes", *_position(before, len(before)), {"byte": f"0x{data[error.start]:02x}"})
            )
            text = data.decode("utf-8", "replace")
    else:
        text = data
    text = text.removeprefix("\ufeff")
    for bad in _some(_UNPRINTABLE.finditer(text)):
        args = {"character": f"U+{ord(bad[0]):04X}"}
        flaws.append(Flaw("syntax", "character", *_position(text, bad.start()), args))
    return (_UNPRINTABLE.sub("\ufffd", text) if flaws else text), flaws


def _some(found: Iterator[re.Match[str]]) -> Iterator[re.Match[str]]:
    return (match for match, _ in zip(found, range(10), strict=False))


def _position(text: str, index: int) -> tuple[int, int]:
    line, start = 1, 0
    for end in LINE_END.finditer(text, 0, index):
        line, start = line + 1, end.end()
    return line, index - start + 1


def _cut(text: str, line: int) -> tuple[str, tuple[int, int]] | None:
    """Blank out a line and the deeper ones below it; None when there is nothing left to blank out."""
    ends = [match.end() for match in LINE_END.finditer(text)]
    starts = [0, *ends]
    lines = [text[a:b] for a, b in zip(starts, [*ends, len(text)], strict=True)]
    first = min(line, len(lines)) - 1
    while first >= 0 and not lines[first].strip():
        first -= 1
    if first < 0:
        return None
    last = first
    indent = _indent(lines[first])
    while last + 1 < len(lines) and (not lines[last + 1].strip() or _indent(lines[last + 1]) > indent):
        last += 1
    for number in range(first, last + 1):
        body = lines[number].rstrip("\r\n\x85\u2028\u2029")
        lines[number] = " " * len(body) + lines[number][len(body) :]
    return "".join(lines), (first + 1, last + 1)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def scalar(text: str) -> Any:
    """What a plain scalar means in YAML 1.2 core. Numbers with a fraction or exponent become exact decimals."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC_START and len(text) < _LONGEST_NUMBER:
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text):
            return Decimal(text)
        if _OCTAL.match(text):
            return int(text, 0)
        if _HEXADECIMAL.match(text):
            return int(text, 16)
    return text


class _Frame:
    """An open list or map, and of a map the key that waits for its value; None where that key was refused."""

    __slots__ = ("has_key", "is_map", "key", "key_column", "key_line", "marks", "value")

    def __init__(self, value: Any, marks: dict[Any, _Mark], *, is_map: bool) -> None:
        self.value = value
        self.marks = marks
        self.is_map = is_map
        self.has_key = False
        self.key: str | None = None
        self.key_line = 1
        self.key_column = 1


class _Builder:
    """One pass over the events of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[_Frame] = []
        self._left = MOST_VALUES
        self._documents = 0
        self.tree: Any = None
        self.root: _Mark | None = None
        self.flaws: list[Flaw] = []
        self.broken_line = 1

    def build(self) -> Flaw | None:
        """Read everything; the flaw that stopped the parser, if one did."""
        parser = yaml.CSafeLoader(self._text)
        try:
            while (event := parser.get_event()) is not None and self._take(event):
                pass
        except yaml.MarkedYAMLError as error:
            return self._broken(error)
        except (yaml.YAMLError, ReaderError) as error:
            return Flaw("syntax", "yaml", 1, 1, {"problem": str(error).splitlines()[0]})
        finally:
            parser.dispose()
        return None

    def _broken(self, error: yaml.MarkedYAMLError) -> Flaw:
        mark = error.problem_mark or error.context_mark
        start = error.context_mark if error.context_mark is not None and _spans(error.context or "") else mark
        self.broken_line = (start.line if start else 0) + 1
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        words = " ".join(part for part in (error.context, error.problem) if part)
        began = error.context_mark if start is error.context_mark and start is not mark else None
        return Flaw("syntax", "yaml", line, column, {"problem": words, "began": _began(began)})

    def _take(self, event: Any) -> bool:
        """One event; False stops the reading."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            return self._scalar(event)
        if kind is yaml.MappingStartEvent:
            return self._container(event, {})
        if kind is yaml.SequenceStartEvent:
            return self._container(event, [])
        if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._open.pop()
        elif kind is yaml.AliasEvent:
            return self._alias(event)
        elif kind is yaml.DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                return self._stop("documents", event)
        return True

    def _scalar(self, event: Any) -> bool:
        self._left -= 1
        if self._left < 0:
            return self._stop("too_many", event, limit=MOST_VALUES)
        text: str = event.value
        if event.anchor is not None or event.tag is not None:
            self._check_properties(event, scalar=True)
        frame = self._open[-1] if self._open else None
        if frame is not None and frame.is_map and not frame.has_key:
            self._key(frame, event, text)
            return True
        plain = event.implicit[0] and event.tag is None
        if plain and text and text[0] in "+-." and _NOT_FINITE.match(text):
            self._flaw("syntax", "number", event, text=text)
        self._put(frame, event, scalar(text) if plain else text, None)
        return True

    def _container(self, event: Any, value: Any) -> bool:
        self._left -= 1
        if self._left < 0:
            return self._stop("too_many", event, limit=MOST_VALUES)
        if len(self._open) >= DEEPEST:
            return self._stop("too_deep", event, limit=DEEPEST)
        if event.anchor is not None or event.tag is not None:
            self._check_properties(event, scalar=False)
        marks: dict[Any, _Mark] = {}
        frame = self._open[-1] if self._open else None
        if frame is not None and frame.is_map and not frame.has_key:
            self._refuse_key(frame, event, "key")
        else:
            self._put(frame, event, value, marks)
        self._open.append(_Frame(value, marks, is_map=type(value) is dict))
        return True

    def _alias(self, event: Any) -> bool:
        frame = self._open[-1] if self._open else None
        if frame is not None and frame.is_map and not frame.has_key:
            self._refuse_key(frame, event, "alias", name=event.anchor)
        else:
            self._flaw("syntax", "alias", event, name=event.anchor)
            self._put(frame, event, None, None)
        return True

    def _check_properties(self, event: Any, *, scalar: bool) -> None:
        if event.anchor is not None:
            self._flaw("syntax", "anchor", event, name=event.anchor)
        if event.tag is not None:
            self._flaw("syntax", "tag", event, tag=event.tag)

    def _key(self, frame: _Frame, event: Any, text: str) -> None:
        if text in frame.value:
            args = {"key": text, "first": frame.marks[text][2]}
            self._refuse_key(frame, event, "", code="duplicate_key", **args)
        elif text == "<<" and event.implicit[0]:
            self._refuse_key(frame, event, "merge")
        else:
            mark = event.start_mark
            frame.has_key, frame.key, frame.key_line, frame.key_column = True, text, mark.line + 1, mark.column + 1

    def _refuse_key(self, frame: _Frame, event: Any, variant: str, *, code: str = "syntax", **args: Any) -> None:
        """The key is left out, and its value with it."""
        self._flaw(code, variant, event, **args)
        frame.has_key, frame.key = True, None

    def _put(self, frame: _Frame | None, event: Any, value: Any, marks: dict[Any, _Mark] | None) -> None:
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        if frame is None:
            self.tree, self.root = value, (line, column, line, column, marks)
        elif not frame.is_map:
            frame.marks[len(frame.value)] = (line, column, line, column, marks)
            frame.value.append(value)
        else:
            frame.has_key = False
            if frame.key is not None:
                frame.value[frame.key] = value
                frame.marks[frame.key] = (line, column, frame.key_line, frame.key_column, marks)

    def _flaw(self, code: str, variant: str, event: Any, **args: Any) -> None:
        if len(self.flaws) < MOST_FLAWS:
            mark = event.start_mark
            self.flaws.append(Flaw(code, variant, mark.line + 1, mark.column + 1, args))

    def _stop(self, variant: str, event: Any, **args: Any) -> bool:
        self._flaw("syntax", variant, event, **args)
        return False


def _began(mark: Any) -> tuple[str, str]:
    """Where something began that was never closed."""
    if mark is None:
        return ("", "")
    place = f"{mark.line + 1}:{mark.column + 1}"
    return (f"（始于 {place}）", f" (it began at {place})")


def _spans(context: str) -> bool:
    """Whether the parser's context names something that began earlier and was never closed."""
    return "quoted scalar" in context or "flow" in context or "simple key" in context


def lines_of(damaged: Sequence[tuple[int, int]]) -> frozenset[int]:
    """The numbers of all damaged lines."""
    return frozenset(line for first, last in damaged for line in range(first, last + 1))
