"""A random life of a case: people answer, err and meddle, messages come, time passes, versions change.

`Life` does what a die says, sensible or not, and then brings the case to its end as patient people would; a case that
cannot be brought to its end is the fault that these lives are looking for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import msgspec

from tests.support.random_processes import CHILD, PEOPLE, Document, Written, edited, plan_of, write
from tests.support.watched import Stubs, Watched, check_undo
from waystation.contracts.errors import DefinitionInvalid, Refused
from waystation.contracts.events import Command, EntryKind
from waystation.contracts.plan import Plan
from waystation.scenario_files import PlanBook
from workflows.engine import Engine
from workflows.machine import CaseState, dump_state
from workflows.machine.state import Activation
from workflows.panel import answerers
from workflows.people import parse_people

#: Rounds of patient work after which a case counts as stuck.
MOST_ROUNDS = 600
DAY = timedelta(days=1)


class Stuck(AssertionError):
    """Nobody can bring this case to its end."""


def _but_now(state: CaseState) -> bytes:
    """A state without what time it was when it was last looked at, which every event sets first of all."""
    return dump_state(msgspec.structs.replace(state, now=state.started))


# ------------------------------------------------------------------------------------------------------ lives
@dataclass
class Done:
    """One thing that was tried: what, by which command, and the code it was refused with ("" for accepted)."""

    what: str
    args: Any
    code: str = ""


@dataclass
class Life:
    """A case and what is done to it.

    Args:
        calm: no messages are needed to bring it to its end.
        versions: how many the process has; a case may be moved to any of them.
    """

    engine: Engine
    dice: Random
    case: str = ""
    calm: bool = False
    done: list[Done] = field(default_factory=list)
    versions: int = 1

    async def begin(self) -> None:
        self.case = await self.engine.start("p", {}, "ann")

    async def state(self) -> CaseState:
        return await self.engine.state(self.case)

    async def over(self) -> bool:
        return (await self.state()).status == "ended"

    # ------------------------------------------------------------------------------------------------ meddling
    async def meddle(self, steps: int) -> None:
        """That many random doings; each refusal leaves the case exactly as it was."""
        for _ in range(steps):
            await self.once()

    async def once(self) -> None:
        state = await self.state()
        what, args = self._draw(state)
        if what == "advance":
            await self.engine.advance(timedelta(minutes=int(args)))
            self.done.append(Done(what, args))
        elif what == "message":
            await self.engine.message(str(args), {})
            self.done.append(Done(what, args))
        else:
            await self.command(what, **args)

    async def command(self, verb: str, actor: str = "root", task: str | None = None, **args: Any) -> str:
        """The code of its refusal; "" when it was accepted."""
        before = _but_now(await self.state())
        length = len(await self.engine.journal(self.case))
        command = Command(self.engine.now(), f"do-{len(self.done)}", verb, actor, task, args)
        code = ""
        try:
            await self.engine.command(self.case, command)
        except Refused as refused:
            code = refused.code
            assert _but_now(await self.state()) == before, f"a refused {verb} ({code}) changed the case"
            assert len(await self.engine.journal(self.case)) == length
        self.done.append(Done(verb, {"actor": actor, "task": task, **args}, code))
        return code

    def _draw(self, state: CaseState) -> tuple[str, Any]:
        dice = self.dice
        acts = list(state.acts.values())
        kind = dice.random()
        if kind < 0.12:
            return "advance", dice.choice([1, 59, 61, 150, 1500])
        if kind < 0.22:
            return "message", dice.choice(["bell", "paid", "stop"])
        people = [act for act in acts if act.panel is not None]
        if kind < 0.65 and people:
            return self._answer(dice.choice(people))
        if kind < 0.85 and people:
            return self._verb(dice.choice(people))
        return self._steer(acts)

    def _answer(self, act: Activation) -> tuple[str, Any]:
        asked = answerers(act.panel) if act.panel is not None else []
        actor = self.dice.choice(asked) if asked and self.dice.random() < 0.8 else self.dice.choice(sorted(PEOPLE))
        verb = self.dice.choice(["complete", "complete", "approve", "approve", "reject", "abstain"])
        outcomes = act.panel.outcomes if act.panel is not None else ()
        args: dict[str, Any] = {"outcome": self.dice.choice(list(outcomes))} if verb == "complete" and outcomes else {}
        return verb, {"actor": actor, "task": act.path, **args}

    def _verb(self, act: Activation) -> tuple[str, Any]:
        dice = self.dice
        asked = answerers(act.panel) if act.panel is not None else []
        actor = dice.choice([*asked, *sorted(PEOPLE)])
        who = dice.choice(sorted(PEOPLE))
        verb = dice.choice(
            "claim release draft urge comment cc transfer delegate remove add return take_back handover amend".split()
        )
        args: dict[str, Any] = {}
        match verb:
            case "transfer" | "delegate" | "remove" | "cc" | "amend":
                args = {"who": [who]} if verb in ("cc", "amend") else {"who": who}
            case "add":
                args = {"who": who, "where": dice.choice(["before", "after", "with"])}
            case "return":
                args = {"to": dice.choice(["initiator", "previous", "begin"])}
            case "handover":
                args = {"from": actor, "to": who}
        return verb, {"actor": actor, "task": act.path, **args}

    def _steer(self, acts: list[Activation]) -> tuple[str, Any]:
        dice = self.dice
        node = dice.choice(acts).path if acts else "begin"
        nodes = [act.node for act in acts] or ["begin"]
        choices: list[tuple[str, Any]] = [
            ("suspend", {}), ("resume", {}), ("resume", {}),
            ("retry", {"task": node}), ("skip", {"task": node}), ("cancel_node", {"task": node}),
            ("complete_rest", {"task": node}), ("add_item", {"task": node, "item": 9}),
            ("edit", {"data": {"n": dice.randint(0, 3)}}), ("edit", {"data": {"n": "x"}}),
            ("jump", {"task": node, "from": node, "to": dice.choice(["begin", *nodes]), "reason": "why not"}),
        ]  # fmt: skip
        if dice.random() < 0.15:
            choices = [
                ("cancel", {}),
                ("withdraw", {"actor": "ann"}),
                ("fail", {"task": node, "code": "x.given_up"}),
                ("reopen", {}),
            ]
        if self.versions > 1 and dice.random() < 0.4:
            choices = [("migrate", {"to": dice.randint(1, self.versions), "clocks": dice.choice(["keep", "restart"])})]
        return dice.choice(choices)

    async def move(self) -> str:
        """Ask for a move to the newest version, and make it where that is called clean; the verdict, or "over"."""
        if (await self.state()).status != "running" or (await self.state()).closing is not None:
            return "over"
        verdict = await self._verdict()
        code = await self.command("migrate", to=self.versions)
        assert code == ("" if verdict == "clean" else verdict), f"called {verdict}, and then {code or 'moved'}"
        return verdict

    async def _verdict(self) -> str:
        command = Command(self.engine.now(), "dry-run", "migrate", "root", None, {"to": self.versions, "dry_run": True})
        return str((await self.engine.command(self.case, command))["result"]["verdict"])

    # ------------------------------------------------------------------------------------------------- finishing
    async def finish(self) -> None:
        """Bring the case to its end by ordinary means: answers, messages, time, and retries of what stands still.

        Raises:
            Stuck: it does not end.
        """
        for _ in range(MOST_ROUNDS):
            if await self.over():
                return
            await self.push()
        state = await self.state()
        where = [(act.path, act.phase, act.failure) for act in state.acts.values()]
        raise Stuck(f"open: {where}; frames: {state.frames}; ready: {state.ready}; undo: {state.undo}")

    async def push(self) -> None:
        """One round of that."""
        state = await self.state()
        if state.status == "suspended":
            await self.command("resume")
        elif state.undo is not None and state.undo.failure is not None and state.undo.current is not None:
            await self.command("retry", task=state.undo.current.path)
        elif not await self._mend(state) and not await self._work(state):
            for name in () if self.calm else ("bell", "paid", "stop"):
                await self.engine.message(name, {})
            await self.engine.advance(DAY)
            await self._children()

    async def _mend(self, state: CaseState) -> bool:
        for act in state.acts.values():
            if act.phase == "incident":
                if await self.command("retry", task=act.path) or act.path in (await self.state()).acts:
                    still = (await self.state()).acts.get(act.path)
                    if still is not None and still.phase == "incident":
                        await self.command("skip", task=act.path)
                return True
        return False

    async def _work(self, state: CaseState) -> bool:
        """Somebody answers an open task: forward, not back."""
        for act in state.acts.values():
            if act.panel is None or act.phase != "open":
                continue
            for person in answerers(act.panel):
                verb = "approve" if act.panel.judge else "complete"
                outcomes = {} if verb == "approve" or not act.panel.outcomes else {"outcome": act.panel.outcomes[0]}
                if not await self.command(verb, person, act.path, **outcomes):
                    return True
        return False

    async def _children(self) -> None:
        """Called cases are finished by those who have their tasks."""
        for case in await self.engine.open_cases():
            if case == self.case:
                continue
            for act in list((await self.engine.state(case)).acts.values()):
                if act.panel is not None and act.phase == "open":
                    person = next(iter(answerers(act.panel)))
                    command = Command(self.engine.now(), f"child-{len(self.done)}", "complete", person, act.path, {})
                    self.done.append(Done("child", {}))
                    await self.engine.command(case, command)


def book(versions: Iterable[Plan]) -> PlanBook:
    """Processes for an engine: the versions of `p`, and the process that they call."""
    plans = list(versions)
    child = plan_of(CHILD, {})
    return PlanBook({"p": plans[-1], "child": child}, {"p": plans})


def memory(made: Written, versions: Iterable[Plan], **how: Any) -> Watched:
    """An engine for cases of a written process. `how`: of `Watched`."""
    return Watched(book(versions), parse_people(PEOPLE), Stubs(made.actions), **how)


# --------------------------------------------------------------------------------------------------- examples
async def meddled(seed: int, **how: Any) -> Life:
    """Whatever is done to it, a case can still end."""
    dice = Random(seed)
    made = write(dice, dice.randint(3, 25))
    life = Life(memory(made, [made.plan()], **how), dice)
    await life.begin()
    await life.meddle(dice.randint(0, 30))
    await life.finish()
    check_undo(await life.engine.journal(life.case))
    return life


async def shuffled(seed: int) -> Life:
    """The same where actions, people and called cases answer in any order."""
    return await meddled(seed, shuffle=Random(seed))


async def stored(seed: int) -> None:
    """A case that is stored and read back before every step has the same journal as one that is not."""
    journals = []
    for forgetful in (False, True):
        life = await meddled(seed, forgetful=forgetful)
        journals.append(msgspec.json.encode(await life.engine.journal(life.case)))
    assert journals[0] == journals[1]


async def in_any_order(seed: int) -> None:
    """Where nothing races, the order in which things are done changes neither what is done nor what is known."""
    dice = Random(seed)
    made = write(dice, dice.randint(3, 25), races=False, calm=True)
    ends = []
    for shuffle in (None, Random(seed), Random(seed + 1)):
        life = Life(memory(made, [made.plan()], shuffle=shuffle), Random(0), calm=True)
        await life.begin()
        await life.finish()
        left = [each.path for each in await life.engine.journal(life.case) if each.kind is EntryKind.NODE_LEFT]
        state = await life.state()
        ends.append((state.data, state.ending, sorted(left)))
    assert ends[0] == ends[1] == ends[2]


async def migrated(seed: int) -> str:
    """Called clean, a case moves to the edited version and can still end. What was said: a verdict, or `unsound`."""
    dice = Random(seed)
    made = write(dice, dice.randint(3, 25))
    changed = _sound_edit(dice, made)
    if changed is None:
        return "unsound"
    life = Life(memory(made, [made.plan(), changed]), dice, versions=2)
    life.case = await life.engine.start("p", {}, "ann", None, 1)
    await life.meddle(dice.randint(5, 40))
    said = await life.move()
    await life.finish()
    check_undo(await life.engine.journal(life.case))
    return said


def _sound_edit(dice: Random, made: Written) -> Plan | None:
    document: Document = edited(dice, made.document)
    try:
        return plan_of(document, made.actions)
    except DefinitionInvalid:
        return None


async def agrees(seed: int, made: Written, engines: tuple[Engine, Engine], steps: int) -> None:
    """Two engines are done the same to, and show the same after each doing; `made` is calm and nothing in it races."""
    first, second = (Life(engine, Random(seed), calm=True) for engine in engines)
    await first.begin()
    await second.begin()
    for number in range(steps + MOST_ROUNDS):
        shown, other = await _shown(first), await _shown(second)
        assert shown == other, f"after {first.done[-3:]}"
        if shown["status"] == "ended":
            return
        for life in (first, second):
            await (life.once() if number < steps else life.push())
    raise Stuck(str(await first.state()))


async def _shown(life: Life) -> dict[str, Any]:
    """What a case shows, whatever was quicker in it: numbers of visits and of journal entries are not in it."""
    state = await life.state()
    acts = {act.path: (act.phase, act.failure and act.failure.code, _asked(act)) for act in state.acts.values()}
    left = [entry.path for entry in await life.engine.journal(life.case) if entry.kind is EntryKind.NODE_LEFT]
    return {
        "status": state.status,
        "ending": state.ending,
        "data": state.data,
        "open": dict(sorted(acts.items())),
        "left": sorted(left),
        "said": [done.code for done in life.done],
    }


def _asked(act: Activation) -> list[str]:
    return sorted(answerers(act.panel)) if act.panel is not None else []
