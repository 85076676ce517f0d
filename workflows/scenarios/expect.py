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
from workflows.panel.model import Panel
from workflows.panel.turns import turn_to_come
from workflows.scenarios.differences import Failure, Said, about, unlike

#: Kinds that stand open by themselves; the others contain something or pass at once.
LEAVES = ("task", "approval", "wait", "receive")


#: What can be asked where no case has been started yet.
OF_ALL_CASES = {"inbox", "visible"}


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
        name = wanted.get("case") or ""
        raise Failure(Said(f"没有流程实例 {name}".strip(), f"there is no case {name}".strip()))
    look = _Look(world, case)
    if case:
        await look.load()
    lines: list[Said] = []
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

    async def compare(self, key: str, wanted: Any) -> list[Said]:
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
                return [] if self.state.title == wanted else [unlike("title", repr(wanted), repr(self.state.title))]
            case "notices":
                told = [str(e.data["template"]) for e in self.entries if e.kind is EntryKind.NOTICE]
                return _list("notices", _strings(wanted), told)
            case "sent":
                sent = [str(e.data["name"]) for e in self.entries if e.kind is EntryKind.MESSAGE_SENT]
                return _list("sent", _strings(wanted), sent)
            case _:
                return [Said(f"无法识别的期望 {key!r}", f"unknown expectation {key!r}")]

    # --------------------------------------------------------------------------------------------- open
    def _open(self, wanted: list[str]) -> list[Said]:
        """Leaves must be named; what contains them (race, scope, foreach, call) and incidents may be."""
        leaves = [named for named in self.open if named.kind in LEAVES and named.act.phase == "open"]
        return _matched("open", wanted, leaves, self.open)

    def _assigned(self, wanted: Mapping[str, Any]) -> list[Said]:
        lines = []
        for name, people in wanted.items():
            named = _find(self.open, str(name))
            expected = sorted(_strings(people))
            if named is None or named.act.panel is None:
                if expected or named is not None:
                    lines.append(about("assigned", f"{name} 没有打开", f"{name} is not open"))
                continue
            asked = sorted(answerers(named.act.panel))
            if expected != asked and expected != sorted(viewers(named.act.panel)):
                lines.append(unlike(f"assigned: {name}", expected, asked))
        return lines

    async def _inbox(self, key: str, wanted: Mapping[str, Any]) -> list[Said]:
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
                    or (key == "visible" and self._may_see(program, named.act.panel, str(person)))
                )
            ]
            lines += _matched(f"{key} of {person}", _strings(tasks), seen, seen)
        return lines

    def _may_see(self, program: Program, panel: Panel, person: str) -> bool:
        """By `access`; where that is absent everybody may, but whose turn has not come does not see it before."""
        access = program.plan.access.see
        if not access and turn_to_come(panel, person):
            return False
        facts = facts_for(self.engine.organisation(), person, program.plan.process, self.engine.now())
        return not access or is_among(access, person, facts)

    async def _forecast(self, wanted: Any) -> list[Said]:
        expected = [(str(node), sorted(_strings(people))) for node, people in wanted]
        found = [(row.node, sorted(row.people)) for row in await forecast(self.engine, self.case)]
        now_open = {node_key(named.path) for named in self.open}
        later = [row for row in found if row[0] not in now_open]
        return [] if expected in (found, later) else [unlike("forecast", expected, found)]

    # ------------------------------------------------------------------------------------------- history
    def _visited(self, key: str, wanted: list[str]) -> list[Said]:
        left = {entry.node for entry in self.entries if entry.kind is EntryKind.NODE_LEFT}
        left |= {entry.path for entry in self.entries if entry.kind is EntryKind.NODE_LEFT}
        names = left | {name.rsplit("/", 1)[-1] for name in left}
        if key == "visited":
            return [about(key, f"没有经过 {name}", f"{name} was not visited") for name in wanted if name not in names]
        return [about(key, f"经过了 {name}", f"{name} was visited") for name in wanted if name in names]

    def _order(self, wanted: list[list[str]]) -> list[Said]:
        lines = []
        for first, second in wanted:
            left = _first(self.entries, EntryKind.NODE_LEFT, str(first))
            entered_at = _first(self.entries, EntryKind.NODE_ENTERED, str(second))
            if left is None or entered_at is None or left > entered_at:
                lines.append(
                    about(
                        "order",
                        f"{first} 未在进入 {second} 之前完成",
                        f"{first} was not left before {second} was entered",
                    )
                )
        return lines

    def _incident(self, wanted: Mapping[str, Any]) -> list[Said]:
        found = {named.path: named.act.failure.code for named in self.open if named.act.failure is not None}
        job = self.state.undo
        if job is not None and job.failure is not None and job.current is not None:
            found[job.current.path] = job.failure.code
        left = dict(found)
        key, lines = "incident", []
        for name, code in wanted.items():
            hit = next((path for path in left if name in _names(path)), None)
            if hit is None:
                lines.append(
                    about(key, f"{name} 没有停下；实际 {found}", f"nothing stands still at {name}; found {found}")
                )
            elif left.pop(hit) != code:
                lines.append(unlike(f"{key}: {name}", code, found[hit]))
        return lines + [
            about(key, f"{path} 意外停下：{code}", f"unexpected {code} at {path}") for path, code in left.items()
        ]

    def _ended(self, wanted: Any) -> list[Said]:
        found = ended_as(self.state)
        expected = None if wanted in (False, None) else str(wanted)
        if expected == found:
            return []
        where = self._where() if found is None else ("", "")
        return [
            Said(
                unlike("ended", expected or "未结束", (found or "未结束") + where[0]).zh,
                unlike("ended", expected or "not ended", (found or "not ended") + where[1]).en,
            )
        ]

    def _where(self) -> tuple[str, str]:
        """What is open, in both languages; nothing where nothing is."""
        named = (f"{each.path}{f' ({each.act.failure.code})' if each.act.failure else ''}" for each in self.open)
        places = ", ".join(named)
        return (f"（停在：{places}）", f" (open: {places})") if places else ("", "")


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


