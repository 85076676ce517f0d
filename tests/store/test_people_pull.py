"""A contact list into the organisation: new people, changes, those who left, and what stays our own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from activities.people.contracts import Department, Directory, Member
from tests.store.moments import T0
from waystation.contracts.directory import PersonRecord
from waystation.contracts.errors import Refused
from waystation.contracts.people import Organisation
from waystation.gateway import organisation as changing
from waystation.gateway.people_pull import Pulled, pull
from waystation.store import organisation as rows
from waystation.store import people
from waystation.store.session import Database

DEPARTMENTS = [Department("1", "驿站", None, ("boss",)), Department("2", "华东站", "1", ("lisi",))]
BOSS = Member("boss", "陈总", departments=("1",))
LISI = Member("lisi", "李四", "lisi@x.cn", "+86 13800000001", "lead", ("2",))
WANG = Member("wang", "王五", departments=("2",))


@dataclass
class Listed:
    """A directory that holds these."""

    people: list[Member]
    groups: list[Department]
    source: str = "wecom"

    async def departments(self) -> list[Department]:
        return self.groups

    async def members(self, departments: list[Department]) -> list[Member]:
        return self.people


def listed(*members: Member) -> Directory:
    return Listed(list(members), DEPARTMENTS)


async def begin(database: Database, *records: PersonRecord) -> None:
    async with database.write("t") as session:
        await rows.add(session, [PersonRecord("root", roles=("admin",)), *records], by="", at=T0)
        await changing.finish(session, by="", may_administer=True, at=T0)


async def now(database: Database) -> Organisation:
    async with database.read("t") as session:
        found = await people.organisation(session)
        assert found == await rows.compose(session)
        return found


async def bring(database: Database, *members: Member, dry_run: bool = False, force: bool = False) -> Pulled:
    return await pull(database, "t", listed(*members), dry_run=dry_run, force=force)


async def test_a_list_becomes_people_and_groups(database: Database) -> None:
    """Departments are groups with those above them; who leads one is the manager; again, nothing changes."""
    await begin(database)
    tried = await bring(database, BOSS, LISI, WANG, dry_run=True)
    assert (tried.added, tried.groups) == (["boss", "lisi", "wang"], ["wecom-1", "wecom-2"])
    assert list((await now(database)).people) == ["root"]
    assert (await bring(database, BOSS, LISI, WANG)).added == tried.added
    found = (await now(database)).people
    assert found["wang"].groups == ("wecom-2", "wecom-1")
    assert [found[one].manager for one in ("boss", "lisi", "wang")] == [None, "boss", "lisi"]
    again = await bring(database, BOSS, LISI, WANG)
    assert (again.added, again.changed, again.unchanged, again.job) == ([], {}, 3, None)


async def test_who_is_known_is_linked(database: Database) -> None:
    """By an e-mail address or telephone that only he has; his roles and own groups stay. Ids never link."""
    await begin(
        database,
        PersonRecord("li", phone="138 0000 0001", roles=("engineer",), groups=("pilot",)),
        PersonRecord("wang", "Somebody else"),
    )
    report = await bring(database, BOSS, LISI, WANG)
    assert report.added == ["boss", "wang.wecom"]
    found = (await now(database)).people
    assert (found["li"].name, found["li"].roles) == ("李四", ("engineer",))
    assert found["li"].groups == ("pilot", "wecom-2", "wecom-1")
    assert found["wang"].name == "Somebody else"


async def test_who_is_gone_has_left(database: Database) -> None:
    """Missing or disabled: inactive, with a job that moves his work. People from elsewhere stay."""
    await begin(database, PersonRecord("own"))
    await bring(database, BOSS, LISI, WANG)
    report = await bring(database, BOSS, replace(LISI, active=False))
    assert (report.left, report.changed) == (["wang"], {"lisi": ["active"]})
    assert report.job is not None
    found = (await now(database)).people
    assert [one.id for one in found.values() if not one.active] == ["lisi", "wang"]
    back = await bring(database, BOSS, LISI, WANG)
    assert sorted(back.changed) == ["lisi", "wang"]


async def test_a_list_that_lost_almost_everybody_is_a_mistake(database: Database) -> None:
    """Somebody narrowed what the application may see: refused, unless it is said to be meant."""
    await begin(database)
    many = [Member(f"m{number}", "x") for number in range(20)]
    await bring(database, *many)
    with pytest.raises(Refused, match="too_many_leavers"):
        await bring(database, *many[:5])
    assert len((await bring(database, *many[:5], force=True)).left) == 15


async def test_bad_data_spoils_only_itself(database: Database) -> None:
    """Who cannot be taken over is skipped with the reason; circles of command are cut; odd ids are made fit."""
    await begin(database)
    circle = (replace(BOSS, manager="lisi"), replace(LISI, manager="boss"))
    report = await bring(database, *circle, Member("zhao liu/1", "赵六", manager="bad"), Member("bad", "x", "no mail"))
    assert list(report.skipped) == ["bad"]
    found = (await now(database)).people
    assert (found["boss"].manager, found["lisi"].manager, found["zhao_liu_1"].manager) == ("lisi", None, None)
