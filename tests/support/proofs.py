"""What was proved last, and when: kept in docs/proofs.json, shown in the table of docs/reliability.md.

A proof is a file of `tests/prove`, or the chaos harness. It counts when all of it has passed in one run; what it says
of itself (lines that it prints after `TOLD`) goes with it.
"""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct, convert, to_builtins

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / "docs" / "proofs.json"
PAGE = ROOT / "docs" / "reliability.md"
#: What a proof prints before a figure.
TOLD = "» "

_BEGIN, _END = "<!-- proofs: begin -->", "<!-- proofs: end -->"
_ROW = re.compile(r"^\| `([\w.]+)` \|")


class Proof(Struct, omit_defaults=True):
    """The last run of a proof.

    Args:
        share: of the full counts.
        cases: tests that passed.
        told: figures, as it said them.
    """

    commit: str
    date: str
    seconds: int
    cases: int = 1
    share: float = 1.0
    told: list[str] = []

    @property
    def text(self) -> str:
        """As the table shows it."""
        minutes, seconds = divmod(self.seconds, 60)
        took = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
        share = "" if self.share >= 1 else f", {self.share:.0%} of the counts"
        return "; ".join([f"{self.date}, commit {self.commit}, {took}{share}", *self.told])


def commit() -> str:
    """The present commit; with a + where the tree differs from it."""
    said = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    return subprocess.run(said, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def today() -> str:
    return str(datetime.now(UTC).date())


def told_in(output: str) -> list[str]:
    """The figures that a proof has printed."""
    return [line.removeprefix(TOLD).strip() for line in output.splitlines() if line.startswith(TOLD)]


def kept() -> dict[str, Proof]:
    return convert(json.loads(KEPT.read_text("utf-8")), dict[str, Proof])


def keep(new: dict[str, Proof]) -> None:
    """Keep these beside those of other proofs, and show them."""
    found: dict[str, Any] = to_builtins(dict(sorted((kept() | new).items())))
    KEPT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    PAGE.write_text(shown(PAGE.read_text("utf-8"), kept()), "utf-8")


def rows(page: str) -> list[str]:
    """The proofs that the table has a row for."""
    return [found[1] for line in _table(page) if (found := _ROW.match(line))]


def shown(page: str, proofs: dict[str, Proof]) -> str:
    """The page with the last run of each proof in the last column of its row."""
    lines = []
    for line in _table(page):
        found = _ROW.match(line)
        last = proofs[found[1]].text if found and found[1] in proofs else "never" if found else ""
        lines.append(f"{line.rstrip(' |').rpartition(' | ')[0]} | {last} |" if found else line)
    before, _, rest = page.partition(_BEGIN)
    return before + _BEGIN + "\n" + "\n".join(lines) + "\n" + _END + rest.partition(_END)[2]


def _table(page: str) -> list[str]:
    return page.partition(_BEGIN)[2].partition(_END)[0].strip().splitlines()
