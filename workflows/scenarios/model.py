"""A scenario file as values. Reading collects every fault with its place in the document; it raises nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from waystation.contracts.problems import Path


class Complain(Protocol):
    """Told a document path and sentences in zh and en. With `known`, the path ends in a key that is not among them."""

    def __call__(self, path: Path, zh: str, en: str, *, known: frozenset[str] = ...) -> None: ...


#: Verbs on a task, with their keys besides task, as, case.
TASK_VERBS: dict[str, frozenset[str]] = {
    "complete": frozenset({"outcome", "form", "comment", "pick", "revision", "event_time"}),
    **{
        verb: frozenset({"form", "comment", "pick", "revision", "event_time", "reason"})
        for verb in ("approve", "reject", "abstain")
    },
    **{verb: frozenset({"form", "comment"}) for verb in ("claim", "release", "urge", "take_back")},
    **{verb: frozenset({"who", "reason", "comment"}) for verb in ("transfer", "delegate", "remove")},
    "add": frozenset({"who", "where", "reason", "comment"}),
    "return": frozenset({"to", "reason", "comment", "siblings", "resubmit", "answers"}),
    "draft": frozenset({"form"}),
    "comment": frozenset({"text", "mention"}),
    "cc": frozenset({"who", "text"}),
    "read": frozenset(),
    "amend": frozenset({"who", "reason"}),
}
#: Commands on a node or on the case.
CASE_COMMANDS: dict[str, frozenset[str]] = {
    "retry": frozenset({"node", "task", "data", "with"}),
    "skip": frozenset({"node", "task", "result", "outcome"}),
    "cancel_node": frozenset({"node", "task"}),
    "complete_rest": frozenset({"node", "task"}),
    "add_item": frozenset({"node", "task", "item"}),
    "jump": frozenset({"from", "to", "reason"}),
    "edit": frozenset({"data", "reason"}),
    "withdraw": frozenset({"reason"}),
    "cancel": frozenset({"reason"}),
    "suspend": frozenset({"reason"}),
    "resume": frozenset({"reason"}),
    "reopen": frozenset({"node", "at", "to", "reason"}),
    "fail": frozenset({"code", "reason"}),
    "handover": frozenset({"from", "to", "task"}),
    "migrate": frozenset({"to", "map", "clocks", "dry_run"}),
}
OTHER_STEPS = frozenset({"expect", "advance", "message", "refuse", "bulk", "people", "start"})
EXPECTED = frozenset(
    {
        "open", "assigned", "breached", "path", "undone", "actions", "visited", "not_visited", "order", "incident",
        "inbox", "visible", "forecast", "ended", "failed", "data", "case", "notices", "sent", "title",
    }
)  # fmt: skip
#: What must be a map in a step.
_MAPS = {
    "expect": ("assigned", "incident", "inbox", "visible", "data"),
    "message": ("with",),
    "start": ("data",),
    "edit": ("data",),
    "migrate": ("map",),
}
_TOP = frozenset({"scenario", "process", "people", "actions", "settings", "start", "steps", "description", "version"})
_FILE = frozenset(
    {"scenarios", "processes", "people", "actions", "settings", "forms", "tables", "calendars", "process"}
)
_STUB = frozenset({"returns", "fails", "times", "kind", "title", "detail"})
_START = frozenset({"data", "as", "key", "id", "process", "version", "picks"})


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario. `steps` are (verb, arguments, document path)."""

    name: str
    process: str
    people: Mapping[str, Any] | None
    actions: Mapping[str, Any]
    settings: Mapping[str, Any]
    start: Mapping[str, Any] | None
    steps: tuple[tuple[str, Any, Path], ...]
    path: Path


@dataclass(slots=True)
class ScenarioFile:
    """What a scenario file holds besides scenarios: local processes and what all scenarios share."""

    scenarios: list[Scenario] = field(default_factory=list)
    processes: list[Any] = field(default_factory=list)
    stubs: frozenset[str] = frozenset()


