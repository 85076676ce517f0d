"""The in-memory engine with a look at every step: no token is lost or made, undo runs newest first and once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

from waystation.contracts.events import Entry, EntryKind, Started
from workflows.machine import CaseState, Machine, Step, dump_state, load_state
from workflows.machine.state import Activation, Frame, Token
from workflows.memory import ActionCall, Failed, MemoryEngine


def tokens_in(state: CaseState, frame: Frame) -> list[Token]:
    """Every token of a frame that still moves: at nodes, on its way, in queues of joins, behind an undo."""
    acts = [act.token for act in state.acts.values() if act.frame == frame.path and not _went_on(act)]
    jobs = [job for job in (state.undo, *state.undo_queue) if job is not None]
    ops = [*state.ready, *(op for job in jobs for op in job.then)]
    on_way = [op.token for op in ops if op.do == "enter" and op.frame == frame.path and op.token is not None]
    return [*acts, *on_way, *(token for queue in frame.queues.values() for token in queue)]


def _went_on(act: Activation) -> bool:
    """A foreach whose need is met has sent its token on and stays for the rest of its items."""
    return bool(act.work.get("went_on"))


def check_tokens(state: CaseState) -> None:
    """Frames and forks count exactly what is alive in them."""
    for frame in state.frames.values():
        moving = tokens_in(state, frame)
        arrived = sum(len(tokens) for fork in frame.forks.values() for tokens in fork.arrived)
        rest = sum(act.frame == frame.path and _went_on(act) for act in state.acts.values())
        alive = len(moving) + arrived + rest
        assert frame.tokens == alive, f"{frame.path!r} counts {frame.tokens} tokens and has {alive}"
        on_branch = Counter((token.fork, token.branch) for token in moving)
        on_branch.update((fork.parent, fork.parent_branch) for fork in frame.forks.values() if fork.parent)
        for fork in frame.forks.values():
            live = [on_branch[fork.key, branch] for branch in range(len(fork.live))]
            assert fork.live == live, f"{fork.key} counts {fork.live} on its branches and has {live}"
        for token in moving:
            assert not token.fork or token.fork in frame.forks, f"a token of the fork {token.fork}, which is over"


def check_undo(entries: Sequence[Entry]) -> None:
    """Undo runs newest first, and each activation is undone at most once."""
    left = {entry.path: entry.seq for entry in entries if entry.kind is EntryKind.NODE_LEFT}
    undone = [entry.path for entry in entries if entry.kind is EntryKind.UNDONE]
    assert len(undone) == len(set(undone)), f"undone twice: {undone}"
    for entry in entries:
        if entry.kind is EntryKind.UNDO_STARTED:
            ends = [left[path] for path in entry.data["records"] if path in left]
            assert ends == sorted(ends, reverse=True), f"not newest first: {entry.data['records']}"


class Watched(MemoryEngine):
    """The in-memory engine with a look at every step.

    Args:
        shuffle: what is to be done next is drawn, as when actions and answers come back in any order.
        forgetful: the case is stored and read back before every step.
    """

    def __init__(self, *args: Any, shuffle: Random | None = None, forgetful: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self._shuffle, self._forgetful = shuffle, forgetful

    async def _pump(self) -> None:
        if self._shuffle is None:
            await super()._pump()
            return
        while self._work:
            index = self._shuffle.randrange(len(self._work))
            case, event = self._work[index]
            if not isinstance(event, Started):  # a case begins before anything else happens to it
                first = next(i for i, (other, _) in enumerate(self._work) if other == case)
                index = first if isinstance(self._work[first][1], Started) else index
            chosen = self._work[index]
            del self._work[index]
            rest = list(self._work)
            self._work.clear()
            self._work.append(chosen)
            await self._one()
            self._work.extendleft(reversed(rest))

    async def _one(self) -> None:
        """Do what is at the front; what comes of it stays in line."""
        made = list(self._work)[1:]
        assert not made
        case, event = self._work.popleft()
        entry = self.cases.get(case)
        if entry is None:
            return
        match type(event).__name__:
            case "_Doing":
                self._work.append((case, await self._act(case, event.effect)))  # type: ignore[union-attr]
            case "_Offer":
                self._offer_kept(case, event.wait)  # type: ignore[union-attr]
            case _:
                self._take(case, entry.machine.apply(event))  # type: ignore[arg-type]

    def _take(self, case: str, step: Step) -> None:
        entry = self.cases[case]
        check_tokens(entry.machine.state)
        if self._forgetful:
            stored = dump_state(entry.machine.state)
            entry.machine = Machine(entry.machine.program, load_state(stored))
            assert dump_state(entry.machine.state) == stored
        super()._take(case, step)


class Stubs:
    """Actions of a written process, each counted by its own name, as scenarios stub them."""

    def __init__(self, actions: dict[str, Any]) -> None:
        self.actions, self.calls = actions, Counter[str]()

    async def __call__(self, call: ActionCall) -> Any:
        name = call.effect.action
        stub = self.actions[name]
        self.calls[name] += 1
        if "fails" in stub and self.calls[name] <= stub["times"]:
            return Failed(stub["fails"], stub["kind"])
        return stub["returns"]
