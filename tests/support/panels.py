"""A panel with a clock and people who act on it, so that a test reads as what happened around one node."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from waystation.contracts.errors import Refused
from waystation.contracts.events import Command
from waystation.contracts.people import Resolution, Seat
from workflows.panel import Change, Panel, PanelSettings, answerers, check, convene, perform, verdict, withdraw_others

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
EVERYTHING = (
    "transfer",
    "delegate",
    "add_before",
    "add_after",
    "add_with",
    "remove",
    "return",
    "urge",
    "cc",
    "comment",
    "take_back",
)


@dataclass(frozen=True)
class Surroundings:
    """A `VerbContext` of plain values. `asked` lists which of the lazy questions were put."""

    at: datetime = MORNING
    excluded: frozenset[str] = frozenset()
    allow: tuple[str, ...] = EVERYTHING
    acts_for: frozenset[str] = frozenset()
    is_operator: bool = False
    is_locked: bool = False
    form_is_bad: bool = False
    strangers: frozenset[str] = frozenset({"nobody"})
    asked: list[str] = field(default_factory=list)

    def locked(self) -> bool:
        self.asked.append("locked")
        return self.is_locked

    def check_form(self) -> None:
        self.asked.append("form")
        if self.form_is_bad:
            raise Refused("bad_form")

    def known(self, person: str) -> bool:
        return person not in self.strangers


@dataclass
class Room:
    """One node's panel. Unless a test says otherwise every verb is open to everybody asked."""

    panel: Panel
    around: Surroundings = field(default_factory=Surroundings)

    def does(self, actor: str, verb: str, **args: Any) -> list[Change]:
        """The actor uses a verb; it must be accepted. `around` changes the surroundings for this command alone."""
        around = replace(self.around, **args.pop("around", {}))
        command = self._command(actor, verb, args)
        check(self.panel, command, around)
        return perform(self.panel, command, around)

    def refuses(self, actor: str, verb: str, **args: Any) -> str:
        """The code that the actor's command is refused with; the panel must be what it was before."""
        around = replace(self.around, **args.pop("around", {}))
        before = msgspec.json.encode(self.panel)
        with pytest.raises(Refused) as refused:
            check(self.panel, self._command(actor, verb, args), around)
        assert before == msgspec.json.encode(self.panel), "a refused command leaves no trace"
        assert refused.value.en
        assert refused.value.zh
        return refused.value.code

    def later(self, **hours: float) -> None:
        self.around = replace(self.around, at=self.around.at + timedelta(**hours))

    @property
    def asked(self) -> list[str]:
        return answerers(self.panel)

    @property
    def result(self) -> str | None:
        return verdict(self.panel)

    def close(self) -> list[Change]:
        return withdraw_others(self.panel)

    def _command(self, actor: str, verb: str, args: dict[str, Any]) -> Command:
        facts, revision = args.pop("facts", {}), args.pop("revision", None)
        named = {key.rstrip("_"): value for key, value in args.items()}
        return Command(id="c", at=self.around.at, verb=verb, actor=actor, args=named, facts=facts, revision=revision)


def seats(*people: str | Seat) -> tuple[Seat, ...]:
    return tuple(one if isinstance(one, Seat) else Seat(one) for one in people)


def approval(*people: str | Seat, **settings: Any) -> Room:
    """An approval put to these people, in mode `any` unless said otherwise."""
    return Room(convene(PanelSettings(judge=True, **settings), Resolution(seats(*people)), MORNING))


def task(*people: str | Seat, **settings: Any) -> Room:
    """A task offered to these people as a pool unless said otherwise."""
    return Room(convene(PanelSettings(judge=False, **settings), Resolution(seats(*people)), MORNING))
