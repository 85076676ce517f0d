"""Finished cases played again on a design: the same people give the same answers at the same times, actions give what
they gave, and what then happens otherwise is told: another way, other people asked, other deadlines missed.

Where the design asks somebody whom nothing was recorded of, those asked agree (take the first outcome), so that the
rest of the way is seen too. Called cases are not played: their recorded end is taken as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from waystation.contracts.catalog import Catalog
from waystation.contracts.errors import Refused
from waystation.contracts.events import CallEnded, Command, Entry, EntryKind, StartCase
from waystation.contracts.people import Organisation
from waystation.design.bounds import Bounds
from waystation.design.stand_ins import example
from waystation.design.trial_answers import node_of
from workflows.engine import Programs
from workflows.memory import ActionCall, Failed, MemoryEngine
from workflows.panel import answerers

#: Seconds that one case may take.
CASE_SECONDS = 2.0
_MOST_ASKED = 200
_ANSWERS = frozenset(("approve", "reject", "abstain", "complete"))
#: Commands of a recording that are played again; others (urging, comments, drafts …) change no way.
_PLAYED = _ANSWERS | {
    "claim", "release", "transfer", "delegate", "add", "add_before", "add_after", "add_with", "remove", "return",
    "take_back", "edit", "withdraw", "cancel", "skip", "jump", "cancel_node", "complete_rest", "add_item", "suspend",
    "resume", "amend", "fail",
}  # fmt: skip
_ONE_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finished case as its journal has it."""

    case: str
    version: int
    entries: Sequence[Entry]


@dataclass(slots=True)
class Replayed:
    """What became of a case on the design. `verdict` is same, changed or stuck (`why` says where)."""

    case: str
    version: int
    verdict: str = "same"
    why: tuple[str, str] = ("", "")
    path_before: list[str] = field(default_factory=list)
    path_after: list[str] = field(default_factory=list)
    approvers: list[dict[str, Any]] = field(default_factory=list)
    breaches_before: list[str] = field(default_factory=list)
    breaches_after: list[str] = field(default_factory=list)
    new_tasks: list[str] = field(default_factory=list)
    outcome_before: str = ""
    outcome_after: str = ""


async def replay(
    recorded: Recorded, process: str, programs: Programs, people: Organisation, catalog: Catalog
) -> Replayed:
    """Play one case again."""
    return await _Replay(recorded, process, programs, people, catalog).run()


class _Actions:
    """Actions give what they gave: at the same node in the same order, else of the same name, else something alike."""

    def __init__(self, entries: Iterable[Entry], catalog: Catalog) -> None:
        self._catalog = catalog
        self._at: dict[tuple[str, str], list[Any]] = {}
        self._named: dict[str, Any] = {}
        for entry in entries:
            if entry.kind in (EntryKind.ACTION_DONE, EntryKind.ACTION_FAILED):
                name = str(entry.data.get("action"))
                result = _result(entry)
                self._at.setdefault((node_of(entry.path), name), []).append(result)
                self._named.setdefault(name, result)

    async def __call__(self, call: ActionCall) -> Any:
        name = call.effect.action
        waiting = self._at.get((node_of(call.effect.path), name))
        if waiting:
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if name in self._named:
            return self._named[name]
        spec = self._catalog.actions.get(name)
        return example(spec) if spec is not None else Failed("unknown_action")


def _result(entry: Entry) -> Any:
    if entry.kind is EntryKind.ACTION_DONE:
        return entry.data.get("result")
    data = entry.data
    return Failed(str(data.get("code")), "business", str(data.get("title") or ""), data.get("detail"))


class _Engine(MemoryEngine):
    """The engine in memory, where called cases end as they were recorded to."""

    ends: Mapping[str, Entry]

    def _start_called(self, case: str, effect: StartCase) -> None:
        found = self.ends.get(node_of(effect.path))
        outcome, error = ("done", None) if found is None else (found.data.get("outcome"), found.data.get("error"))
        if effect.wait:
            self._work.append((case, CallEnded(self._now, effect.path, effect.case, str(outcome), {}, error)))


