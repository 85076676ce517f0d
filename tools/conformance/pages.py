"""docs/patterns.md and docs/approval-rules.md, from what has to be shown and how the last run of it went."""

from __future__ import annotations

from collections.abc import Iterable

from tools.conformance.index import Pattern, Rule
from tools.conformance.results import FileResult, Results

_GROUPS = {"control": "Control flow 控制流", "resource": "Resources 资源"}
_VERDICTS = {"direct": "direct 直接", "combination": "by combination 组合", "not": "**not 不支持**"}
_PATTERNS = """\
The 43 control-flow and 43 resource patterns of the Workflow Patterns Initiative, each as a process with scenarios.
“Direct”: one construct of [the language](language.md) is made for it. “By combination”: the author of a process puts
several together. “Not”: no way is known.
"""
_RULES = """\
Every verb of [approvals.md](approvals.md) with its fixed rules, and what shows each: a scenario, or a test where the
rule is about several cases or the way to one.
"""
_MADE = (
    "Made by `python -m tools.conformance`, which runs every scenario below in memory and on a Temporal server; "
    "last on {day}, on top of commit {commit}.\n"
    "由 `python -m tools.conformance` 生成，每个场景都在内存和真实 Temporal 上运行过。\n"
)


def patterns_page(patterns: list[Pattern], results: Results) -> str:
    """A row a pattern: what carries it, the verdict, and how its scenarios went."""
    lines = [
        "# Workflow patterns 工作流模式\n",
        _PATTERNS,
        _MADE.format(day=results.day, commit=results.commit),
    ]
    verdicts = [_verdict(pattern, results) for pattern in patterns]
    said = ", ".join(f"{verdicts.count(key)} {words.strip('*')}" for key, words in _VERDICTS.items())
    lines.append(f"{len(patterns)} patterns: {said}.\n")
    for group, title in _GROUPS.items():
        lines += [f"## {title}", "| # | pattern 模式 | written as 写法 | verdict 结论 | in memory | on Temporal |"]
        lines.append("|--:|---|---|---|---|---|")
        for pattern, verdict in zip(patterns, verdicts, strict=True):
            if pattern.group == group:
                lines.append(_pattern_row(pattern, verdict, results.files[pattern.file]))
        lines.append("")
    return "\n".join(lines)


def _verdict(pattern: Pattern, results: Results) -> str:
    """What the index claims, if every scenario held both ways; else `not`."""
    held = results.files[pattern.file].scenarios.values()
    return pattern.verdict if held and all(map(all, held)) else "not"


def _pattern_row(pattern: Pattern, verdict: str, result: FileResult) -> str:
    also = f"; [order shown here](../{pattern.also.partition('::')[0]})" if pattern.also else ""
    title = f"[{pattern.name}](../{pattern.file}) {pattern.chinese}"
    memory, temporal = zip(*result.scenarios.values(), strict=True) if result.scenarios else ((), ())
    how = f"{pattern.written}{also}"
    return f"| {pattern.number} | {title} | {how} | {_VERDICTS[verdict]} | {_count(memory)} | {_count(temporal)} |"


def rules_page(rules: list[Rule], results: Results) -> str:
    """A row a rule: what shows it, and how that went."""
    lines = [
        "# Approval rules 审批规则\n",
        _RULES,
        _MADE.format(day=results.day, commit=results.commit),
    ]
    lines += ["| verb 动作 | rule 规则 | shown by 证明 | in memory | on Temporal |", "|---|---|---|---|---|"]
    for rule in rules:
        shown = [f"[{name}](../{file})" for file, name in rule.scenarios]
        shown += [f"[{test.partition('::')[2]}](../{test.partition('::')[0]})" for test in rule.tests]
        held = [results.files[file].scenarios.get(name, (False, False)) for file, name in rule.scenarios]
        memory, temporal = (_count(each[way] for each in held) for way in (0, 1))
        lines.append(f"| {rule.verb} | {rule.says} | {'; '.join(shown)} | {memory} | {temporal} |")
    return "\n".join([*lines, ""])


def _count(held: Iterable[bool]) -> str:
    """✓ with how many there were; ✗ where one failed; a test is not counted here, it runs with the tests."""
    every = list(held)
    if not every:
        return "test"
    return f"✓ {len(every)}" if all(every) else f"✗ {sum(every)} of {len(every)}"
