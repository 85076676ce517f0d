"""Things that exist in one place only: the commit, the environment, the YAML reader."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.lints.source import Finding, Module, dotted, imported

PRODUCT = ("waystation", "workflows", "activities", "designer_api", "worker.py")
SESSION = ("waystation/store/session.py",)
MIGRATIONS = ("waystation/store/migrations",)
#: What reads settings, and what hands the environment on to the processes it starts.
ENTRY_POINTS = (
    "waystation/settings.py",
    "waystation/cli.py",
    "waystation/bootstrap.py",
    "waystation/supervisor.py",
    "worker.py",
)
#: The reader, and what finds every value's place in a text that it has accepted.
YAML_READER = ("waystation/compiler/source.py", "waystation/design/spans.py")
ENVIRONMENT = frozenset({"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"})


def check_commit(module: Module) -> Iterator[Finding]:
    """One transaction a request or attempt, committed at the edge: `commit` stands once in the product."""
    if not module.within(*PRODUCT) or module.within(*SESSION, *MIGRATIONS):
        return
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and node.attr == "commit":
            yield module.finding(node, "one-commit", f"only {SESSION[0]} commits; take a unit of work from there")
        elif isinstance(node, ast.Call) and _commits_on_leaving(node):
            yield module.finding(node, "one-commit", f"`.begin()` commits when left; only {SESSION[0]} may")


def _commits_on_leaving(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "begin" and not call.args


def check_environment(module: Module) -> Iterator[Finding]:
    """Settings are read once and passed in."""
    if not module.within(*PRODUCT) or module.within(*ENTRY_POINTS):
        return
    for node in module.nodes:
        name = dotted(node) if isinstance(node, ast.Attribute) else ""
        if name.startswith("os.") and name.split(".")[1] in ENVIRONMENT:
            yield module.finding(node, "environment", f"`{name}` is for entry points; take Settings as an argument")
    for node, name in imported(module):
        if name.startswith("os.") and name.split(".")[1] in ENVIRONMENT:
            yield module.finding(node, "environment", f"`{name}` is for entry points; take Settings as an argument")


def check_yaml(module: Module) -> Iterator[Finding]:
    """One reader, which knows positions and refuses bombs; PyYAML's own loaders do neither."""
    if not module.within(*PRODUCT, "tools", "bench") or module.within(*YAML_READER):
        return
    for node, name in imported(module):
        if name.partition(".")[0] in {"yaml", "_yaml", "ruamel"}:
            yield module.finding(node, "one-yaml-reader", f"read YAML through {YAML_READER[0]}")
