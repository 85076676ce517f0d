"""Where everything stands in a YAML text, to the character, so that one value can be changed and nothing else.

`compiler.source` says what a text means and refuses what is dangerous; only a text that it has read without a flaw
comes here. Positions are offsets into the text; the end of a value is that of its last own character, without the
blank lines and comments that follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from waystation.compiler.source import scalar


@dataclass(slots=True)
class Entry:
    """A key with its value, or an item of a list; `start` is where the key stands, of an item its dash or value."""

    key: str | None
    start: int
    key_end: int
    value: Span


@dataclass(slots=True)
class Span:
    """A value. `what` is scalar, map or list; `flow` says that it is written in braces or brackets."""

    what: str
    start: int
    end: int
    data: Any
    flow: bool = False
    entries: list[Entry] = field(default_factory=list)

    @property
    def block(self) -> bool:
        return self.what != "scalar" and not self.flow


def spans_of(text: str) -> Span | None:
    """The spans of a text that has been read without a flaw; None where it is empty."""
    parser = yaml.CSafeLoader(text)
    try:
        events: Iterator[Any] = iter(parser.get_event, None)
        for event in events:
            if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
                return _span(event, events, text)
        return None
    finally:
        parser.dispose()


def _span(event: Any, events: Iterator[Any], text: str) -> Span:
    if hasattr(event, "value"):
        plain = event.implicit[0] and event.tag is None
        data = scalar(event.value) if plain else event.value
        start: int = event.start_mark.index
        return Span("scalar", start, _trimmed(text, start, event.end_mark.index), data)
    if isinstance(event, yaml.MappingStartEvent):
        return _map(event, events, text)
    return _list(event, events, text)


def _map(event: Any, events: Iterator[Any], text: str) -> Span:
    span = Span("map", event.start_mark.index, event.start_mark.index, {}, flow=bool(event.flow_style))
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        value = _span(next(events), events, text)
        span.entries.append(Entry(key.value, key.start_mark.index, key.end_mark.index, value))
        span.data[key.value] = value.data
    return _closed(span, key)


def _list(event: Any, events: Iterator[Any], text: str) -> Span:
    span = Span("list", event.start_mark.index, event.start_mark.index, [], flow=bool(event.flow_style))
    while not isinstance(item := next(events), yaml.SequenceEndEvent):
        value = _span(item, events, text)
        start = value.start if span.flow else _dash(text, span, value)
        span.entries.append(Entry(None, start, start + (not span.flow), value))
        span.data.append(value.data)
    return _closed(span, item)


def _dash(text: str, span: Span, value: Span) -> int:
    """Where the dash of an item stands: the first in its own column after the item before."""
    if not span.entries:
        return span.start
    column = column_of(text, span.start)
    at = line_end(text, span.entries[-1].value.end)
    while at < len(text):
        start = at + 1
        at = line_end(text, start)
        if text[start : start + column + 1] == " " * column + "-":
            return start + column
    return value.start


def _closed(span: Span, event: Any) -> Span:
    if span.flow:
        span.end = event.end_mark.index
    elif span.entries:
        last = span.entries[-1]
        span.end = max(last.value.end, last.key_end)
    return span


def _trimmed(text: str, start: int, end: int) -> int:
    """The end without the white space behind it."""
    while end > start and text[end - 1] in " \t\r\n":
        end -= 1
    return end


def line_start(text: str, at: int) -> int:
    """The beginning of the line on which `at` stands."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """The end of the line on which `at` stands, before its line break."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def column_of(text: str, at: int) -> int:
    """The column of a place, from 0."""
    return at - line_start(text, at)
