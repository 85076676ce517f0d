"""Locks across cases that a command takes: held in the store before the command is carried out.

Two cases may be asked for the same lock at the same moment; only the row of the lock can tell who was first. So the
lock is reserved there by a local activity, and the command is checked against its answer. What comes of the command
confirms the reservation (`TakeLock`) or gives it back (`FreeLock`), with the journal entries.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from waystation.contracts import runs
from waystation.contracts.events import Command, FreeLock
from waystation.contracts.runs import CaseMark, LockClaim
from workflows.machine import Machine
from workflows.outflow import Outflow

#: Writes to the store by a local activity: its name, the argument, the type of the answer.
Store = Callable[[str, Any, Any], Awaitable[Any]]


class Reserving:
    """The reservations of one case.

    Args:
        machine, mark: the case as it is when asked.
        written: waits until everything decided so far is written.
    """

    def __init__(
        self,
        outflow: Outflow,
        machine: Callable[[], Machine],
        mark: Callable[[], CaseMark],
        written: Callable[[], Awaitable[None]],
        store: Store,
    ) -> None:
        self._outflow = outflow
        self._machine = machine
        self._mark = mark
        self._written = written
        self._store = store

    async def reserve(self, command: Command) -> LockClaim | None:
        """Ask for the lock that a command takes; None where it takes none. Give the answer to `told` and `settle`."""
        claim: LockClaim | None = None
        while (wanted := self._machine().lock_wanted(command)) is not None:
            if claim is not None and wanted == (claim.path, claim.name):
                break
            self.settle(claim)  # while we asked, the case has changed, and with it the lock's name
            # What this case has given back before must be free in the store too.
            await self._written()
            asked = LockClaim(self._mark(), *wanted)
            claim = await self._store(runs.RESERVE_LOCK, asked, LockClaim)
        return claim

    def told(self, command: Command, claim: LockClaim | None) -> Command:
        """The command with what the store says of the lock, which is newer than what its sender knew."""
        if claim is None:
            return command
        known = command.facts.get("held_locks") or {}
        holder = claim.mark.case if claim.held else ""
        return replace(command, facts={**command.facts, "held_locks": {**known, claim.name: holder}})

    def settle(self, claim: LockClaim | None) -> None:
        """The command is done or refused: give back what it was not needed for."""
        if claim is not None and claim.held and not self._machine().holds_lock(claim.path, claim.name):
            _ = self._outflow.add([], [FreeLock(claim.path, claim.name, claim.name.split(":", 1)[0])])
