"""What the compiler does not look at: the shape of scenarios, and whether people fit together. Nothing is run here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from waystation.compiler.files import DefinitionFile, Definitions
from waystation.compiler.messages import problem_of
from waystation.contracts.errors import DefinitionInvalid
from waystation.contracts.people import Organisation
from waystation.contracts.problems import Path, Problem
from waystation.scenario_files import read_file, shipped_processes
from workflows.people import parse_people, validate
from workflows.scenarios import ScenarioFile


def file_problems(file: DefinitionFile, definitions: Definitions) -> list[Problem]:
    """Everything wrong with a file of scenarios or people, in the order of the text; of other files nothing."""
    found: list[Problem] = []
    if file.source.damaged:
        return found
    if file.kind == "people":
        found = [_placed(file, problem, ()) for problem in _of_people(file.tree)]
    elif file.kind == "scenario":
        scenarios = read_file(file, found, str(file.path))
        found += _without_process(file, scenarios, definitions)
        found += [_placed(file, problem, base) for base, tree in _casts(file.tree) for problem in _of_people(tree)]
    return sorted(dict.fromkeys(found), key=lambda problem: (problem.place.line, problem.place.column))


def _of_people(written: Any) -> list[Problem]:
    if not isinstance(written, Mapping):
        return []  # said where the shape of scenarios is read
    try:
        organisation: Organisation = parse_people(written)
    except DefinitionInvalid as invalid:
        return list(invalid.problems)
    return validate(organisation) if "people" in written else []


def _casts(tree: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The people of a scenario file: those for all, those of one scenario, and those that a step changes."""
    several = tree.get("scenarios")
    rows: list[tuple[Path, Any]] = [((), tree)]
    rows += [(("scenarios", index), row) for index, row in enumerate(several if isinstance(several, list) else ())]
    for path, row in rows:
        if isinstance(row, Mapping):
            yield (*path, "people"), row.get("people")


def _without_process(file: DefinitionFile, scenarios: ScenarioFile, definitions: Definitions) -> Iterator[Problem]:
    known = definitions.known_beside(file)
    if known is None:
        return
    for scenario in scenarios.scenarios:
        name = scenario.process
        if name and name not in known and name not in shipped_processes():
            path: Path = next(path for path in ((*scenario.path, "process"), ("process",), scenario.path) if path)
            place = file.source.place(path)
            yield problem_of("unknown_process", place, {"name": name, "known": sorted(known)}, path=path)


def _placed(file: DefinitionFile, problem: Problem, base: Path) -> Problem:
    path = (*base, *problem.path)
    return replace(problem, path=path, place=file.source.place(path, key=problem.code == "unknown_key"))
