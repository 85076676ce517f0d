"""`expect`: is a case as the scenario says? Lists are exact; `data` is a subset; every difference is told at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from waystation.contracts.events import Entry, EntryKind
from workflows.engine import Engine
from workflows.facts import facts_for
from workflows.forecast import forecast
from workflows.machine import CaseState, Program
from workflows.machine.commands import is_among
from workflows.machine.run import node_key
from workflows.machine.state import Activation
from workflows.panel import answerers, viewers

#: Kinds that stand open by themselves; the others contain something or pass at once.
LEAVES = ("task", "approval", "wait", "receive")


#: What can be asked where no case has been started yet.
OF_ALL_CASES = {"inbox", "visible"}


class Failure(Exception):
    """Something is not as expected; one line each."""

    def __init__(self, *lines: str) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


@dataclass(slots=True)
class World:
    """What a scenario can look at: its cases, the one meant by default, and the engine."""

    engine: Engine
    cases: Mapping[str, str]
    last: str


@dataclass(frozen=True, slots=True)
class Named:
    """An activation with the names it goes by: visit path, node key, node id."""

    act: Activation
    kind: str
    path: str

    @property
    def names(self) -> tuple[str, ...]:
        key = node_key(self.path)
        return (self.path, key, key.rsplit("/", 1)[-1])


async def check(world: World, wanted: Mapping[str, Any]) -> None:
    """Compare.

    Raises:
        Failure: with every difference.
    """
    case = world.last if wanted.get("case") is None else world.cases.get(str(wanted["case"]), "")
    if not case and not wanted.keys() <= OF_ALL_CASES:
        raise Failure(f"there is no case {wanted.get('case') or ''}".strip())
    look = _Look(world, case)
    if case:
        await look.load()
    lines: list[str] = []
    for key, value in wanted.items():
        if key != "case":
            lines += await look.compare(key, value)
    if lines:
        raise Failure(*lines)


class _Look:
    def __init__(self, world: World, case: str) -> None:
        self.world = world
        self.engine = world.engine
        self.case = case

    async def load(self) -> None:
        self.state = await self.engine.state(self.case)
        self.program = await self.engine.program(self.case)
        self.entries = await self.engine.journal(self.case)
        self.open = await open_activations(self.engine, self.case)

    async def compare(self, key: str, wanted: Any) -> list[str]:
        match key:
            case "open":
                return self._open(_strings(wanted))
            case "assigned":
                return self._assigned(wanted)
            case "breached":
                breached = [named for named in self.open if named.act.breached]
                return _matched("breached", _strings(wanted), breached, breached)
            case "path":
                return _path(_strings(wanted), entered(self.entries, self.program))
            case "undone":
                return _list("undone", _strings(wanted), [e.node for e in self.entries if e.kind is EntryKind.UNDONE])
            case "actions":
                done = [str(e.data["action"]) for e in self.entries if e.kind is EntryKind.ACTION_DONE]
                return _list("actions", _strings(wanted), done)
            case "visited" | "not_visited":
                return self._visited(key, _strings(wanted))
            case "order":
                return self._order(wanted)
            case "incident":
                return self._incident(wanted or {})
            case "inbox" | "visible":
                return await self._inbox(key, wanted)
            case "forecast":
                return await self._forecast(wanted)
            case "ended":
                return self._ended(wanted)
            case "failed":
                return self._ended(f"failed: {wanted}")
            case "data":
                return _subset("data", wanted, self.state.data)
            case "title":
                return [] if self.state.title == wanted else [f"title: expected {wanted!r}, found {self.state.title!r}"]
            case "notices":
                told = [str(e.data["template"]) for e in self.entries if e.kind is EntryKind.NOTICE]
                return _list("notices", _strings(wanted), told)
            case "sent":
                sent = [str(e.data["name"]) for e in self.entries if e.kind is EntryKind.MESSAGE_SENT]
                return _list("sent", _strings(wanted), sent)
            case _:
                return [f"unknown expectation {key!r}"]

    # --------------------------------------------------------------------------------------------- open
    def _open(self, wanted: list[str]) -> list[str]:
        """Leaves must be named; what contains them (race, scope, foreach, call) and incidents may be."""
        leaves = [named for named in self.open if named.kind in LEAVES and named.act.phase == "open"]
        return _matched("open", wanted, leaves, self.open)

    def _assigned(self, wanted: Mapping[str, Any]) -> list[str]:
        lines = []
        for name, people in wanted.items():
            named = _find(self.open, str(name))
            expected = sorted(_strings(people))
            if named is None or named.act.panel is None:
                if expected or named is not None:
                    lines.append(f"assigned: {name} is not open")
                continue
            asked = sorted(answerers(named.act.panel))
            if expected != asked and expected != sorted(viewers(named.act.panel)):
                lines.append(f"assigned: {name}: expected {expected}, found {asked}")
        return lines

    async def _inbox(self, key: str, wanted: Mapping[str, Any]) -> list[str]:
        rows: list[tuple[Named, CaseState, Program]] = []
        for case in await _apart(self.engine, self.world.cases.values()):
            state, program = await self.engine.state(case), await self.engine.program(case)
            rows += [(named, state, program) for named in await open_activations(self.engine, case)]
        lines = []
        for person, tasks in wanted.items():
            seen = [
                named
                for named, _, program in rows
                if named.act.panel is not None
                and named.act.phase == "open"
                and (
                    str(person) in viewers(named.act.panel)
                    or (key == "visible" and self._may_see(program, str(person)))
                )
            ]
            lines += _matched(f"{key} of {person}", _strings(tasks), seen, seen)
        return lines

    def _may_see(self, program: Program, person: str) -> bool:
        access = program.plan.access.see
        facts = facts_for(self.engine.organisation(), person, program.plan.process, self.engine.now())
        return not access or is_among(access, person, facts)

    async def _forecast(self, wanted: Any) -> list[str]:
        expected = [(str(node), sorted(_strings(people))) for node, people in wanted]
        found = [(row.node, sorted(row.people)) for row in await forecast(self.engine, self.case)]
        now_open = {node_key(named.path) for named in self.open}
        later = [row for row in found if row[0] not in now_open]
        return [] if expected in (found, later) else [f"forecast: expected {expected}, found {found}"]

    # ------------------------------------------------------------------------------------------- history
    def _visited(self, key: str, wanted: list[str]) -> list[str]:
        left = {entry.node for entry in self.entries if entry.kind is EntryKind.NODE_LEFT}
        left |= {entry.path for entry in self.entries if entry.kind is EntryKind.NODE_LEFT}
        names = left | {name.rsplit("/", 1)[-1] for name in left}
        if key == "visited":
            return [f"visited: {name} was not visited" for name in wanted if name not in names]
        return [f"not_visited: {name} was visited" for name in wanted if name in names]

    def _order(self, wanted: list[list[str]]) -> list[str]:
        lines = []
        for first, second in wanted:
            left = _first(self.entries, EntryKind.NODE_LEFT, str(first))
            entered_at = _first(self.entries, EntryKind.NODE_ENTERED, str(second))
            if left is None or entered_at is None or left > entered_at:
                lines.append(f"order: {first} was not left before {second} was entered")
        return lines

    def _incident(self, wanted: Mapping[str, Any]) -> list[str]:
        found = {named.path: named.act.failure.code for named in self.open if named.act.failure is not None}
        job = self.state.undo
        if job is not None and job.failure is not None and job.current is not None:
            found[job.current.path] = job.failure.code
        left = dict(found)
        lines = []
        for name, code in wanted.items():
            hit = next((path for path in left if name in _names(path)), None)
            if hit is None:
                lines.append(f"incident: nothing stands still at {name}; found {found}")
            elif left.pop(hit) != code:
                lines.append(f"incident: {name}: expected {code}, found {found[hit]}")
        return lines + [f"incident: unexpected {code} at {path}" for path, code in left.items()]

    def _ended(self, wanted: Any) -> list[str]:
        found = ended_as(self.state)
        expected = None if wanted in (False, None) else str(wanted)
        if expected == found:
            return []
        return [f"ended: expected {expected or 'not ended'}, found {found or 'not ended' + self._where()}"]

    def _where(self) -> str:
        places = [f"{named.path}{f' ({named.act.failure.code})' if named.act.failure else ''}" for named in self.open]
        return f" (open: {', '.join(places)})" if places else ""


async def open_activations(engine: Engine, case: str, prefix: str = "") -> list[Named]:
    """What is active in a case, in order of entry, with the tasks of called cases as `call/node`."""
    state, program = await engine.state(case), await engine.program(case)
    found: list[Named] = []
    for act in state.acts.values():
        kind = program.bodies[state.frames[act.frame].body].nodes[act.node].kind
        found.append(Named(act, kind, prefix + act.path))
        called = act.work.get("case")
        if kind == "call" and isinstance(called, str) and act.phase == "waiting":
            found += await open_activations(engine, called, f"{prefix}{act.path}/")
    return found


async def _apart(engine: Engine, known: Iterable[str]) -> list[str]:
    """All cases, those known first; without those whose tasks show as `call/node` of the case that called them."""
    cases = list(dict.fromkeys([*known, *await engine.open_cases()]))
    called: set[Any] = set()
    for case in cases:
        acts = (await engine.state(case)).acts.values()
        called |= {act.work.get("case") for act in acts if act.phase == "waiting"}
    return [case for case in cases if case not in called]


def ended_as(state: CaseState) -> str | None:
    """done's outcome, `cancelled`, `withdrawn`, `failed: code`; None while it runs."""
    ending = state.ending
    if ending is None:
        return None
    if ending.status == "done":
        return ending.outcome
    return f"failed: {ending.code}" if ending.status == "failed" else ending.status


