"""Scenario files of a set of folders, made ready to run: local processes compiled, actions stubbed or real.

The same `Setup` feeds the in-memory engine and the one on a Temporal server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from msgspec.structs import replace as replace_struct

from waystation.compiler import compile_process
from waystation.compiler.files import DefinitionFile, Definitions, each_once, find_files, stubs_of, surroundings
from waystation.compiler.files import read_file as read_definition
from waystation.compiler.messages import problem_of
from waystation.compiler.problem_text import as_text
from waystation.contracts.catalog import Catalog
from waystation.contracts.errors import DefinitionInvalid, Refused
from waystation.contracts.people import Organisation, Person
from waystation.contracts.plan import Plan
from waystation.contracts.problems import Path as DocumentPath
from waystation.contracts.problems import Problem, has_errors
from workflows.machine import Program
from workflows.people import parse_people
from workflows.scenarios import Scenario, ScenarioFile, read_scenarios

_SCENARIO_KEY = re.compile(r"^\s*[\"']?scenarios?[\"']?\s*:", re.MULTILINE)


@dataclass(slots=True)
class Setup:
    """One scenario with all it needs. `plans` are the latest versions; `versions` all of those that have several."""

    file: str
    line: int
    scenario: Scenario
    plans: Mapping[str, Plan]
    organisation: Organisation
    versions: Mapping[str, list[Plan]] = field(default_factory=dict)
    lines: Mapping[DocumentPath, int] = field(default_factory=dict)  # of its start and its steps


@dataclass(slots=True)
class Broken:
    """A scenario file that cannot be run, and why."""

    file: str
    report: str


@dataclass(slots=True)
class PlanBook:
    """The processes of one scenario. One that the file has several times has several versions, numbered in order."""

    plans: Mapping[str, Plan]
    versions: Mapping[str, list[Plan]] = field(default_factory=dict)
    programs: dict[tuple[str, int], Program] = field(default_factory=dict)

    def processes(self) -> list[str]:
        return list(self.plans)

    def latest(self, process: str) -> tuple[int, Program]:
        count = len(self._all(process))
        return count, self.numbered(process, count)

    def numbered(self, process: str, version: int) -> Program:
        plans = self._all(process)
        if not 1 <= version <= len(plans):
            raise Refused("unknown_version", f"{process} has no version {version}", f"{process} 没有版本 {version}")
        if (process, version) not in self.programs:
            self.programs[process, version] = Program(plans[version - 1])
        return self.programs[process, version]

    def _all(self, process: str) -> list[Plan]:
        plan = self.plans.get(process)
        if plan is None:
            raise Refused("unknown_process", f"there is no process {process}", f"没有流程 {process}")
        return self.versions.get(process) or [plan]


def shipped_definitions() -> Path:
    """The folder of definitions that came with the product."""
    return Path(__file__).resolve().parent.parent / "definitions"


@lru_cache(maxsize=1)
def shipped_processes() -> frozenset[str]:
    """The ids of the processes that came with the product: a scenario anywhere may start them."""
    return frozenset(file.id for file in map(_read, find_files([shipped_definitions()])) if file.kind == "process")


def prepare(paths: Iterable[Path], catalog: Catalog) -> Iterator[Setup | Broken]:
    """Every scenario under `paths`, in order of files.

    Raises:
        OSError: a path cannot be read.
    """
    paths = list(paths)
    wanted = find_files(paths)
    around = [*surroundings(paths), *_beside(wanted), *find_files([shipped_definitions()])]
    definitions = Definitions([_read(path) for path in dict.fromkeys(path.resolve() for path in (*around, *wanted))])
    asked = {path.resolve(): path for path in wanted}
    for file in definitions.files:
        if file.kind == "scenario" and file.path in asked:
            yield from _file(file, asked[file.path], definitions, catalog)
        elif file.path in asked and _hides_scenarios(file):
            shown = str(asked[file.path])
            found = [
                replace(each, place=replace(each.place, file=shown)) for each in definitions.problems(file, catalog)
            ]
            yield Broken(shown, as_text(found, {shown: file.source}, files=1, language="en"))


def _hides_scenarios(file: DefinitionFile) -> bool:
    """Whether a syntax error has swallowed what says that the file holds scenarios: they must not be lost quietly."""
    return bool(file.source.flaws) and (not file.tree or _SCENARIO_KEY.search(file.source.text) is not None)


def _read(path: Path) -> DefinitionFile:
    """Read a file, or take it as it was read before if it has not changed since."""
    stat = path.stat()
    return _read_once(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=500)
def _read_once(path: Path, _changed_ns: int, _size: int) -> DefinitionFile:
    return read_definition(path)


def _beside(files: Iterable[Path]) -> list[Path]:
    """Files in the same folders: a scenario stands beside its process."""
    folders = dict.fromkeys(path.parent for path in files)
    return [each for folder in folders for each in sorted(folder.glob("*.y*ml"))]


def _file(file: DefinitionFile, shown: Path, definitions: Definitions, catalog: Catalog) -> Iterator[Setup | Broken]:
    faults: list[Problem] = []
    scenarios = read_file(file, faults, str(shown))
    versions: dict[str, list[Plan]] = {}
    plans, problems = _plans(file, scenarios, definitions, catalog, versions)
    problems = list(each_once([*faults, *problems]))
    if has_errors(problems):
        sources = {str(file.path): file.source, str(shown): file.source}
        yield Broken(str(shown), as_text(problems, sources, files=1, language="en"))
        return
    for scenario in scenarios.scenarios:
        place = file.source.place(scenario.path)
        try:
            people = _organisation(scenario, definitions)
        except DefinitionInvalid as invalid:
            yield Broken(f"{shown}:{place.line}", "\n".join(str(problem) for problem in invalid.problems))
            continue
        places = [(*scenario.path, "start"), *(path for _, _, path in scenario.steps)]
        lines = {path: file.source.place(path).line for path in places}
        yield Setup(str(shown), place.line, scenario, plans, people, versions, lines)


def _organisation(scenario: Scenario, definitions: Definitions) -> Organisation:
    """The scenario's own people, else those of the definitions around it."""
    if scenario.people is not None:
        return with_admin(parse_people(scenario.people))
    organisation = Organisation()
    for each in definitions.files:
        if each.kind == "people":
            organisation = parse_people(each.tree, organisation)
    return organisation


