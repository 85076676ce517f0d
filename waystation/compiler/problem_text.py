"""Problems as text for people, as JSON, and as SARIF 2.1.0 for code hosts and editors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from waystation.compiler.messages import codes, severity_of
from waystation.compiler.source import LINE_END, Source
from waystation.contracts.problems import Problem

_TAB = 4
_WIDE_FROM = 0x1100


def as_text(problems: Sequence[Problem], sources: Mapping[str, Source], *, files: int, language: str = "en") -> str:
    """One paragraph a problem: place, sentence, hint, and the line with a mark below it; then a summary."""
    lines: list[str] = []
    split = {name: LINE_END.split(source.text) for name, source in sources.items()}
    for problem in problems:
        lines += _paragraph(problem, split.get(problem.place.file, ()), language)
    errors = sum(problem.is_error for problem in problems)
    lines.append(_summary(files, errors, len(problems) - errors, language))
    return "\n".join(lines) + "\n"


def _paragraph(problem: Problem, text: Sequence[str], language: str) -> list[str]:
    sentence, hint = (problem.zh, problem.hint_zh) if language == "zh" else (problem.en, problem.hint_en)
    node = f" [{problem.node}]" if problem.node else ""
    lines = [f"{problem.place}: {problem.severity} {problem.code}{node}: {sentence}"]
    if hint:
        lines.append(f"    = {hint}")
    if 0 < problem.place.line <= len(text):
        line = text[problem.place.line - 1]
        lines.append(f"    | {line[:200]}")
        lines.append(f"    | {_blank(line[: problem.place.column - 1])}^")
    return lines


def _blank(before: str) -> str:
    """As many columns of nothing as the text takes on a screen, where Chinese is two columns wide."""
    return "".join("\t" if each == "\t" else "  " if ord(each) >= _WIDE_FROM else " " for each in before[:200])


def _summary(files: int, errors: int, warnings: int, language: str) -> str:
    if language == "zh":
        return f"{files} 个文件，{errors} 处错误，{warnings} 处警告" if files else "没有可检查的文件"
    if not files:
        return "nothing to check"
    counts = ((files, "file"), (errors, "error"), (warnings, "warning"))
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)


def as_json(problems: Sequence[Problem]) -> str:
    """A list of objects."""
    return json.dumps([_object(problem) for problem in problems], ensure_ascii=False, indent=2)


def _object(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "node": problem.node,
        "path": list(problem.path),
        "zh": problem.zh,
        "en": problem.en,
        "hint_zh": problem.hint_zh,
        "hint_en": problem.hint_en,
    }


def as_sarif(problems: Sequence[Problem]) -> str:
    """A SARIF log with one run; its rules are all the codes there are."""
    rules = [{"id": code, "name": code, "defaultConfiguration": {"level": severity_of(code).value}} for code in codes()]
    driver = {"name": "waystation", "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each) for each in problems],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _result(problem: Problem) -> dict[str, Any]:
    region = {"startLine": problem.place.line, "startColumn": problem.place.column}
    location = {"artifactLocation": {"uri": problem.place.file.replace("\\", "/")}, "region": region}
    found: dict[str, Any] = {
        "ruleId": problem.code,
        "level": problem.severity.value,
        "message": {"text": f"{problem.en}{f' ({problem.hint_en})' if problem.hint_en else ''} / {problem.zh}"},
        "locations": [{"physicalLocation": location}],
    }
    if problem.node:
        found["locations"][0]["logicalLocations"] = [{"fullyQualifiedName": problem.node, "kind": "node"}]
    return found