def entered(entries: list[Entry], program: Program) -> list[str]:
    """Node keys in order of entry. The alternatives of a race are part of the race and not named."""
    races = {key for key, body in program.bodies.items() if key and _is_race(program, key)}
    return [
        entry.node
        for entry in entries
        if entry.kind is EntryKind.NODE_ENTERED and entry.node.rpartition("/")[0] not in races
    ]


def _is_race(program: Program, body: str) -> bool:
    owner = program.node_by_key(body)
    return owner is not None and owner.kind == "race"


# ------------------------------------------------------------------------------------------------ comparing
def _strings(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def _names(path: str) -> tuple[str, ...]:
    key = node_key(path)
    return (path, key, key.rsplit("/", 1)[-1])


def _find(there: Iterable[Named], name: str) -> Named | None:
    rows = list(there)
    return next((row for row in rows if row.path == name), None) or next(
        (row for row in rows if name in row.names), None
    )


def _matched(what: str, wanted: list[str], needed: list[Named], allowed: list[Named]) -> list[str]:
    """Each name means one activation; every needed one is named; only allowed ones are."""
    left = list(allowed)
    lines = []
    for name in sorted(wanted, key=lambda name: -len(name)):
        hit = next((row for row in left if row.path == name), None)
        hit = hit or next((row for row in left if row in needed and name in row.names), None) or _find(left, name)
        if hit is None:
            lines.append(f"{what}: {name} is not there; found {[row.path for row in needed]}")
        else:
            left.remove(hit)
    named_races = {row.path for row in allowed if row not in left and row.kind == "race"}
    extra = [row.path for row in left if row in needed and row.path.rpartition("/")[0] not in named_races]
    return lines + ([f"{what}: also found {extra}"] if extra else [])


def _list(what: str, wanted: list[str], found: list[str]) -> list[str]:
    short = [name.rsplit("/", 1)[-1] for name in found]
    return [] if wanted in (found, short) else [f"{what}: expected {wanted}, found {found}"]


def _path(wanted: list[str], found: list[str]) -> list[str]:
    return [] if _path_fits(wanted, found) else [f"path: expected {wanted}, found {found}"]


def _path_fits(pattern: list[str], names: list[str]) -> bool:
    """`*` stands for any number of nodes; linear in pattern times names."""
    reach = {0}
    for part in pattern:
        if part == "*":
            reach = set(range(min(reach), len(names) + 1)) if reach else set()
        else:
            reach = {at + 1 for at in reach if at < len(names) and names[at] == part}
    return len(names) in reach


def _first(entries: list[Entry], kind: EntryKind, name: str) -> int | None:
    return next((entry.seq for entry in entries if entry.kind is kind and name in _names(entry.path)), None)


def _subset(where: str, wanted: Any, found: Any) -> list[str]:
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping):
            return [f"{where}: expected a map, found {found!r}"]
        lines: list[str] = []
        for key, value in wanted.items():
            if key not in found and value is not None:
                lines.append(f"{where}.{key}: is missing, expected {_shown(value)}")
            else:
                lines += _subset(f"{where}.{key}", value, found.get(key))
        return lines
    if isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            return [f"{where}: expected {_shown(wanted)}, found {_shown(found)}"]
        return [line for i, value in enumerate(wanted) for line in _subset(f"{where}[{i}]", value, found[i])]
    return [] if _equal(wanted, found) else [f"{where}: expected {_shown(wanted)}, found {_shown(found)}"]


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return bool(a == b)
