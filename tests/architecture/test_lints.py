"""Every own lint finds its planted fault and lets the honest neighbour pass."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.lints import Module, check_module, check_tree
from tools.lints.files import check_text

HEAD = '"""A module."""\n'

FAULTS = [
    ("deterministic", "workflows/machine/clock.py", "import time"),
    ("deterministic", "workflows/machine/clock.py", "from datetime import datetime\nat = datetime.now()"),
    ("deterministic", "workflows/machine/clock.py", "from datetime import datetime as d\nat = d.utcnow()"),
    ("deterministic", "workflows/machine/clock.py", "import datetime as d\nat = d.datetime.now(d.UTC)"),
    ("deterministic", "workflows/nodes/wait.py", "import importlib"),
    ("deterministic", "workflows/nodes/wait.py", "import datetime\nat = datetime.date.today()"),
    ("deterministic", "waystation/expressions/dates.py", "def read(t: float):\n    return datetime.fromtimestamp(t)"),
    ("deterministic", "waystation/expressions/dates.py", "def read(t):\n    return t.astimezone()"),
    ("deterministic", "workflows/machine/ids.py", "from uuid import uuid4"),
    ("deterministic", "workflows/machine/ids.py", "import uuid\nkey = uuid.uuid4()"),
    ("deterministic", "workflows/machine/pick.py", "import random"),
    ("deterministic", "workflows/machine/pick.py", "from secrets import choice"),
    ("deterministic", "workflows/machine/pick.py", "def pick(x):\n    return hash(x)"),
    ("deterministic", "workflows/machine/pick.py", "def pick(x):\n    return id(x)"),
    ("deterministic", "waystation/contracts/plan.py", "import os"),
    ("deterministic", "waystation/contracts/plan.py", "def read(path):\n    return open(path)"),
    ("deterministic", "waystation/contracts/plan.py", "from pathlib import Path"),
    ("deterministic", "workflows/memory.py", "import asyncio"),
    ("deterministic", "workflows/memory.py", "import threading"),
    ("deterministic", "workflows/graph.py", "import asyncio\nasync def run(t):\n    await asyncio.wait(t)"),
    ("deterministic", "workflows/graph.py", "from asyncio import as_completed"),
    ("deterministic", "workflows/graph.py", "import random"),
    ("deterministic", "workflows/graph.py", "def run(loop):\n    loop.run_in_executor(None, run)"),
    ("set-order", "workflows/machine/x.py", "for x in {1, 2}:\n    pass"),
    ("set-order", "workflows/machine/x.py", "def f(names: set[str]):\n    return [n for n in names]"),
    ("set-order", "workflows/machine/x.py", "def f(names: frozenset[str] | None):\n    return list(names)"),
    ("set-order", "workflows/machine/x.py", "seen = set()\ndef f():\n    return ', '.join(seen)"),
    ("set-order", "workflows/machine/x.py", "seen = set()\ndef f():\n    return ', '.join(s for s in seen)"),
    ("set-order", "workflows/machine/x.py", "def f(a, b):\n    c = set(a)\n    return tuple(c | b)"),
    ("set-order", "workflows/machine/x.py", "def f(a, b):\n    return [*a.union(b), *set(a)]"),
    ("set-order", "workflows/machine/x.py", "def f(a):\n    return {x: 1 for x in set(a)}"),
    ("set-order", "workflows/machine/x.py", "def f(a: set[str]):\n    return a.pop()"),
    (
        "set-order",
        "workflows/machine/x.py",
        "class A:\n    open: set[str]\n    def f(self):\n        return next(self.open)",
    ),
    (
        "set-order",
        "workflows/machine/x.py",
        "class A:\n    def __init__(self):\n        self.on = set()\nx = list(a.on)",
    ),
    ("one-commit", "activities/orders/actions.py", "async def ship(session):\n    await session.commit()"),
    ("one-commit", "designer_api/routers/cases.py", "def f(s):\n    with s.begin():\n        pass"),
    ("one-commit", "waystation/store/cases.py", "def f(s):\n    return s.commit"),
    ("environment", "activities/http.py", "import os\nkey = os.environ['KEY']"),
    ("environment", "designer_api/app.py", "import os\nkey = os.getenv('KEY')"),
    ("environment", "waystation/store/session.py", "from os import environ"),
    ("one-yaml-reader", "waystation/compiler/library.py", "import yaml"),
    ("one-yaml-reader", "activities/orders/mapping.py", "from yaml import safe_load"),
    ("one-yaml-reader", "bench/cases.py", "from ruamel.yaml import YAML"),
    ("size", "waystation/compiler/big.py", "\n".join(f"x{n} = {n}" for n in range(600))),
    ("unfinished", "waystation/store/cases.py", "x = 1  # TODO: later"),
    ("first-paragraph", "waystation/store/cases.py", None),
    ("name", "activities/orders/helpers.py", "x = 1"),
    ("name", "designer_api/_utils.py", "x = 1"),
    ("syntax", "worker.py", "def ("),
]

HONEST = [
    ("workflows/memory.py", "def at(engine):\n    return engine.now()"),
    ("workflows/nodes/__init__.py", "import importlib"),
    ("workflows/graph.py", "import asyncio\nfrom temporalio import workflow\nnow = workflow.now()"),
    ("workflows/machine/ids.py", "import uuid\nkey = uuid.uuid5(uuid.NAMESPACE_URL, 'x')"),
    ("workflows/machine/ids.py", "from uuid import UUID, uuid5\nfrom pathlib import PurePosixPath"),
    ("workflows/machine/x.py", "def f(a: set[str]):\n    return sorted(a), len(a), any(x for x in a), {*a}"),
    ("workflows/machine/x.py", "def f(a: set[str]):\n    return sorted(x for x in a)"),
    ("workflows/machine/x.py", "def f(a: set[str], b: list[str]):\n    return [x for x in b if x in a]"),
    ("workflows/machine/x.py", "def f():\n    a = set()\n    a.add(1)\ndef g(a: list[str]):\n    return list(a)"),
    ("workflows/machine/x.py", "def f(a: list[str]):\n    return a.pop()"),
    (
        "waystation/expressions/dates.py",
        "def read(t, zone):\n    return datetime.fromtimestamp(t, zone), t.astimezone(zone)",
    ),
    ("waystation/expressions/x.py", "class A:\n    def __hash__(self):\n        return hash(self.source)"),
    ("activities/tickets/actions.py", "import time, random\nfrom datetime import datetime, UTC\nx = datetime.now(UTC)"),
    ("waystation/store/session.py", "async def work(session):\n    await session.commit()"),
    ("activities/orders/actions.py", "async def f(s):\n    async with s.begin_nested():\n        pass"),
    ("waystation/settings.py", "import os\nx = os.environ"),
    ("activities/files.py", "import os\nx = os.path.sep"),
    ("waystation/compiler/source.py", "import yaml"),
    ("tests/unit/compiler/test_source.py", "import yaml"),
]


@pytest.mark.parametrize(("rule", "path", "body"), FAULTS)
def test_a_planted_fault_is_found_by_its_rule(rule: str, path: str, body: str | None) -> None:
    """A rule that stops looking must turn this test red."""
    text = "x = 1\n" if body is None else f"{HEAD}{body}\n"
    assert rule in {finding.rule for finding in check_module(Module(path, text)) if finding.fatal}


@pytest.mark.parametrize(("path", "body"), HONEST)
def test_honest_code_is_left_alone(path: str, body: str) -> None:
    """A lint that cries wolf is switched off by the first person in a hurry."""
    assert check_module(Module(path, f"{HEAD}{body}\n")) == []


@pytest.mark.parametrize(("lines", "fatal"), [(399, None), (401, False), (600, False), (601, True)])
def test_size_warns_before_it_refuses(lines: int, fatal: bool | None) -> None:
    """400 lines are worth a thought, 600 are too many."""
    findings = check_module(Module("activities/big.py", HEAD + "x = 1\n" * (lines - 1)))
    assert [finding.fatal for finding in findings] == ([] if fatal is None else [fatal])


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("machine-path", "see /" + "home/ann/notes"),
        ("machine-path", "cd /" + "root/waystation"),
        ("machine-path", "cd /" + "work/main"),
        ("machine-path", "open C:" + "\\Users\\ann"),
        ("registry", "pip install -i https://" + "pypi" + ".org/simple x"),
        ("registry", "https://registry." + "npmjs.org/x"),
    ],
)
def test_text_of_one_machine_or_registry_is_found(rule: str, line: str) -> None:
    """A path or an address that holds on one machine holds nobody else's hand."""
    assert [finding.rule for finding in check_text("docs/x.md", f"fine\n{line}\n")] == [rule]


@pytest.mark.parametrize("line", ["GET /api/v1/work/items", "../shared/work/x", "https://example.com/home/a", "/work"])
def test_ordinary_paths_are_left_alone(line: str) -> None:
    """Addresses of the API and relative paths are no machine paths."""
    assert list(check_text("docs/x.md", line)) == []


def test_the_tree_is_walked(tmp_path: Path) -> None:
    """New files count before they are committed; ignored ones never do."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("var/\n")
    for folder in ("workflows", "var"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "clock.py").write_text(f"{HEAD}import time\n")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\xff\xfe")
    assert [(finding.path, finding.rule) for finding in check_tree(tmp_path)] == [
        ("workflows/clock.py", "deterministic")
    ]
