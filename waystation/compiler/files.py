"""Files and folders of definitions: which file is what, what a process in one of them may name, what is wrong in all.

A file is known by its top keys, never by its name. Files of other parts of the product (channels, areas, demo data …)
are only read as YAML here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from waystation.compiler.compiling import Compiled, compile_process
from waystation.compiler.library import Library, Signature
from waystation.compiler.parts import CompiledPart, compile_calendar, compile_form, compile_table, signature_of
from waystation.compiler.reporting import Report
from waystation.compiler.source import Source, read_source
from waystation.contracts.catalog import Catalog
from waystation.contracts.problems import Problem
from waystation.contracts.work_calendar import WorkCalendar

#: Top key -> kind of file; the first that a file has decides.
KINDS = {
    "scenarios": "scenario",
    "scenario": "scenario",
    "processes": "scenario",
    "process": "process",
    "form": "form",
    "table": "table",
    "calendar": "calendar",
    "template": "template",
    "templates": "template",
    "people": "people",
}
#: Top keys of files that other parts of the product read.
OTHERS = (
    "areas",
    "channel",
    "classifier",
    "demo",
    "layout",
    "maintenance",
    "organisation",
    "presets",
    "prices",
    "settings",
    "tenant",
    "words",
)
#: Keys that hardly any file but ours has on top: one with such a key lacks the key that says what it is.
_OURS = frozenset(("waystation", "nodes", "fields", "inputs", "rules", "steps", "start", "hours"))
_UNIQUE = ("process", "form", "table", "calendar", "template")
_ENDINGS = (".yaml", ".yml")
#: Where forms, tables and calendars are looked for around a file that is checked alone.
_HOME = "definitions"


@dataclass(frozen=True, slots=True, eq=False)
class DefinitionFile:
    """A file that was read. `kind` is None where it is none of ours."""

    path: Path
    source: Source
    kind: str | None

    @property
    def tree(self) -> Mapping[str, Any]:
        return self.source.tree if isinstance(self.source.tree, dict) else {}

    @property
    def is_stranger(self) -> bool:
        """Nothing says that the file is meant for us: YAML of some other program that stands in the same folder."""
        return self.kind is None and _OURS.isdisjoint(self.tree) and not any(key in OTHERS for key in self.tree)

    @property
    def id(self) -> str:
        name = self.tree.get(self.kind) if self.kind is not None else None
        return name if isinstance(name, str) else ""


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The YAML files among and under `paths`, in order, each once; hidden folders are left out."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = (each for each in path.rglob("*") if each.suffix in _ENDINGS and each.is_file())
            visible = (each for each in inside if not any(p.startswith(".") for p in each.relative_to(path).parts))
            found.update(dict.fromkeys(sorted(visible)))
        else:
            found[path] = None
    return list(found)


def read_file(path: Path) -> DefinitionFile:
    """Read one file.

    Raises:
        OSError: it cannot be opened.
    """
    source = read_source(path.read_bytes(), file=str(path))
    return DefinitionFile(path, source, kind_of(source.tree))


def kind_of(tree: Any) -> str | None:
    """What a file is, by its top keys."""
    keys = tree if isinstance(tree, dict) else {}
    return next((kind for key, kind in KINDS.items() if key in keys), None)


def surroundings(paths: Iterable[Path]) -> list[Path]:
    """Other files that what stands in `paths` may name: those of the folder `definitions` around them, if any."""
    homes: dict[Path, None] = {}
    for path in paths:
        around = [path, *path.parents] if path.is_dir() else list(path.parents)
        homes.update(dict.fromkeys(each for each in around if each.name == _HOME))
    return find_files(homes)


@cache
def shipped_calendars() -> Mapping[str, WorkCalendar]:
    """The calendars that come with the product: `calendar: cn` is known everywhere."""
    folder = Path(__file__).resolve().parent.parent.parent / _HOME / "calendars"
    parts = [compile_calendar(read_file(path).source) for path in find_files([folder])]
    return {part.id: part.value for part in parts if part.value is not None}


class Definitions:
    """A set of files with the library that they make together.

    `closed` says that these are all there are: a process that none of them defines does not exist.
    """

    def __init__(self, files: Sequence[DefinitionFile], *, closed: bool = True) -> None:
        self.files = files
        self._closed = closed
        self._parts: dict[Path, CompiledPart[Any]] = {
            file.path: _COMPILERS[file.kind](file.source) for file in files if file.kind in _COMPILERS
        }
        self.library = self._library()
        self._first: dict[tuple[str | None, str], DefinitionFile] = {}
        for file in files:
            if file.kind in _UNIQUE and file.id:
                self._first.setdefault((file.kind, file.id), file)

    @classmethod
    def read(cls, paths: Iterable[Path], *, closed: bool = True) -> Definitions:
        """Read files.

        Raises:
            OSError: one cannot be opened.
        """
        once: dict[Path, Path] = {}
        for path in paths:
            once.setdefault(path.resolve(), path)
        return cls([read_file(path) for path in once.values()], closed=closed)

    def _of(self, kind: str) -> dict[str, Any]:
        parts = (self._parts[file.path] for file in self.files if file.kind == kind)
        found: dict[str, Any] = {}
        for part in parts:  # of two with one name the first counts: what was asked for comes before what is around it
            if part.value is not None:
                found.setdefault(part.id, part.value)
        return found

    def _library(self) -> Library:
        forms = self._of("form")
        processes: dict[str, Signature | None] = {
            file.id: signature_of(file.tree, forms) for file in self.files if file.kind == "process" and file.id
        }
        return Library(
            forms=forms,
            tables=self._of("table"),
            calendars={**shipped_calendars(), **self._of("calendar")},
            processes=processes if self._closed else None,
            templates=frozenset(self._templates()) or None,
            roles=self._people("roles"),
            groups=self._people("groups"),
            users=self._persons(),
        )

    def _templates(self) -> Iterator[str]:
        for file in self.files:
            if file.kind == "template":
                several = file.tree.get("templates")
                yield from several if isinstance(several, dict) else [file.id]

    def _people(self, key: str) -> frozenset[str] | None:
        """The roles or groups that people files declare or give to somebody; None where there are no such files."""
        files = [file.tree for file in self.files if file.kind == "people"]
        return frozenset(name for tree in files for name in _names_in(tree, key)) if files else None

    def _persons(self) -> frozenset[str] | None:
        """The ids of the people; None where there are no people files."""
        files = [file.tree for file in self.files if file.kind == "people"]
        people = [tree["people"] for tree in files if isinstance(tree.get("people"), dict)]
        return frozenset(name for each in people for name in each) if files else None

    def problems(self, file: DefinitionFile, catalog: Catalog) -> tuple[Problem, ...]:
        """Everything wrong with one of the files."""
        return (*self._twice(file), *self._own_problems(file, catalog))

    def _twice(self, file: DefinitionFile) -> tuple[Problem, ...]:
        """A problem for an id that another file has had before."""
        first = self._first.get((file.kind, file.id))
        if first is None or first is file:
            return ()
        report = Report(file.source)
        report.add("duplicate_key", (str(file.kind),), variant="file", name=file.id, first=first.path)
        return tuple(problem for problem in report.problems() if problem.path)

    def _own_problems(self, file: DefinitionFile, catalog: Catalog) -> tuple[Problem, ...]:
        if file.kind == "process":
            return self.compile(file, catalog).problems
        if file.kind == "scenario":
            several = (compiled.problems for compiled in self.scenario_processes(file, catalog))
            return each_once(problem for problems in several for problem in problems)
        if file.path in self._parts:
            return self._parts[file.path].problems
        report = Report(file.source)
        if file.kind is None and not any(key in OTHERS for key in file.tree) and not file.source.flaws:
            report.add("unknown_key", (), variant="stranger" if file.is_stranger else "file")
        return report.problems()

    def compile(self, file: DefinitionFile, catalog: Catalog) -> Compiled:
        """Compile a process file."""
        return compile_process(file.source, catalog, self.library)

    def known_beside(self, file: DefinitionFile) -> Mapping[str, Signature | None] | None:
        """The processes that a scenario file's processes may call: its own, and those of the process files."""
        if not self._closed:
            return None
        local = file.tree.get("processes")
        trees = [tree for tree in local if isinstance(tree, dict)] if isinstance(local, list) else []
        own = {str(tree.get("process")): signature_of(tree, self.library.forms) for tree in trees}
        return {**(self.library.processes or {}), **own}

    def scenario_processes(self, file: DefinitionFile, catalog: Catalog) -> Iterator[Compiled]:
        """Compile the local processes of a scenario file; its people and templates are the scenario's own affair."""
        local = file.tree.get("processes")
        processes = local if isinstance(local, list) else []
        library = replace(
            self.library,
            processes=self.known_beside(file),
            roles=None,
            groups=None,
            users=None,
            templates=None,
            untyped_actions=stubs_of(file.tree),
        )
        for index in range(len(processes)):
            yield compile_process(file.source, catalog, library, at=("processes", index))
        if not processes:
            yield Compiled(None, Report(file.source).problems())


