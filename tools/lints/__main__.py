"""`python -m tools.lints [ROOT]`: prints findings, exits 1 when one of them is more than a warning."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.lints import check_tree


def main() -> int:
    findings = check_tree(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    for finding in findings:
        print(finding)
    return int(any(finding.fatal for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
