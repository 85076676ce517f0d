"""Every scenario file of the project passes in memory; a scenario that must fail does fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from waystation.bootstrap import build_catalog
from waystation.scenario_files import Broken, prepare
from waystation.scenario_report import Report
from waystation.scenario_run import MemoryRuns

ROOT = Path(__file__).parent.parent.parent
#: Those of `definitions/` are run by tests/definitions.
FOLDERS = ("tests/patterns", "tests/approvals", "tests/engine", "tests/language")
FILES = sorted(
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.yaml")
    if "scenario" in path.read_text(encoding="utf-8")
)


async def run(*paths: Path) -> Report:
    catalog, report = build_catalog(), Report()
    async with MemoryRuns(catalog) as runs:
        await report.add_all(prepare(paths, catalog), runs)
    return report


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
async def test_a_file_passes(path: Path) -> None:
    """What the file says is what happens."""
    report = await run(path)
    assert report.passed, report.as_text()


WRONG = """
processes:
  - waystation: 1
    process: p
    data: {{ n: {{ type: integer, default: 1 }} }}
    nodes:
      a: {{ kind: task, assign: [{{ user: ann }}], next: b }}
      b: {{ kind: end, outcome: fine }}
people: {{ ann: [staff], bob: [staff] }}
scenario: wrong
start: {{ as: ann }}
steps:
  - {step}
"""


@pytest.mark.parametrize(
    "step",
    [
        "expect: { open: [] }",
        "expect: { open: [a, a] }",
        "expect: { open: [b] }",
        "expect: { assigned: { a: [bob] } }",
        "expect: { assigned: { b: [ann] } }",
        "expect: { ended: fine }",
        "expect: { path: [b] }",
        "expect: { path: ['*', b] }",
        "expect: { visited: [a] }",
        "expect: { not_visited: [start], visited: [b] }",
        "expect: { data: { n: 2 } }",
        "expect: { data: { m: 1 } }",
        "expect: { data: { n: true } }",
        "expect: { incident: { a: x } }",
        "expect: { inbox: { bob: [a] } }",
        "expect: { breached: [a] }",
        "expect: { undone: [a] }",
        "expect: { actions: [x.y] }",
        "expect: { order: [[a, b]] }",
        "complete: { task: a, as: bob }",
        "complete: { task: b, as: ann }",
        "refuse: { complete: { task: a, as: ann }, code: not_yours }",
        "refuse: { complete: { task: a, as: bob }, code: not_open }",
        "advance: 2 workdays",
        "message: { nam: x }",
        "jump_up: {}",
        "expect: { opne: [a] }",
    ],
)
async def test_a_wrong_scenario_fails(step: str, tmp_path: Path) -> None:
    """A check that cannot fail is none: each of these steps is wrong, and the run says so."""
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG.format(step=step), encoding="utf-8")
    report = await run(file)
    assert not report.passed


async def test_what_is_wrong_is_said_in_both_languages(tmp_path: Path) -> None:
    """A reader of Chinese gets no English sentence; names, values and codes are the same in both."""
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG.format(step="expect: { data: { n: 2 }, ended: fine, open: [b] }"), encoding="utf-8")
    row = (await run(file)).rows[0]
    assert [(line.zh, line.en) for line in row.said] == [
        ("数据.n：期望 2，实际 1", "data.n: expected 2, found 1"),
        ("结束结果：期望 fine，实际 未结束（停在：a）", "ended: expected fine, found not ended (open: a)"),
        ("待办节点：没有 b；实际 ['a']", "open: b is not there; found ['a']"),
        ("待办节点：另有 ['a']", "open: also found ['a']"),
    ]
    file.write_text(WRONG.format(step="complete: { task: a, as: bob }"), encoding="utf-8")
    refused = (await run(file)).rows[0].said[0]
    assert refused.zh.startswith("被拒绝（not_yours）：")
    assert refused.en.startswith("refused with not_yours: ")


async def test_an_empty_folder_fails(tmp_path: Path) -> None:
    """`waystation test` on nothing is a failure, not a success."""
    assert not (await run(tmp_path)).passed


async def test_a_broken_process_names_its_place(tmp_path: Path) -> None:
    """A scenario file whose local process does not compile is reported with file, line and code."""
    file = tmp_path / "broken.yaml"
    file.write_text(WRONG.format(step="expect: {}").replace("next: b", "next: c"), encoding="utf-8")
    items = list(prepare([file], build_catalog()))
    assert [type(item) for item in items] == [Broken]
    broken = items[0]
    assert isinstance(broken, Broken)
    assert "unknown_node" in broken.report
    assert ":7:" in broken.report


@pytest.mark.parametrize(
    "text", ["scenario: [x\nprocess: p\nsteps: []\n", "\tscenario: x\n\tprocess: p\n", "a: [1\n b: 2\n"]
)
async def test_a_file_whose_syntax_hides_its_scenarios_fails(text: str, tmp_path: Path) -> None:
    """Beside one that passes it would otherwise be lost quietly."""
    (tmp_path / "good.yaml").write_text(WRONG.format(step="expect: { open: [a] }"), encoding="utf-8")
    assert (await run(tmp_path)).passed
    (tmp_path / "hidden.yaml").write_text(text, encoding="utf-8")
    report = await run(tmp_path)
    assert not report.passed
    assert "hidden.yaml" in report.as_text()
