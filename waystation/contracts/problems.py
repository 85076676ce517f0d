"""Problems: what the compiler says about a definition. Values, never exceptions; all of them are collected.

A problem carries a stable `code` (the codes of section 10 of docs/language.md), a place in the source,
the node it concerns, one sentence in Chinese and one in English, and a hint. The sentences live in
`waystation.compiler.messages`, not at the place that finds the problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a source file. Lines and columns count from 1; columns count characters."""

    file: str = ""
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


#: Where a value stands in a document: keys and list indexes from the root.
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong (or doubtful) in a definition."""

    code: str
    place: Place
    zh: str
    en: str
    severity: Severity = Severity.ERROR
    path: Path = ()
    node: str | None = None
    hint_zh: str = ""
    hint_en: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        where = f" [{self.node}]" if self.node else ""
        hint = f" ({self.hint_en})" if self.hint_en else ""
        return f"{self.place}: {self.severity} {self.code}{where}: {self.en}{hint}"


def has_errors(problems: Sequence[Problem]) -> bool:
    return any(problem.is_error for problem in problems)
