"""Allocating to one of several: least loaded, in turn, or at random by a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from waystation.contracts.people import Organisation, Request, Seat
from workflows.people.load import Load
from workflows.people.presence import is_away, is_on_duty

_Pick = Callable[[Request, Load, Sequence[Seat]], Seat]


def allocates(strategy: str) -> bool:
    """Does this strategy give the task to one person?"""
    return strategy in _STRATEGIES


def pick(organisation: Organisation, request: Request, load: Load, seats: Sequence[Seat]) -> Seat:
    """The one who gets it. People out of office, off duty or at their capacity come into question only if all are.

    Who has the task already keeps it while he is in office: a change elsewhere in the organisation moves nothing.
    """
    in_office = [seat for seat in seats if not is_away(organisation.people[seat.person], request.at)] or list(seats)
    kept = [seat for seat in in_office if seat.person in request.keep]
    if kept:
        return kept[0]
    at_work = [
        seat for seat in in_office if is_on_duty(organisation, organisation.people[seat.person], request.at)
    ] or in_office
    free = [seat for seat in at_work if _has_room(organisation, load, seat.person)]
    return _STRATEGIES[request.strategy](request, load, free or at_work)


def _has_room(organisation: Organisation, load: Load, person: str) -> bool:
    capacity = organisation.people[person].capacity
    return capacity is None or load.open.get(person, 0) < capacity


def _least_loaded(request: Request, load: Load, seats: Sequence[Seat]) -> Seat:
    """Fewest open tasks; of equals the one who has been idle longest, then the first found."""

    def burden(seat: Seat) -> tuple[int, bool, datetime | None]:
        last = load.last.get(seat.person)
        return load.open.get(seat.person, 0), last is not None, last

    return min(seats, key=burden)


def _round_robin(request: Request, load: Load, seats: Sequence[Seat]) -> Seat:
    return seats[load.turn(request.process, request.node) % len(seats)]


def _random(request: Request, load: Load, seats: Sequence[Seat]) -> Seat:
    drawn = hashlib.sha256(f"{load.seed}\0{request.process}\0{request.node}".encode()).digest()
    return seats[int.from_bytes(drawn[:8], "big") % len(seats)]


_STRATEGIES: dict[str, _Pick] = {"least_loaded": _least_loaded, "round_robin": _round_robin, "random": _random}
