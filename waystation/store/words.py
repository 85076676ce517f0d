"""The words of texts, as the search for them keeps and finds them. Pure, and alike for every database.

A text is folded (full and half width, upper and lower case are one) and cut at everything that is neither letter nor
digit. Of each piece that is left, a term is kept for every place where somebody could begin to look: for each Chinese
(Japanese, Korean, Thai) character, each digit, and the first letter of a word in a script that separates words. A
term is what stands from there on, at most `WIDTH` characters; so whatever is looked for is the beginning of a term.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from waystation.contracts.errors import Refused
from waystation.sealing.envelopes import envelope_of

#: Characters of a term at most.
WIDTH = 8
#: Characters of one thing's texts that are searched; what comes later is not found.
MOST_CHARACTERS = 2_000
#: Characters and pieces of a question.
LONGEST_QUESTION, MOST_PIECES = 100, 10
#: From here on scripts do not separate words; the ranges are those of South-East Asia.
_UNSPACED_FROM = 0x2E80
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))


@dataclass(frozen=True, slots=True)
class Span:
    """Terms from `low` on and below `high`, compared by code point: all those that begin with `low`."""

    low: str
    high: str


def terms(texts: Iterable[str]) -> set[str]:
    """Every term of these texts."""
    left, found = MOST_CHARACTERS, set[str]()
    for text in texts:
        for piece in _pieces(text[:left]):
            found.update(piece[start : start + WIDTH] for start in _starts(piece))
        left -= len(text)
        if left <= 0:
            break
    return found


def texts_in(value: Any, depth: int = 8) -> Iterator[str]:
    """Every text and whole number inside a JSON value, in order; keys are not texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif depth and isinstance(value, (dict, list, tuple)) and envelope_of(value) is None:
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item, depth - 1)


def spans(question: str) -> list[Span]:
    """What to look for: something is found when it has a term in every span. Empty for a question without a word.

    A piece longer than a term is looked for by terms that overlap or follow each other.

    Raises:
        Refused: `bad_filter`, for a question that is too long.
    """
    pieces = list(_pieces(question))
    if len(question) > LONGEST_QUESTION or len(pieces) > MOST_PIECES:
        raise Refused(
            "bad_filter",
            f"search for at most {MOST_PIECES} words and {LONGEST_QUESTION} characters",
            f"搜索内容不得超过 {MOST_PIECES} 个词、{LONGEST_QUESTION} 个字符",
            {"field": "text"},
        )
    lows = dict.fromkeys(low for piece in pieces for low in _windows(piece))
    return [Span(low, low[:-1] + chr(ord(low[-1]) + 1)) for low in lows]


def _pieces(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character if unicodedata.category(character)[0] in "LNM" else " " for character in folded).split()


def _starts(piece: str) -> list[int]:
    """Where somebody could begin to look."""
    kinds = [_kind(character) for character in piece]
    later = (index for index, (before, here) in enumerate(pairwise(kinds), 1) if here != "word" or before != "word")
    return [0, *later]


def _kind(character: str) -> str:
    """`word` inside scripts that separate words, where one looks for beginnings."""
    code = ord(character)
    if code >= _UNSPACED_FROM or any(low <= code <= high for low, high in _UNSPACED):
        return "sign"
    return "digit" if character.isdigit() else "word"


def _windows(piece: str) -> Iterator[str]:
    starts, place = _starts(piece), 0
    while True:
        yield piece[place : place + WIDTH]
        if place + WIDTH >= len(piece):
            return
        end, further = place + WIDTH, [start for start in starts if start > place]
        if not further:
            return
        place = max((start for start in further if start <= end), default=further[0])
        if place + WIDTH > len(piece):  # the last one as wide as it can be: the wider, the fewer it finds
            place = min(start for start in further if start + WIDTH >= len(piece))
