"""`python -m tools.conformance` runs all scenarios and writes the pages; `--check` says what drifted."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tools.conformance import pages, results
from tools.conformance.index import Incomplete, Pattern, Rule, patterns, rules

PAGES = ("docs/patterns.md", "docs/approval-rules.md")
_AGAIN = "run `python -m tools.conformance`"


def main() -> int:
    root = Path.cwd()
    try:
        wanted = patterns(root), rules(root)
    except Incomplete as incomplete:
        print(incomplete)
        return 1
    if "--check" in sys.argv[1:]:
        faults = drift(root, *wanted)
        print("\n".join(faults) or "the pages say what the scenarios are")
        return int(bool(faults))
    found = asyncio.run(results.run_all(root, _files(*wanted), results.head(root)))
    results.write(root, found)
    for page, text in _pages(*wanted, found).items():
        (root / page).write_text(text, "utf-8")
    failed = [
        f"{file}: {name}"
        for file, each in found.files.items()
        for name, held in each.scenarios.items()
        if not all(held)
    ]
    print("\n".join(failed) or f"{sum(len(each.scenarios) for each in found.files.values())} scenarios hold both ways")
    return int(bool(failed))


def drift(root: Path, wanted: list[Pattern], said: list[Rule]) -> list[str]:
    """What differs between scenarios, results and pages; empty when nothing does."""
    found = results.read(root)
    files = _files(wanted, said)
    faults = [
        f"{file}: changed since it was last run on a server; {_AGAIN}"
        for file in files
        if file not in found.files or found.files[file].sha256 != results.digest(root / file)
    ]
    if faults:
        return faults
    for rule in said:
        faults += [
            f"{file}: has no scenario {name!r}, which {rule.verb} names"
            for file, name in rule.scenarios
            if name not in found.files[file].scenarios
        ]
    faults += [
        f"{file}: {name}: does not hold"
        for file, each in found.files.items()
        for name, held in each.scenarios.items()
        if not all(held)
    ]
    written = _pages(wanted, said, found)
    return faults + [
        f"{page}: out of date; {_AGAIN}" for page in PAGES if (root / page).read_text("utf-8") != written[page]
    ]


def _files(wanted: list[Pattern], said: list[Rule]) -> list[str]:
    named = [pattern.file for pattern in wanted] + [file for rule in said for file, _ in rule.scenarios]
    return list(dict.fromkeys(named))


def _pages(wanted: list[Pattern], said: list[Rule], found: results.Results) -> dict[str, str]:
    return dict(zip(PAGES, (pages.patterns_page(wanted, found), pages.rules_page(said, found)), strict=True))


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # the Temporal client's threads may abort an interpreter that ends by itself
