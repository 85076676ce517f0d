"""What has to be shown, and by what: the two `index.toml` beside the scenarios, read and checked for completeness."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

PATTERNS, APPROVALS = "tests/patterns", "tests/approvals"
#: How many patterns the Initiative numbers in each group.
COUNTS = {"control": 43, "resource": 43}
#: Rules that concern all verbs and so have no row of their own in docs/approvals.md.
_EVERY_VERB = "every verb"

Verdict = Literal["direct", "combination"]


class Incomplete(Exception):
    """A row is missing, or names what is not there; the sentences say which."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Pattern:
    """One row of the Initiative's list; `verdict` is what its author claims, the run says whether it holds."""

    group: str
    number: int
    name: str
    chinese: str
    written: str
    verdict: Verdict
    file: str
    also: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One fixed rule of a verb. `scenarios` are pairs of file and name, `tests` are `path::name`."""

    verb: str
    says: str
    scenarios: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]


def patterns(root: Path) -> list[Pattern]:
    """All patterns in the Initiative's order.

    Raises:
        Incomplete: a number has no row or no file, a file has no row, or a row is malformed.
    """
    faults: list[str] = []
    found: list[Pattern] = []
    index = tomllib.loads((root / PATTERNS / "index.toml").read_text("utf-8"))
    for group, count in COUNTS.items():
        rows = index.get(group, {})
        if sorted(map(int, rows)) != list(range(1, count + 1)):
            faults.append(f"{group}: the index must number 1 to {count}, each once")
        for number, row in sorted(rows.items(), key=lambda item: int(item[0])):
            files = sorted((root / PATTERNS).glob(f"{group}_{int(number):02}_*.yaml"))
            if len(files) != 1 or len(row) not in {4, 5} or row[3] not in {"direct", "combination"}:
                faults.append(f"{group} {number}: needs exactly one file and name, 名称, how, direct or combination")
                continue
            name, chinese, written, verdict, *also = row
            path = files[0].relative_to(root).as_posix()
            found.append(
                Pattern(group, int(number), name, chinese, written, cast(Verdict, verdict), path, *also),
            )
            faults += [fault for test in also for fault in _missing_test(root, test)]
    named = {pattern.file for pattern in found}
    there = {path.relative_to(root).as_posix() for path in (root / PATTERNS).glob("*.yaml")}
    faults += [f"{path}: has no row in {PATTERNS}/index.toml" for path in sorted(there - named)]
    if faults:
        raise Incomplete(faults)
    return found


def rules(root: Path) -> list[Rule]:
    """All rules in the order of docs/approvals.md.

    Raises:
        Incomplete: a verb of the document has no rule, or the other way round, or a rule names no test that exists.
    """
    index = tomllib.loads((root / APPROVALS / "index.toml").read_text("utf-8"))
    faults: list[str] = []
    verbs = [*_documented(root), _EVERY_VERB]
    if list(index) != verbs:
        faults += [f"{verb}: has no rule in {APPROVALS}/index.toml" for verb in verbs if verb not in index]
        faults += [f"{verb}: is no verb of docs/approvals.md" for verb in index if verb not in verbs]
        faults = faults or [f"{APPROVALS}/index.toml: not in the order of docs/approvals.md"]
    found: list[Rule] = []
    for verb, says in index.items():
        for rule, shown in says.items():
            scenarios = tuple((f"{APPROVALS}/{file}", name) for file, _, name in _split(shown))
            tests = tuple(each for each in shown if "::" in each)
            faults += [f"{verb}: {rule}: nothing shows it"] * (not shown)
            faults += [fault for test in tests for fault in _missing_test(root, test)]
            found.append(Rule(verb, rule, scenarios, tests))
    if faults:
        raise Incomplete(faults)
    return found


def _split(shown: list[str]) -> list[tuple[str, str, str]]:
    return [each.partition(": ") for each in shown if "::" not in each]


def _documented(root: Path) -> list[str]:
    """The first cell of every row of the tables of docs/approvals.md."""
    text = (root / "docs/approvals.md").read_text("utf-8")
    cells = re.findall(r"^\| ([^|]+?) \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)
    return [cell for cell in cells if cell != "verb" and not set(cell) <= {"-", ":"}]


def _missing_test(root: Path, test: str) -> list[str]:
    path, _, name = test.partition("::")
    file = root / path
    if file.exists() and re.search(rf"^\s*(?:async )?def {re.escape(name)}\(", file.read_text("utf-8"), re.MULTILINE):
        return []
    return [f"{test}: there is no such test"]