def read_file(file: DefinitionFile, faults: list[Problem], shown: str) -> ScenarioFile:
    """The scenarios of a file; what is wrong with its shape is added to `faults`."""

    def complain(path: DocumentPath, zh: str, en: str, *, known: frozenset[str] = frozenset()) -> None:
        place = replace(file.source.place(path, key=bool(known)), file=shown)
        if known:
            faults.append(problem_of("unknown_key", place, {"name": path[-1], "known": sorted(known)}, path=path))
        else:
            faults.append(Problem("bad_scenario", place, zh, en, path=path))

    return read_scenarios(file.tree, complain)


def _plans(
    file: DefinitionFile,
    scenarios: ScenarioFile,
    definitions: Definitions,
    catalog: Catalog,
    versions: dict[str, list[Plan]],
) -> tuple[dict[str, Plan], list[Problem]]:
    """Local processes, and every other process that a scenario or a call can reach."""
    plans: dict[str, Plan] = {}
    problems: list[Problem] = []
    for compiled in definitions.scenario_processes(file, catalog):
        problems += compiled.problems
        if compiled.plan is not None:
            plans[compiled.plan.process] = compiled.plan
            versions.setdefault(compiled.plan.process, []).append(compiled.plan)
    todo = [name for name in _named(scenarios) if name not in plans] + [
        name for plan in plans.values() for name in _called(plan)
    ]
    files = _process_files(file, definitions)
    known = definitions.known_beside(file)
    library = replace(definitions.library, processes=known, untyped_actions=stubs_of(file.tree))
    if shipped_definitions() not in file.path.parents:  # people and templates are then the scenario's own affair
        library = replace(library, roles=None, groups=None, users=None, templates=None)
    while todo:
        name = todo.pop()
        if name in plans or name not in files:
            continue
        compiled = compile_process(files[name].source, catalog, library)
        problems += [problem for problem in compiled.problems if problem.is_error]
        if compiled.plan is not None:
            plans[name] = compiled.plan
            todo += _called(compiled.plan)
    return plans, problems


def _named(scenarios: ScenarioFile) -> list[str]:
    names = [scenario.process for scenario in scenarios.scenarios]
    for scenario in scenarios.scenarios:
        starts = [args for verb, args, _ in scenario.steps if verb == "start"]
        names += [str(args["process"]) for args in starts if "process" in args]
    return list(dict.fromkeys(names))


def _called(plan: Plan) -> list[str]:
    found: list[str] = []
    bodies = [plan.body]
    while bodies:
        for node in bodies.pop().nodes.values():
            if node.kind == "call":
                found.append(str(node.params["process"]))
            if node.body is not None:
                bodies.append(node.body)
    return found


def _process_files(file: DefinitionFile, definitions: Definitions) -> dict[str, DefinitionFile]:
    """Process files by id; those in the scenario's own folder come before others."""
    found: dict[str, DefinitionFile] = {}
    ordered = sorted(definitions.files, key=lambda each: each.path.parent != file.path.parent)
    for each in ordered:
        if each.kind == "process":
            found.setdefault(each.id, each)
    return found


def with_admin(organisation: Organisation) -> Organisation:
    """A scenario always has somebody for tasks nobody was found for: `admin`, unless its people name one."""
    if organisation.admins or any("admin" in person.roles for person in organisation.people.values()):
        return organisation
    admin = Person("admin", roles=("admin",))
    return replace_struct(organisation, people={**organisation.people, "admin": admin})
