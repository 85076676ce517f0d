"""Engine: what a driver of cases can do, whatever is underneath. Scenarios, simulation and forecast are written on it.

`workflows.memory` implements it without a server; `waystation.scenario_temporal` on a Temporal server.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from waystation.contracts.events import Command, Entry
from waystation.contracts.people import Organisation
from workflows.machine import CaseState, Program

#: When the clock of a scenario starts: a Monday morning, 09:00 in China, with no holiday near.
SCENARIO_START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Programs(Protocol):
    """Where compiled processes come from."""

    def processes(self) -> list[str]:
        """Ids of all processes."""

    def latest(self, process: str) -> tuple[int, Program]:
        """Number and program of the version that new cases get.

        Raises:
            Refused: `unknown_process`.
        """

    def numbered(self, process: str, version: int) -> Program:
        """One version.

        Raises:
            Refused: `unknown_version`.
        """


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a message: how many waiting cases took it, and the cases that it started."""

    taken: int = 0
    started: tuple[str, ...] = ()


@dataclass(slots=True)
class Told:
    """A notice as it reached people."""

    case: str
    to: tuple[str, ...]
    template: str
    values: dict[str, Any] = field(default_factory=dict)


class Engine(Protocol):
    """One tenant's cases. All methods return when everything that they caused at once is done."""

    async def start(
        self, process: str, data: dict[str, Any], actor: str = "", key: str | None = None, version: int | None = None
    ) -> str:
        """Start a case, or find the open one with this key and equal data; its id.

        Raises:
            Refused: `not_allowed`, `bad_form`, `key_in_use`, `unknown_process`.
        """

    async def command(self, case: str, command: Command) -> Any:
        """Carry out a command, with its facts looked up. `command.at` is ignored: the engine's clock counts.

        Raises:
            Refused: with its code; nothing has changed.
        """

    async def message(self, name: str, fields: dict[str, Any], message_id: str | None = None) -> Delivered:
        """Send a message: processes that start by it start a case, waiting cases take it, else it is kept."""

    async def advance(self, by: timedelta) -> None:
        """Move the clock of all cases, stopping at each due time."""

    async def set_people(self, organisation: Organisation) -> None:
        """Change the organisation; open tasks are resolved again."""

    async def state(self, case: str) -> CaseState:
        """A case's state, for reading only."""

    async def program(self, case: str) -> Program: ...

    async def journal(self, case: str) -> list[Entry]:
        """All entries, in order."""

    async def open_cases(self) -> list[str]:
        """The ids of all cases that have not ended, also those that other cases started; in a stable order."""

    async def all_cases(self) -> list[str]:
        """The ids of all cases, also of those that have ended."""

    def now(self) -> datetime: ...

    def organisation(self) -> Organisation: ...
