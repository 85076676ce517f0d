"""What ships works: every definition is free of problems, every process is covered by scenarios that pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from activities.notifications.templates import load_template
from waystation.bootstrap import build_catalog
from waystation.compiler import compile_process
from waystation.compiler.files import Definitions, find_files
from waystation.contracts.plan import Body, Node, Plan
from waystation.scenario_files import prepare
from waystation.scenario_report import Report
from waystation.scenario_run import MemoryRuns, Runs
from waystation.scenario_temporal import TemporalRuns
from workflows.people import parse_people
from workflows.people.soundness import validate
from workflows.scenarios import read_scenarios

FOLDER = Path(__file__).parents[2] / "definitions"
CATALOG = build_catalog()
SHIPPED = Definitions.read(find_files([FOLDER]))
PROCESSES = sorted(file.id for file in SHIPPED.files if file.kind == "process")
FORMS = sorted(SHIPPED.library.forms)


@cache
def plan_of(process: str) -> Plan:
    source = next(file.source for file in SHIPPED.files if file.kind == "process" and file.id == process)
    return compile_process(source, CATALOG, SHIPPED.library).ready()


def nodes_of(body: Body, prefix: str = "") -> Iterator[tuple[str, Node]]:
    for name, node in body.nodes.items():
        yield f"{prefix}{name}", node
        if node.body is not None:
            yield from nodes_of(node.body, f"{prefix}{name}/")


def notices_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every notice of a plan's part, at any depth."""
    if isinstance(value, dict):
        if "template" in value:
            yield value
        for each in value.values():
            yield from notices_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from notices_in(each)


async def report_of(processes: Sequence[str], runs: Runs, every: int = 1) -> Report:
    """Of all scenarios of these processes, or of every so many of each."""
    report = Report()
    async with runs:
        for process in processes:
            chosen = islice(prepare([FOLDER / f"{process}.scenarios.yaml"], CATALOG), 0, None, every)
            await report.add_all(chosen, runs)
    return report


def test_no_definition_has_a_problem() -> None:
    """No error and no warning in any file that ships."""
    assert [str(problem) for file in SHIPPED.files for problem in SHIPPED.problems(file, CATALOG)] == []


@pytest.mark.parametrize("process", PROCESSES)
async def test_scenarios_pass_and_cover_every_node_and_edge(process: str) -> None:
    """In memory; whatever no scenario reaches is named."""
    report = await report_of([process], MemoryRuns(CATALOG))
    assert report.passed, report.as_text()
    covered = report.covered[process]
    assert [node for node in covered.all_nodes if node not in covered.nodes] == []
    assert [edge for edge in covered.all_edges if edge not in covered.edges] == []


@pytest.mark.temporal
@pytest.mark.slow
async def test_the_same_scenarios_pass_on_a_temporal_server() -> None:
    """Unchanged, with skipped time; one or two of each process here, all of them in tests/prove."""
    report = await report_of(PROCESSES, TemporalRuns(CATALOG), every=24)
    assert report.passed, report.as_text()
    assert {Path(row.file).name for row in report.rows} == {f"{process}.scenarios.yaml" for process in PROCESSES}


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_is_tried_where_it_must_refuse(process: str) -> None:
    """Happy ways alone prove little: each file also has steps that must be refused, and ends that are reached."""
    tree = next(file.tree for file in SHIPPED.files if file.path.name == f"{process}.scenarios.yaml")
    steps = [step for scenario in read_scenarios(tree, _complain).scenarios for step in scenario.steps]
    assert sum(verb == "refuse" for verb, _, _ in steps) >= 3
    assert sum(verb == "expect" and "ended" in args for verb, args, _ in steps) >= 3


@pytest.mark.parametrize("process", PROCESSES)
def test_people_of_both_languages_can_read_every_process(process: str) -> None:
    """Titles of the process, its nodes, its data fields and its outcomes in Chinese and English."""
    plan = plan_of(process)
    titled = {"process": plan.title, "description": plan.description}
    titled |= {name: node.title for name, node in nodes_of(plan.body)}
    titled |= {f"data.{name}": field.get("title", "") for name, field in plan.data.items()}
    for name, node in nodes_of(plan.body):
        outcomes = node.params.get("outcomes", {})
        titled |= {f"{name}.{outcome}": each["title"] for outcome, each in outcomes.items() if len(outcomes) > 1}
    assert [name for name, title in titled.items() if not _bilingual(title)] == []


@pytest.mark.parametrize("form", FORMS)
def test_people_of_both_languages_can_read_every_form(form: str) -> None:
    """A form's title and the title of each of its fields."""
    found = SHIPPED.library.forms[form]
    titled = {"form": found.title} | {name: field.get("title", "") for name, field in found.fields.items()}
    assert [name for name, title in titled.items() if not _bilingual(title)] == []


@pytest.mark.parametrize("process", PROCESSES)
def test_every_human_task_has_a_time_limit(process: str) -> None:
    """Nothing waits for a person for ever; visits are bound by their case."""
    plan = plan_of(process)
    if plan.deadline is None:
        waiting = [(name, node) for name, node in nodes_of(plan.body) if node.kind in ("task", "approval")]
        assert [name for name, node in waiting if "deadline" not in node.params] == []


@pytest.mark.parametrize("process", PROCESSES)
def test_notices_hand_over_what_their_template_shows(process: str) -> None:
    """A notice gives exactly the values that its template names."""
    plan = plan_of(process)
    parts = [node.params for _, node in nodes_of(plan.body)]
    if plan.deadline is not None:
        parts.append({"steps": [step.notify for step in plan.deadline.steps]})
    for notice in notices_in([part for part in parts if part]):
        template = load_template(notice["template"])
        assert set(notice.get("values") or {}) == set(template.values), notice["template"]


def test_the_demo_people_are_sound() -> None:
    """About twenty people; no circle of command, no proxy loop, nobody who is not there; somebody for every role."""
    tree = next(file.tree for file in SHIPPED.files if file.kind == "people")
    organisation = parse_people(tree)
    assert validate(organisation) == []
    assert 20 <= len(organisation.people) <= 30
    held = {role for person in organisation.people.values() for role in person.roles}
    held |= {role for holder in list(held) for role in organisation.inherits.get(holder, ())}
    assert set(organisation.inherits) <= held


def _bilingual(text: Any) -> bool:
    return isinstance(text, dict) and bool(text.get("zh")) and bool(text.get("en"))


def _complain(path: Any, zh: str, en: str, *, known: frozenset[str] = frozenset()) -> None:
    raise AssertionError(f"{path}: {en} {zh} {sorted(known)}")