def each_once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems in order; what is wrong with a whole file is found with every process in it."""
    return tuple({(problem.code, problem.place, problem.en): problem for problem in problems}.values())


def stubs_of(tree: Mapping[str, Any]) -> frozenset[str]:
    """The actions that the scenarios of a file stub."""
    several = tree.get("scenarios")
    places = [tree, *(several if isinstance(several, list) else [])]
    actions = [place.get("actions") for place in places if isinstance(place, dict)]
    return frozenset(name for each in actions if isinstance(each, dict) for name in each)


def _names_in(tree: Mapping[str, Any], key: str) -> Iterator[str]:
    """Roles (or groups) that a people file declares, inherits, or gives to somebody."""
    declared, people = tree.get(key), tree.get("people")
    yield from (name for name in declared or () if isinstance(name, str))
    inherited = declared.values() if isinstance(declared, dict) else ()
    persons = people.values() if isinstance(people, dict) else ()
    for given in (
        *(each.get("inherits") for each in inherited if isinstance(each, dict)),
        *(each.get(key) if isinstance(each, dict) else each if key == "roles" else None for each in persons),
    ):
        yield from (name for name in given or () if isinstance(name, str))


_COMPILERS: dict[str | None, Callable[[Source], CompiledPart[Any]]] = {
    "form": compile_form,
    "table": compile_table,
    "calendar": compile_calendar,
}
