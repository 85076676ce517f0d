"""Every code a problem can have: its severity, its sentences in Chinese and English, and its hint.

A sentence names what it needs in braces; values come from the finding. A code may have variants, which are other
wordings of the same code. Where a finding carries a name and the names that are known, the hint is "did you mean".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any, NamedTuple

from waystation.compiler.check_sentences import CHECK_SENTENCES, CHECK_WARNINGS
from waystation.compiler.sentences import EXPECTED, SENTENCES, WARNINGS
from waystation.contracts.problems import Path, Place, Problem, Severity

_SENTENCES = {**SENTENCES, **CHECK_SENTENCES}
_WARNINGS = WARNINGS | CHECK_WARNINGS

_LONGEST_ARGUMENT = 120
_MOST_LISTED = 12
_MOST_CANDIDATES = 200
_LONGEST_NAME = 100
_MOST_LOOKED_AT = 3_000
_FARTHEST = 2


class _Blank(dict[str, str]):
    """Arguments of a sentence; one that the finding does not carry reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""


class Sentence(NamedTuple):
    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""


def codes() -> tuple[str, ...]:
    """Every code, in the order of the table."""
    return tuple(dict.fromkeys(key.partition("/")[0] for key in _SENTENCES))


def severity_of(code: str, variant: str = "") -> Severity:
    """A code is a doubt, or one of its variants is."""
    return Severity.WARNING if code in _WARNINGS or f"{code}/{variant}" in _WARNINGS else Severity.ERROR


def problem_of(
    code: str, place: Place, args: Mapping[str, Any], *, variant: str = "", path: Path = (), node: str | None = None
) -> Problem:
    """The problem that a finding is, in words."""
    chosen = variant or str(args.get("variant", ""))
    words = Sentence(*(_SENTENCES.get(f"{code}/{chosen}") or _SENTENCES[code]))
    zh, en = _arguments(args, language=0), _arguments(args, language=1)
    meant = _meant(args)
    return Problem(
        code=code,
        place=place,
        zh=words.zh.format_map(zh),
        en=words.en.format_map(en),
        severity=severity_of(code, chosen),
        path=path,
        node=node,
        hint_zh=f"是不是 {meant}？" if meant else zh["hint"] or _hint(words.hint_zh, zh),
        hint_en=f"did you mean {meant}?" if meant else en["hint"] or _hint(words.hint_en, en),
    )


def _hint(template: str, shown: _Blank) -> str:
    """A hint that would list what is known says nothing where nothing is."""
    return "" if "{known}" in template and not shown["known"] else template.format_map(shown)


def _arguments(args: Mapping[str, Any], *, language: int) -> _Blank:
    shown = _Blank()
    for name, value in args.items():
        if name == "expected":
            shown[name] = EXPECTED.get(str(value), (str(value), str(value)))[language]
        elif isinstance(value, tuple) and len(value) == 2 and name in ("reason", "what", "hint", "began", "instead"):
            shown[name] = str(value[language])
        elif isinstance(value, Sequence) and not isinstance(value, str):
            listed = [str(each) for each in value[:_MOST_LISTED]]
            shown[name] = ", ".join(listed) + (" …" if len(value) > _MOST_LISTED else "")
        else:
            text = str(value)
            shown[name] = text if len(text) <= _LONGEST_ARGUMENT else text[:_LONGEST_ARGUMENT] + "…"
    return shown


def name_in(args: Mapping[str, Any]) -> str:
    """The name that a finding is about."""
    return next((str(args[key]) for key in ("name", "key", "got") if key in args), "")


def _meant(args: Mapping[str, Any]) -> str | None:
    known, name = args.get("known"), name_in(args)
    return closest(name, known) if known and name else None


def candidates(name: str, known: Iterable[str]) -> list[str]:
    """Known names, each once; of very many only those of about the same length, which alone can be meant."""
    names = list(dict.fromkeys(map(str, islice(known, _MOST_LOOKED_AT))))
    if len(names) <= _MOST_CANDIDATES:
        return names
    near = (each for each in names if abs(len(each) - len(name)) <= _FARTHEST)
    return [*names[:_MOST_LISTED], *islice(near, _MOST_CANDIDATES)]


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    names = candidates(name, known)
    folded = {each.casefold(): each for each in names}
    if name.casefold() in folded:
        return folded[name.casefold()]
    found = get_close_matches(name, names, n=1, cutoff=0.6) if len(name) <= _LONGEST_NAME else []
    return found[0] if found else None
