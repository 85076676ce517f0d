"""What any file must and must not hold: size, a first paragraph, no unfinished work, nothing of one machine."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.lints.boundaries import PRODUCT
from tools.lints.source import Finding, Module

WARN_LINES, MAX_LINES = 400, 600
VAGUE_NAMES = frozenset("utils util helpers helper common misc manager managers handler handlers".split())

_MACHINE = re.compile(
    r"(?<![\w.])/(?:home|Users)/[a-z][\w.-]*|(?<![\w.:/])/(?:root|work)/\S+|\b[A-Z]:\\Users\\", re.ASCII
)
_HOSTS = (
    "pypi[.]org files[.]pythonhosted[.]org registry[.]npmjs[.]org registry[.]yarnpkg[.]com registry[.]npmmirror[.]com"
)
_MORE_HOSTS = (
    "proxy[.]golang[.]org static[.]crates[.]io index[.]crates[.]io pypi[.]tuna[.]tsinghua mirrors[.]aliyun[.]com"
)
_REGISTRY = re.compile("|".join(f"{_HOSTS} {_MORE_HOSTS}".split()))
_UNFINISHED = re.compile(r"#.*\b(?:TODO|FIXME|XXX|HACK)\b")


def check_module(module: Module) -> Iterator[Finding]:
    """Rules for Python files."""
    if module.lines > MAX_LINES:
        yield module.finding(1, "size", f"{module.lines} lines; {MAX_LINES} is the limit: split it by noun")
    elif module.lines > WARN_LINES:
        yield module.finding(1, "size", f"{module.lines} lines; aim for 60 to 250", fatal=False)
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.COMMENT and _UNFINISHED.search(token.string):
            yield module.finding(token.start[0], "unfinished", "finish it or open an issue; the tree holds no markers")
    if module.within(*PRODUCT):
        yield from _check_product(module)


def _check_product(module: Module) -> Iterator[Finding]:
    if module.text.strip() and not ast.get_docstring(module.tree):
        yield module.finding(1, "first-paragraph", "a module opens with a paragraph saying what it is for")
    if PurePosixPath(module.path).stem.lstrip("_") in VAGUE_NAMES:
        yield module.finding(1, "name", "a module is named for the noun it is about")


def check_text(path: str, text: str) -> Iterator[Finding]:
    """Rules for every text file that git tracks."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := _MACHINE.search(line):
            yield Finding(path, number, "machine-path", f"`{found[0]}` exists on one machine only")
        if found := _REGISTRY.search(line):
            yield Finding(
                path, number, "registry", f"`{found[0]}`: where packages come from is the installer's business"
            )
