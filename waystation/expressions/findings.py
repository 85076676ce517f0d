"""What the static check says about an expression: values with a code, a place, two sentences and a hint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from waystation.contracts.problems import Severity
from waystation.expressions import nodes
from waystation.expressions.errors import ExpressionError
from waystation.expressions.types import Type

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class ExpressionFinding:
    """One thing wrong. `start` and `end` are characters of the checked text, the end excluded."""

    code: str
    start: int
    end: int
    en: str
    zh: str
    hint_en: str = ""
    hint_zh: str = ""
    severity: Severity = Severity.ERROR

    def moved(self, offset: int) -> ExpressionFinding:
        """The same finding in a longer text that has the source `offset` characters in."""
        return replace(self, start=self.start + offset, end=self.end + offset)


def finding_of(error: ExpressionError) -> ExpressionFinding:
    return ExpressionFinding("expression", error.start, error.end, error.en, error.zh)


class Findings:
    """Collects the findings of one expression."""

    def __init__(self) -> None:
        self.found: list[ExpressionFinding] = []

    def ordered(self) -> list[ExpressionFinding]:
        return sorted(self.found, key=lambda finding: (finding.start, finding.end))

    def add(self, finding: ExpressionFinding) -> None:
        self.found.append(finding)

    def fault(self, start: int, end: int, en: str, zh: str, hint_en: str = "", hint_zh: str = "") -> None:
        self.add(ExpressionFinding("expression", start, end, en, zh, hint_en, hint_zh))

    def unknown(self, finding: ExpressionFinding, name: str, known: Iterable[str]) -> None:
        """A name that is not among the known ones, with the nearest of them as a hint."""
        close = get_close_matches(name[:60], list(known), n=1, cutoff=0.5)
        hint_en, hint_zh = (f"did you mean '{close[0]}'?", f"您是否想写 '{close[0]}'？") if close else ("", "")
        self.add(replace(finding, hint_en=hint_en, hint_zh=hint_zh))

    def never(self, node: nodes.Node, left: Type, right: Type) -> None:
        """A warning when two enumerations have nothing in common, so that the comparison has one outcome only."""
        if not left.values or not right.values or (left.nullable and right.nullable):
            return
        if any(value in right.values for value in left.values):
            return
        listed, single = (left, right) if len(left.values) >= len(right.values) else (right, left)
        one, several = str(single.values[0]), ", ".join(str(value) for value in listed.values[:_SHOWN])
        en = f"this can never be equal: '{one}' is not one of {several}"
        zh = f"两边永远不会相等：'{one}' 不在 {several} 之中"
        close = get_close_matches(one[:60], [str(value) for value in listed.values], n=1, cutoff=0.5)
        hint_en, hint_zh = (f"did you mean '{close[0]}'?", f"您是否想写 '{close[0]}'？") if close else ("", "")
        self.add(ExpressionFinding("dead_branch", node.start, node.end, en, zh, hint_en, hint_zh, Severity.WARNING))
