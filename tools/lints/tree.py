"""All rules over all files that git tracks (and those about to be added)."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from tools.lints import boundaries, determinism, files, set_order
from tools.lints.source import Finding, Module

RULES: tuple[Callable[[Module], Iterator[Finding]], ...] = (
    determinism.check,
    set_order.check,
    boundaries.check_commit,
    boundaries.check_environment,
    boundaries.check_yaml,
    files.check_module,
)


def check_module(module: Module) -> list[Finding]:
    """What every rule says about one Python file, in order of lines."""
    try:
        return sorted(chain.from_iterable(rule(module) for rule in RULES))
    except SyntaxError as error:
        return [Finding(module.path, error.lineno or 1, "syntax", str(error.msg))]


def check_tree(root: Path) -> list[Finding]:
    """What every rule says about the repository at `root`."""
    findings: list[Finding] = []
    for path in _files(root):
        try:
            text = (root / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture, an archive: nothing to read
        findings += files.check_text(path, text)
        if path.endswith(".py"):
            findings += check_module(Module(path, text))
    return sorted(findings)


def _files(root: Path) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return sorted({path for path in listed.stdout.split("\0") if path and (root / path).is_file()})
