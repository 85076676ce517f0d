"""Collecting what is wrong with one document, and saying it with places and sentences.

Everything that looks at a document reports here by path. At the end the findings become problems, in the order of the
text. In a file with damaged parts only what certainly is not a consequence of the damage is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import islice
from typing import Any

from waystation.compiler.findings import Finding
from waystation.compiler.messages import candidates, name_in, problem_of
from waystation.compiler.source import LINE_END, Source, lines_of
from waystation.contracts.problems import Path, Place, Problem

MOST_PROBLEMS = 500
#: What is found after so many is not kept: nobody reads it, and it must not eat the memory.
MOST_FINDINGS = 1_000
#: Said of a damaged file too: about what is there, never about what is missing.
_OF_WHAT_IS_THERE = frozenset(
    (
        "unknown_key",
        "duplicate_key",
        "bad_type",
        "bad_id",
        "bad_duration",
        "unknown_kind",
        "unknown_action",
        "expression",
    )
)

#: Cannot be told while an expression could not be read.
_OF_ALL_READS = frozenset(("unused_field",))


class Report:
    """The findings about one document. `base` is where the document stands in its file."""

    def __init__(self, source: Source, base: Path = ()) -> None:
        self.source = source
        self.base = base
        self.findings: list[Finding] = []
        #: A part of the graph could not be understood, so nothing can be said about the whole of it.
        self.graph_broken = bool(source.damaged)

    def add(
        self,
        code: str,
        path: Path,
        *,
        node: str | None = None,
        key: bool = False,
        variant: str = "",
        **args: Any,
    ) -> None:
        """Note a finding. `known` and a name among the args give a "did you mean"; it may be anything iterable."""
        if len(self.findings) >= MOST_FINDINGS:
            return
        if "known" in args:
            args["known"] = candidates(name_in(args), args["known"])
        if code == "bad_type" and not variant:
            args["instead"] = _instead(self.value_at(path))
        self.findings.append(Finding(code, path, node, args, key=key, variant=variant))

    def extend(self, findings: Iterable[Finding]) -> None:
        self.findings.extend(islice(findings, max(0, MOST_FINDINGS - len(self.findings))))

    def value_at(self, path: Path) -> Any:
        """What the author wrote there."""
        return value_at(self.source.tree, self.base + path)

    def problems(self) -> tuple[Problem, ...]:
        """Everything found, each place and sentence once, in the order of the text."""
        flaws = [
            problem_of(flaw.code, Place(self.source.file, flaw.line, flaw.column), flaw.args, variant=flaw.variant)
            for flaw in self.source.flaws
        ]
        flawed = {(flaw.place.line, flaw.place.column) for flaw in flaws}
        damaged = lines_of(self.source.damaged)
        found: dict[Any, Problem] = {}
        unread = any(finding.code == "expression" for finding in self.findings)
        findings = [each for each in self.findings if not (unread and each.code in _OF_ALL_READS)]
        for problem in (*flaws, *map(self._problem, findings)):
            place = (problem.place.line, problem.place.column)
            about_text = problem.path == () and problem.code in ("syntax", "duplicate_key")
            if not about_text and (place in flawed or (damaged and not self._certain(problem, damaged))):
                continue
            found.setdefault((problem.place, problem.code, problem.en), problem)
        ordered = sorted(found.values(), key=lambda problem: (problem.place.line, problem.place.column, problem.code))
        return tuple(ordered[:MOST_PROBLEMS])

    def _problem(self, finding: Finding) -> Problem:
        path = self.base + finding.path
        place = self.source.place(path, key=finding.key)
        offset = finding.args.get("offset")
        if isinstance(offset, int) and offset > 0:
            place = self._inside(place, path, offset)
        return problem_of(
            finding.code, place, finding.args, variant=finding.variant, path=finding.path, node=finding.node
        )

    def _inside(self, place: Place, path: Path, offset: int) -> Place:
        """The place `offset` characters into a text, where the file has that text on one line as it is."""
        value = leaf_at(self.source.tree, path)
        if not isinstance(value, str) or place.line > len(self._lines):
            return place
        line = self._lines[place.line - 1]
        for quote in ("", '"', "'"):
            if line.startswith(quote + value[:offset], place.column - 1):
                return Place(place.file, place.line, place.column + len(quote) + offset)
        return place

    @cached_property
    def _lines(self) -> list[str]:
        return LINE_END.split(self.source.text)

    @staticmethod
    def _certain(problem: Problem, damaged: frozenset[int]) -> bool:
        near = {problem.place.line + shift for shift in (-1, 0, 1)}
        return problem.code in _OF_WHAT_IS_THERE and not near & damaged


def leaf_at(tree: Any, path: Path) -> Any:
    """The value at a path; of a path that goes on below a plain value, as shorthands have it, that value."""
    for part in path:
        if not isinstance(tree, (list, Mapping)):
            return tree
        tree = value_at(tree, (part,))
    return tree


def _instead(there: Any) -> tuple[str, str]:
    """What stands where something else is needed, in both languages."""
    match there:
        case None | "":
            return "现在没有填写", "nothing is given"
        case dict():
            return "现在是一组键值", "not a map"
        case list():
            return "现在是列表", "not a list"
        case bool():
            return f"现在是 {str(there).lower()}", f"not {str(there).lower()}"
        case _:
            return f"现在是 {there}", f"not {there}"


def value_at(tree: Any, path: Path) -> Any:
    """The value at a path, or None."""
    for part in path:
        if isinstance(tree, list):
            if not isinstance(part, int) or not 0 <= part < len(tree):
                return None
            tree = tree[part]
        elif isinstance(tree, Mapping) and part in tree:
            tree = tree[part]
        elif part != 0:  # a single entry stands for a list of one
            return None
    return tree