def read_scenarios(tree: Mapping[str, Any], complain: Complain) -> ScenarioFile:
    """The scenarios of a parsed document: one at the top, or several under `scenarios`."""
    found = ScenarioFile()
    shared = {key: tree.get(key) for key in ("people", "actions", "settings", "process")}
    processes = tree.get("processes")
    if isinstance(processes, list):
        found.processes = list(processes)
    elif processes is not None:
        complain(("processes",), "processes 必须是列表", "`processes` must be a list")
    if "scenarios" in tree:
        _check_stubs(tree.get("actions"), ("actions",), complain)
    rows = _rows(tree, complain)
    only = _only_process(found.processes)
    for path, row in rows:
        scenario = _scenario(row, path, shared, only, complain)
        if scenario is not None:
            found.scenarios.append(scenario)
    found.stubs = frozenset(name for scenario in found.scenarios for name in scenario.actions)
    return found


def _rows(tree: Mapping[str, Any], complain: Complain) -> list[tuple[Path, Mapping[str, Any]]]:
    if "scenarios" not in tree:
        _unknown(tree, _TOP | {"processes", "forms", "tables", "calendars"}, (), complain)
        return [((), tree)]
    _unknown(tree, _FILE, (), complain)
    rows = tree["scenarios"]
    if not isinstance(rows, list):
        complain(("scenarios",), "scenarios 必须是列表", "`scenarios` must be a list")
        return []
    good: list[tuple[Path, Mapping[str, Any]]] = []
    for index, row in enumerate(rows):
        if isinstance(row, Mapping):
            _unknown(row, _TOP, ("scenarios", index), complain)
            good.append((("scenarios", index), row))
        else:
            complain(("scenarios", index), "场景必须是映射", "a scenario must be a map")
    return good


def _only_process(processes: list[Any]) -> str | None:
    ids = [row.get("process") for row in processes if isinstance(row, Mapping)]
    return str(ids[0]) if len(ids) == 1 else None


def _unknown(row: Mapping[str, Any], known: frozenset[str], path: Path, complain: Complain) -> None:
    for key in row:
        if key not in known:
            complain((*path, str(key)), f"未知的键 {key}", f"unknown key {key!r}", known=known)


def _scenario(
    row: Mapping[str, Any], path: Path, shared: Mapping[str, Any], only: str | None, complain: Complain
) -> Scenario | None:
    process = row.get("process") or shared.get("process") or only
    start = row.get("start")
    if not isinstance(process, str):
        if not (isinstance(start, Mapping) and "process" in start) and not _starts_itself(row):
            complain(path, "缺少 process", "`process` is missing")
            return None
        process = str(start.get("process", "")) if isinstance(start, Mapping) else ""
    if start is not None and not isinstance(start, Mapping):
        complain((*path, "start"), "start 必须是映射", "`start` must be a map")
        return None
    if isinstance(start, Mapping):
        _unknown(start, _START, (*path, "start"), complain)
        if not _values_are_good("start", start, (*path, "start"), complain):
            return None
    _check_stubs(row.get("actions"), (*path, "actions"), complain)
    return Scenario(
        name=str(row.get("scenario") or process),
        process=process,
        people=_merged(shared.get("people"), row.get("people"), (*path, "people"), complain),
        actions=_merged(shared.get("actions"), row.get("actions"), (*path, "actions"), complain) or {},
        settings=_merged(shared.get("settings"), row.get("settings"), (*path, "settings"), complain) or {},
        start=start,
        steps=tuple(_steps(row.get("steps") or (), (*path, "steps"), complain)),
        path=path,
    )


def _check_stubs(actions: Any, path: Path, complain: Complain) -> None:
    if not isinstance(actions, Mapping):
        return  # said where the maps of file and scenario are put together
    for name, stub in actions.items():
        here = (*path, str(name))
        if stub is None:
            continue
        if not isinstance(stub, Mapping):
            complain(here, "动作替身必须是映射", "a stub of an action must be a map")
            continue
        _unknown(stub, _STUB, here, complain)
        times = stub.get("times", 1)
        if isinstance(times, bool) or not isinstance(times, int) or times < 0:
            complain((*here, "times"), "times 必须是非负整数", "`times` must be a whole number, not negative")
        if stub.get("kind", "business") not in ("business", "transient"):
            complain((*here, "kind"), "kind 只能是 business 或 transient", "`kind` is business or transient")


