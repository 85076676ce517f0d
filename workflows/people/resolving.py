"""Who is asked here? All the rules of a node together, in one fixed order, with a record of each that fired.

1. each rule finds people; a person found twice keeps the first seat and the larger weight;
2. `exclude` takes people out, at every later step too;
3. `when_initiator` lets the initiator's seat pass, or gives it to his manager;
4. 去重: people who agreed before pass by themselves;
5. with `replace_away`, somebody out of office gives his seat to his first proxy at work, or keeps it if he has none;
6. a strategy that allocates to one picks him among those who must be asked, people at work and below capacity first;
7. `when_empty`, if nobody is left;
8. every seat gets the proxies who may act for it now.

An initiator whose seat passes or goes to his manager does not come back through another door: he is no proxy here
either, neither in place of somebody away nor beside him.
"""

from __future__ import annotations

from typing import Any

from msgspec import structs

from waystation.contracts.people import Organisation, Request, Resolution, Seat
from workflows.people.finding import find, first_manager, holders
from workflows.people.load import Load
from workflows.people.picking import allocates, pick
from workflows.people.presence import is_away
from workflows.people.proxies import is_active, proxies_of

#: `Seat.rule` of people found by `when_empty`.
FALLBACK = -1


def resolve(organisation: Organisation, request: Request, load: Load) -> Resolution:
    """The people to ask at a node, a pure function of its arguments."""
    return _Asking(organisation, request, load).resolution()


class _Asking:
    """One asking, step by step; `fired` collects what each step did."""

    def __init__(self, organisation: Organisation, request: Request, load: Load) -> None:
        self.organisation = organisation
        self.request = request
        self.load = load
        self.fired: list[dict[str, Any]] = []

    def resolution(self) -> Resolution:
        seats = self._found()
        seats = self._initiator(seats)
        seats = self._repeated(seats)
        seats = self._away(seats)
        empty = None
        if not seats:
            seats, empty = self._nobody()
        seats = self._allocated(seats)
        return Resolution(tuple(self._with_proxies(seat) for seat in seats), tuple(self.fired), empty)

    def _found(self) -> list[Seat]:
        seats: list[Seat] = []
        excluded: list[str] = []
        for index, asked in enumerate(self.request.rules):
            found = find(self.organisation, asked)
            self.fired.append({"rule": index, "by": asked.by, "people": [one.person for one in found]})
            excluded += [one.person for one in found if one.person in self.request.exclude]
            seats += [
                Seat(one.person, rule=index, weight=asked.weight, stage=one.stage)
                for one in found
                if one.person not in self.request.exclude
            ]
        if excluded:
            self._fire("exclude", list(dict.fromkeys(excluded)))
        return _each_once(seats)

    def _initiator(self, seats: list[Seat]) -> list[Seat]:
        initiator, rule = self.request.initiator, self.request.when_initiator
        mine = next((seat for seat in seats if seat.person == initiator), None)
        if rule == "self" or not initiator or mine is None:
            return seats
        if rule == "skip":
            self._fire("when_initiator", [initiator], seat=mine, how="skip")
            return [structs.replace(seat, passes="initiator") if seat is mine else seat for seat in seats]
        manager = first_manager(self.organisation, initiator, self.request.exclude)
        self._fire("when_initiator", [manager] if manager else [], seat=mine, how="manager")
        return _given_to(seats, mine, manager)

    def _repeated(self, seats: list[Seat]) -> list[Seat]:
        again = [seat.person for seat in seats if seat.passes is None and seat.person in self.request.repeated]
        if again:
            self._fire("repeat", again)
        return [structs.replace(seat, passes="repeat") if seat.person in again else seat for seat in seats]

    def _away(self, seats: list[Seat]) -> list[Seat]:
        for seat in seats if self.request.replace_away else ():
            if seat.passes is None and self._is_away(seat.person):
                standing_in = [one for one in self._proxies(seat.person) if not self._is_away(one)]
                if standing_in:
                    self._fire("proxy", standing_in[:1], seat=seat, **{"for": seat.person})
                    seats = _given_to(seats, seat, standing_in[0])
        return seats

    def _is_away(self, person: str) -> bool:
        return is_away(self.organisation.people[person], self.request.at)

    def _allocated(self, seats: list[Seat]) -> list[Seat]:
        if not allocates(self.request.strategy) or not seats:
            return seats
        must_answer = [seat for seat in seats if seat.passes is None]
        chosen = pick(self.organisation, self.request, self.load, must_answer or seats)
        self._fire("strategy", [chosen.person], seat=chosen, how=self.request.strategy)
        return [structs.replace(chosen, stage=0)]

    def _nobody(self) -> tuple[list[Seat], str]:
        """`when_empty`. A named user who is gone or excluded falls to the admins; without admins the node fails."""
        rule, _, user = self.request.when_empty.partition(":")
        people: list[str] = []
        if rule == "user":
            people = [user] if self._may_be_asked(user) else []
            rule = rule if people else "admin"
        if rule == "admin":
            listed = self.organisation.admins or tuple(holders(self.organisation, "admin"))
            people = [person for person in dict.fromkeys(listed) if self._may_be_asked(person)]
        seats = self._initiator([Seat(person, rule=FALLBACK) for person in people])
        rule = "fail" if rule in ("admin", "user") and not seats else rule
        self._fire("when_empty", people, how=rule)
        return seats, rule

    def _may_be_asked(self, person: str) -> bool:
        return is_active(self.organisation, person) and person not in self.request.exclude

    def _barred(self, person: str) -> tuple[str, ...]:
        """Who must not act here: excluded people; the initiator, for somebody else, unless he may approve himself."""
        initiator = self.request.initiator
        by_rule = initiator and self.request.when_initiator != "self" and person != initiator
        return (*self.request.exclude, *([initiator] if by_rule else []))

    def _proxies(self, person: str) -> tuple[str, ...]:
        request = self.request
        return proxies_of(self.organisation, person, request.process, request.at, self._barred(person))

    def _with_proxies(self, seat: Seat) -> Seat:
        return structs.replace(seat, proxies=self._proxies(seat.person)) if seat.passes is None else seat

    def _fire(self, by: str, people: list[str], seat: Seat | None = None, **more: str) -> None:
        self.fired.append({"rule": seat.rule if seat else FALLBACK, "by": by, "people": people, **more})


def _given_to(seats: list[Seat], seat: Seat, person: str | None) -> list[Seat]:
    """The seats after this one went to somebody else, or to nobody."""
    changed = [structs.replace(one, person=person) if one is seat and person else one for one in seats]
    return _each_once([one for one in changed if one is not seat])


def _each_once(seats: list[Seat]) -> list[Seat]:
    """The first seat of each person, with the largest weight that found him. A seat to answer beats one that passes."""
    by_person: dict[str, Seat] = {}
    for seat in seats:
        earlier = by_person.get(seat.person)
        if earlier is None:
            by_person[seat.person] = seat
        else:
            passes = earlier.passes if earlier.passes == seat.passes else None
            weight = max(earlier.weight, seat.weight)
            by_person[seat.person] = structs.replace(earlier, weight=weight, passes=passes)
    return list(by_person.values())