def _matched(what: str, wanted: list[str], needed: list[Named], allowed: list[Named]) -> list[Said]:
    """Each name means one activation; every needed one is named; only allowed ones are."""
    left = list(allowed)
    lines = []
    for name in sorted(wanted, key=lambda name: -len(name)):
        hit = next((row for row in left if row.path == name), None)
        hit = hit or next((row for row in left if row in needed and name in row.names), None) or _find(left, name)
        if hit is None:
            there = [row.path for row in needed]
            lines.append(about(what, f"没有 {name}；实际 {there}", f"{name} is not there; found {there}"))
        else:
            left.remove(hit)
    named_races = {row.path for row in allowed if row not in left and row.kind == "race"}
    extra = [row.path for row in left if row in needed and row.path.rpartition("/")[0] not in named_races]
    return lines + ([about(what, f"另有 {extra}", f"also found {extra}")] if extra else [])


def _list(what: str, wanted: list[str], found: list[str]) -> list[Said]:
    short = [name.rsplit("/", 1)[-1] for name in found]
    return [] if wanted in (found, short) else [unlike(what, wanted, found)]


def _path(wanted: list[str], found: list[str]) -> list[Said]:
    return [] if _path_fits(wanted, found) else [unlike("path", wanted, found)]


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


def _subset(where: str, wanted: Any, found: Any) -> list[Said]:
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping):
            return [Said(unlike(where, "一组字段", repr(found)).zh, unlike(where, "a map", repr(found)).en)]
        lines: list[Said] = []
        for key, value in wanted.items():
            if key not in found and value is not None:
                said = (f"缺少，期望 {_shown(value)}", f"is missing, expected {_shown(value)}")
                lines.append(about(f"{where}.{key}", *said))
            else:
                lines += _subset(f"{where}.{key}", value, found.get(key))
        return lines
    if isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            return [unlike(where, _shown(wanted), _shown(found))]
        return [line for i, value in enumerate(wanted) for line in _subset(f"{where}[{i}]", value, found[i])]
    return [] if _equal(wanted, found) else [unlike(where, _shown(wanted), _shown(found))]


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return bool(a == b)