def _starts_itself(row: Mapping[str, Any]) -> bool:
    steps = row.get("steps")
    return isinstance(steps, list) and any(isinstance(step, Mapping) and "start" in step for step in steps)


def _merged(shared: Any, own: Any, path: Path, complain: Complain) -> Mapping[str, Any] | None:
    for value in (shared, own):
        if value is not None and not isinstance(value, Mapping):
            complain(path, "必须是映射", "must be a map")
            return None
    if shared is None and own is None:
        return None
    return {**(shared or {}), **(own or {})}


def _steps(rows: Any, path: Path, complain: Complain) -> list[tuple[str, Any, Path]]:
    if not isinstance(rows, list | tuple):
        complain(path, "steps 必须是列表", "`steps` must be a list")
        return []
    found: list[tuple[str, Any, Path]] = []
    for index, row in enumerate(rows):
        here = (*path, index)
        if not isinstance(row, Mapping) or len(row) != 1:
            complain(here, "每一步必须是只有一个键的映射", "a step must be a map with exactly one key")
            continue
        verb, args = next(iter(row.items()))
        if _step_is_good(verb, args, here, complain):
            found.append((verb, args, here))
    return found


def _step_is_good(verb: str, args: Any, path: Path, complain: Complain) -> bool:
    known = TASK_VERBS.keys() | CASE_COMMANDS.keys() | OTHER_STEPS
    if verb not in known:
        complain((*path, verb), f"未知的步骤 {verb}", f"unknown step {verb!r}", known=frozenset(known))
        return False
    if verb == "advance":
        return True
    if verb == "bulk":
        return isinstance(args, list) and all(
            isinstance(row, Mapping)
            and len(row) == 1
            and _step_is_good(*next(iter(row.items())), (*path, verb, i), complain)
            for i, row in enumerate(args)
        )
    if args is None and verb in CASE_COMMANDS:
        return True
    if not isinstance(args, Mapping):
        complain((*path, verb), "步骤的内容必须是映射", "a step's content must be a map")
        return False
    before = _known_keys(verb)
    if before is not None:
        _unknown(args, before, (*path, verb), complain)
    if verb == "refuse":
        return _refusal_is_good(args, (*path, verb), complain)
    return _values_are_good(verb, args, (*path, verb), complain)


def _values_are_good(verb: str, args: Mapping[str, Any], path: Path, complain: Complain) -> bool:
    """Whether what must be a map is one, and what must be a list of pairs."""
    good = True
    for key in _MAPS.get(verb, ()):
        if not isinstance(args.get(key) or {}, Mapping):
            complain((*path, key), f"{key} 必须是映射", f"`{key}` must be a map")
            good = False
    for key in ("order", "forecast") if verb == "expect" else ():
        rows = args.get(key) or []
        if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == 2 for row in rows):
            complain((*path, key), f"{key} 必须是成对的列表", f"`{key}` must be a list of pairs")
            good = False
    if verb == "message" and not isinstance(args.get("name"), str):
        complain(path, "消息需要 name", "a message needs a `name`")
        good = False
    return good


def _known_keys(verb: str) -> frozenset[str] | None:
    if verb in TASK_VERBS:
        return TASK_VERBS[verb] | {"task", "as", "case", "for"}
    if verb in CASE_COMMANDS:
        return CASE_COMMANDS[verb] | {"as", "case"}
    if verb == "expect":
        return EXPECTED
    if verb == "message":
        return frozenset({"name", "with", "key", "id"})
    if verb == "start":
        return _START
    return None


def _refusal_is_good(args: Mapping[str, Any], path: Path, complain: Complain) -> bool:
    verbs = [key for key in args if key != "code"]
    if len(verbs) != 1 or not isinstance(args.get("code"), str):
        complain(path, "refuse 需要一个动词和 code", "`refuse` needs one verb and a `code`")
        return False
    return _step_is_good(verbs[0], args[verbs[0]], path, complain)
