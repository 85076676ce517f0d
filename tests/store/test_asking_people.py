"""Every rule of section 4.1 against the organisation as it is stored, through the one place that answers questions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.store.moments import T0
from waystation.case_worker import asking
from waystation.contracts.directory import Part, PersonRecord, StandIn
from waystation.contracts.events import PeopleResolved, ResolvePeople
from waystation.contracts.people import Absence, Asked, Proxy, Request
from waystation.contracts.runs import CaseMark
from waystation.gateway import organisation as changing
from waystation.store import organisation as rows
from waystation.store.session import Database
from workflows.people import parse_duty

#: A Wednesday noon in China.
NOON = datetime(2026, 5, 6, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PEOPLE = [
    PersonRecord("root", roles=("admin",), title="owner"),
    PersonRecord("dan", title="director", manager="root"),
    PersonRecord("lea", posts=("lead",), manager="dan", at=(31.23, 121.45)),
    PersonRecord("ann", roles=("engineer",), manager="lea", skills={"repair": 3}, at=(31.24, 121.45), groups=("east",)),
    PersonRecord("bob", roles=("engineer",), manager="lea", skills={"repair": 1}, at=(30.66, 104.07), groups=("west",)),
    PersonRecord("old", roles=("engineer",), manager="lea", groups=("east",), skills={"repair": 9}, active=False),
    PersonRecord("cid", groups=("east",), proxies=(StandIn("1", Proxy("bob", ("refund",), NOON - DAY, NOON + DAY)),)),
]
PARTS = [
    Part("post", "lead", title="lead", roles=("station_lead",)),
    Part("role", "station_lead", inherits=("engineer",)),
    Part("group", "east", parent="china"),
    Part("group", "west", parent="china"),
    Part("group", "china"),
]


async def found(database: Database, *people: PersonRecord) -> None:
    async with database.write("t") as session:
        for part in PARTS:
            await rows.put_part(session, part, by="", at=T0)
        await rows.add(session, list(people or PEOPLE), by="", at=T0)
        await changing.finish(session, by="", may_administer=True, at=T0)


async def ask(database: Database, *rules: Asked, **request: Any) -> PeopleResolved:
    wanted = Request(**{"node": "n", "process": "refund", "rules": rules, "at": NOON, **request})
    mark = CaseMark("t", "c1", "refund", 1, "plan", NOON)
    async with database.read("t") as session:
        return (await asking().answer(session, mark, [ResolvePeople("n", "assign", wanted)]))[0]


@pytest.mark.parametrize(
    ("rule", "people"),
    [
        (Asked("user", "ann"), ["ann"]),
        (Asked("user", "old"), []),
        (Asked("role", "engineer"), ["lea", "ann", "bob"]),
        (Asked("group", "china"), ["ann", "bob", "cid"]),
        (Asked("manager_of", people=("ann",)), ["lea"]),
        (Asked("manager_of", people=("ann",), levels=2), ["lea", "dan"]),
        (Asked("manager_of", people=("ann",), up_to="director"), ["lea", "dan"]),
        (Asked("pick_by", people=("bob",)), ["bob"]),
        (Asked("same_as", people=("ann", "old")), ["ann"]),
        (Asked("field", people=("cid",)), ["cid"]),
        (Asked("expr", people=("dan",)), ["dan"]),
        (Asked("skill", "repair"), ["ann", "bob"]),
        (Asked("skill", {"repair": 2}), ["ann"]),
        (Asked("near", [31.23, 121.45], within_m=3000.0), ["lea", "ann"]),
    ],
    ids=lambda value: f"{value.by}" if isinstance(value, Asked) else "",
)
async def test_each_rule(database: Database, rule: Asked, people: list[str]) -> None:
    """Found in the stored organisation, and recorded with the rule that found them."""
    await found(database)
    resolution = (await ask(database, rule, when_empty="reject")).resolution
    assert [seat.person for seat in resolution.seats] == people
    assert resolution.fired[0] == {"rule": 0, "by": rule.by, "people": people}
    assert (resolution.empty == "reject") == (not people)


async def test_the_exceptions(database: Database) -> None:
    """Exclusion, the initiator, nobody, proxies in their period: each with its record."""
    await found(database)
    engineers = Asked("role", "engineer")
    excluded = (await ask(database, engineers, exclude=("ann",))).resolution
    assert {"rule": -1, "by": "exclude", "people": ["ann"]} in excluded.fired
    own = (await ask(database, Asked("user", "ann"), initiator="ann", when_initiator="manager")).resolution
    assert [seat.person for seat in own.seats] == ["lea"]
    nobody = (await ask(database, Asked("role", "no_such"))).resolution
    assert ([seat.person for seat in nobody.seats], nobody.empty) == (["root"], "admin")
    for at, proxies in ((NOON, ("bob",)), (NOON + DAY, ()), (NOON - 2 * DAY, ())):
        assert (await ask(database, Asked("user", "cid"), at=at)).resolution.seats[0].proxies == proxies
    other = (await ask(database, Asked("user", "cid"), process="other")).resolution
    assert other.seats[0].proxies == ()


async def test_strategies_look_at_absence_duty_and_capacity(database: Database) -> None:
    """Away first goes last, then off duty, then full; who has the task keeps it; a pool does not look at all."""
    leave = Absence(NOON - DAY, NOON + DAY, "leave", "1")
    await found(
        database,
        PersonRecord("root", roles=("admin",)),
        PersonRecord("away", roles=("x",), absences=(leave,)),
        PersonRecord("night", roles=("x",), duty=parse_duty("mon-sun 20:00-06:00")),
        PersonRecord("full", roles=("x",), capacity=0),
        PersonRecord("free", roles=("x",), duty=parse_duty("wed 09:00-18:00")),
    )
    rule = Asked("role", "x")

    async def given(strategy: str, at: datetime = NOON, **more: Any) -> list[str]:
        answer = await ask(database, rule, strategy=strategy, at=at, **more)
        return [seat.person for seat in answer.resolution.seats]

    for strategy in ("least_loaded", "round_robin", "random"):
        assert await given(strategy) == ["free"]
        assert await given(strategy, NOON + timedelta(hours=10)) == ["night"]
        assert await given(strategy, keep=("full",)) == ["full"]
        assert await given(strategy, keep=("away",)) == ["free"]
        assert await given(strategy, exclude=("free", "night", "full")) == ["away"]
    assert await given("pool") == ["away", "night", "full", "free"]
    assert await given("least_loaded", NOON + 3 * DAY + timedelta(hours=1), exclude=("night",)) == ["away"]