class _Replay:
    def __init__(
        self, recorded: Recorded, process: str, programs: Programs, people: Organisation, catalog: Catalog
    ) -> None:
        self._recorded = recorded
        self._process = process
        entries = recorded.entries
        bounds = Bounds(CASE_SECONDS)
        self._engine = _Engine(
            programs, people, _Actions(entries, catalog), tenant="replay", at=entries[0].at, watch=bounds.check
        )
        self._engine.ends = {node_of(each.path): each for each in entries if each.kind is EntryKind.CALL_ENDED}
        bounds.engine = self._engine
        self._forms = {each.command: each.data for each in entries if each.kind is EntryKind.ANSWERED and each.command}
        kinds = (EntryKind.ANSWERED, EntryKind.VERB)
        self._places = {each.command: each.path for each in reversed(entries) if each.kind in kinds and each.command}
        self._case = ""
        self._numbers = 0
        self.found = Replayed(recorded.case, recorded.version)

    async def run(self) -> Replayed:
        found, entries = self.found, self._recorded.entries
        found.path_before, found.breaches_before = _path(entries), _breaches(entries)
        found.outcome_before = _outcome(entries)
        try:
            await self._play()
        except Refused as refused:
            found.verdict, found.why = "stuck", (refused.zh, refused.en)
        after = self._engine.cases[self._case].entries if self._case else []
        found.path_after, found.breaches_after, found.outcome_after = _path(after), _breaches(after), _outcome(after)
        if found.verdict == "same" and self._differs():
            found.verdict = "changed"
        return found

    def _differs(self) -> bool:
        found = self.found
        return (
            found.path_before != found.path_after
            or found.breaches_before != found.breaches_after
            or found.outcome_before != found.outcome_after
            or bool(found.approvers)
        )

    async def _play(self) -> None:
        started = self._recorded.entries[0]
        self._case = await self._engine.start(self._process, dict(started.data["data"]), started.by)
        for entry in self._recorded.entries:
            if entry.kind is EntryKind.COMMANDED and entry.data.get("verb") in _PLAYED:
                await self._until(entry.at)
                await self._command(entry)
            elif entry.kind is EntryKind.MESSAGE_TAKEN:
                await self._until(entry.at)
                await self._engine.message(str(entry.data["name"]), dict(entry.data.get("fields") or {}))
            if self._ended():
                return
        await self._until(self._recorded.entries[-1].at + _ONE_TICK)
        await self._finish()

    async def _until(self, at: datetime) -> None:
        if at > self._engine.now():
            await self._engine.advance(at - self._engine.now())

    def _ended(self) -> bool:
        return self._engine.cases[self._case].machine.state.status == "ended"

    async def _command(self, entry: Entry) -> None:
        """A recorded command, by who gave it; an answer that he may not give there now is given by who may."""
        verb, args = str(entry.data["verb"]), self._args(entry)
        place = self._places.get(entry.command) or entry.path or entry.node
        node = node_of(place)
        state = self._engine.cases[self._case].machine.state
        here = [act for act in state.acts.values() if node_of(act.path) == node and act.panel is not None]
        open_here = sorted(here, key=lambda act: (act.path != place, act.visit))
        if verb in _ANSWERS and not open_here:
            return
        task = open_here[0].path if open_here else (place or None)
        try:
            await self._send(verb, entry.by, task, args)
        except Refused as refused:
            if verb not in _ANSWERS or refused.code not in ("not_yours", "four_eyes", "claimed"):
                if verb in _ANSWERS:
                    raise
                return
            await self._by_others(entry, verb, args, open_here[0])

    def _args(self, entry: Entry) -> dict[str, Any]:
        """What a command was given; the form of an answer stands with the answer."""
        args = dict(entry.data.get("args") or {})
        answered = self._forms.get(entry.command)
        if answered is not None:
            args |= {key: answered[key] for key in ("form", "outcome") if answered.get(key) is not None}
            if entry.data["verb"] != "complete":
                args.pop("outcome", None)
        return args

    async def _by_others(self, entry: Entry, verb: str, args: dict[str, Any], act: Any) -> None:
        people = list(answerers(act.panel))
        self.found.approvers.append({"node": node_of(act.path), "before": [entry.by], "after": people})
        if people:
            await self._send(verb, people[0], act.path, args)

    async def _send(self, verb: str, actor: str, task: str | None, args: dict[str, Any]) -> None:
        self._numbers += 1
        command = Command(self._engine.now(), f"replay-{self._numbers}", verb, actor, task, args)
        _ = await self._engine.command(self._case, command)

    async def _finish(self) -> None:
        """Nothing more was recorded: whoever is still asked agrees, until the case ends or waits for something else."""
        for _ in range(_MOST_ASKED):
            asked = next(self._asked(), None)
            if self._ended() or asked is None:
                break
            node, task, people, verb, args = asked
            if node not in self.found.new_tasks:
                self.found.new_tasks.append(node)
                if node not in self.found.path_before:
                    self.found.approvers.append({"node": node, "before": [], "after": people})
            if not people:
                break
            await self._send(verb, people[0], task, args)
        if not self._ended():
            self._stuck()

    def _asked(self) -> Iterator[tuple[str, str, list[str], str, dict[str, Any]]]:
        for act in self._engine.cases[self._case].machine.state.acts.values():
            if act.panel is not None and act.phase == "open":
                verb = "approve" if act.panel.judge else "complete"
                args: dict[str, Any] = {} if act.panel.judge else {"outcome": next(iter(act.panel.outcomes), "done")}
                yield node_of(act.path), act.path, list(answerers(act.panel)), verb, args

    def _stuck(self) -> None:
        acts = list(self._engine.cases[self._case].machine.state.acts.values())
        failed = next((act for act in acts if act.failure is not None), None)
        where = node_of((failed or acts[0]).path) if acts else ""
        reason = failed.failure.code if failed is not None and failed.failure is not None else ""
        zh = f"停在节点 {where}" + (f"：{reason}" if reason else "")
        self.found.verdict, self.found.why = "stuck", (zh, f"stands at {where}" + (f": {reason}" if reason else ""))


def _path(entries: Iterable[Entry]) -> list[str]:
    return [node_of(each.node or each.path) for each in entries if each.kind is EntryKind.NODE_LEFT]


def _breaches(entries: Iterable[Entry]) -> list[str]:
    found = [node_of(each.path) for each in entries if each.kind is EntryKind.BREACHED]
    return list(dict.fromkeys(found))


def _outcome(entries: Sequence[Entry]) -> str:
    with suppress(StopIteration):
        last = next(each for each in reversed(entries) if each.kind is EntryKind.CASE_ENDED)
        return str(last.data.get("outcome") or last.data.get("status") or "")
    return ""
