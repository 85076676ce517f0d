"""The organisation as rows: people and parts with revisions, pages, ids elsewhere, and what they make together."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from tests.store.moments import T0, later
from waystation.contracts.directory import ADMINS, Part, PersonRecord, StandIn
from waystation.contracts.errors import Refused
from waystation.contracts.people import Absence, Organisation, Person, Proxy
from waystation.gateway import organisation as changing
from waystation.gateway.organisation import Changed
from waystation.store import organisation as rows
from waystation.store import outbox, people, people_jobs
from waystation.store.people_jobs import Done
from waystation.store.session import Conflict, Database, TenantSession

ROOT = PersonRecord("root", "Root", roles=("admin",))


async def finish(session: TenantSession, by: str = "root", *, may_administer: bool = True) -> Changed:
    return await changing.finish(session, by=by, may_administer=may_administer, at=T0)


async def put(
    database: Database, record: PersonRecord | Part, by: str = "root", *, may_administer: bool = True
) -> Changed:
    """One change in a transaction of its own."""
    async with database.write("t") as session:
        if isinstance(record, Part):
            await rows.put_part(session, record, by=by, at=T0)
        else:
            await rows.change(session, record, by=by, at=T0)
        return await finish(session, by, may_administer=may_administer)


async def found(database: Database, *records: PersonRecord, parts: tuple[Part, ...] = ()) -> None:
    """These people and parts are the organisation, with `root` as its admin."""
    async with database.write("t") as session:
        await rows.add(session, [ROOT, *records], by="root", at=T0)
        for part in parts:
            await rows.put_part(session, part, by="root", at=T0)
        await finish(session)


async def test_rows_make_the_organisation(database: Database) -> None:
    """A post gives title and roles, a group brings those above it, a role what it inherits; order is kept."""
    at = (31.23, 121.47)
    await found(
        database,
        PersonRecord("zoe", "周", posts=("lead",), groups=("team",), skills={"repair": 3}, at=at, capacity=2),
        PersonRecord("ann", "安", manager="zoe", proxies=(StandIn("1", Proxy("zoe", ("refund",))),)),
        parts=(
            Part("post", "lead", title="lead", roles=("engineer",)),
            Part("group", "team", parent="south"),
            Part("group", "south"),
            Part("role", "engineer", inherits=("employee",)),
            Part(*ADMINS, people=("root",)),  # type: ignore[arg-type]
        ),
    )
    async with database.read("t") as session:
        known = await people.organisation(session)
        assert known == await rows.compose(session)
    assert list(known.people) == ["root", "zoe", "ann"]
    zoe = known.people["zoe"]
    assert (zoe.title, zoe.roles, zoe.groups, zoe.at) == ("lead", ("engineer",), ("team", "south"), at)
    assert known.people["ann"].proxy == (Proxy("zoe", ("refund",)),)
    assert (known.inherits, known.admins) == ({"engineer": ("employee",)}, ("root",))


async def test_saving_a_whole_organisation_makes_its_rows(database: Database) -> None:
    """What is saved as a whole is what its rows make; who is not in it any more has no row; contacts stay."""
    first = Organisation({"ann": Person("ann"), "bob": Person("bob", manager="ann")}, {"lead": ("staff",)}, ("ann",))
    second = Organisation({"cid": Person("cid", away=True), "bob": Person("bob", skills={"x": 2})})
    async with database.write("t") as session:
        await people.save_organisation(session, first, by="", at=T0)
        bob = await rows.person(session, "bob")
        assert bob is not None
        await rows.change(session, msgspec.structs.replace(bob.record, email="b@x.cn"), by="", at=T0)
        assert await rows.compose(session) == first
        await people.save_organisation(session, second, by="", at=T0)
    async with database.read("t") as session:
        assert await rows.compose(session) == second == await people.organisation(session)
        assert list(await rows.everybody(session)) == ["cid", "bob"]
        kept = await rows.person(session, "bob")
        assert kept is not None
        assert kept.record.email == "b@x.cn"


async def test_a_stale_change_is_refused(database: Database) -> None:
    """Who has seen an older revision must read again; an equal record changes nothing."""
    await found(database, PersonRecord("ann", "Ann"))
    async with database.write("t") as session:
        same = await rows.change(session, PersonRecord("ann", "Ann"), by="root", at=later(1), revision=1)
        assert same.revision == 1
        changed = await rows.change(session, PersonRecord("ann", "Anne"), by="root", at=later(1), revision=1)
        assert changed.revision == 2
        with pytest.raises(Refused) as refused:
            await rows.change(session, PersonRecord("ann", "Anna"), by="root", at=later(2), revision=1)
        assert (refused.value.code, refused.value.detail) == ("changed_meanwhile", {"revision": 2})
        with pytest.raises(Refused, match="not_found"):
            await rows.change(session, PersonRecord("nobody"), by="root", at=T0)
        part = await rows.put_part(session, Part("role", "lead"), by="root", at=T0)
        with pytest.raises(Refused, match="changed_meanwhile"):
            await rows.put_part(session, Part("role", "lead", name="x"), by="root", at=T0, revision=part.revision + 1)


async def test_pages_of_people(database: Database) -> None:
    """In the organisation's order, filtered, page by page; wildcards in the text are plain letters."""
    await found(database, *(PersonRecord(f"p{number}", f"Person {number}%") for number in range(5)))
    async with database.read("t") as session:
        first = await rows.page(session, text="PERSON", limit=3)
        second = await rows.page(session, text="PERSON", limit=3, cursor=first.next)
        assert [[one.record.id for one in page.items] for page in (first, second)] == [["p0", "p1", "p2"], ["p3", "p4"]]
        assert second.next is None
        assert [one.record.id for one in (await rows.page(session, text="3%")).items] == ["p3"]
        assert (await rows.page(session, text="_")).items == []
        assert [one.record.id for one in (await rows.page(session, among=["p4", "root"])).items] == ["root", "p4"]


async def test_an_external_id_is_one_person(database: Database) -> None:
    """Found by source and id, never in another tenant; a second person with it is refused."""
    await found(database, PersonRecord("ann", external={"wecom": "w1"}))
    async with database.write("t") as session:
        with pytest.raises(Refused, match="external_id_in_use"):
            await rows.add(session, [PersonRecord("bob", external={"wecom": "w1"})], by="root", at=T0)
    async with database.write("t") as session:
        await rows.change(session, PersonRecord("ann", external={"wecom": "w2"}), by="root", at=T0)
    async with database.read("t") as session:
        assert await rows.links(session, "wecom") == {"w2": "ann"}
        assert await rows.by_external_id(session, "wecom", "w1") is None
    async with database.read("other") as session:
        assert await rows.by_external_id(session, "wecom", "w2") is None
        assert await rows.everybody(session) == {}


async def test_unsound_changes_are_refused_whole(database: Database) -> None:
    """A circle of command, a proxy loop or a manager who is nobody: nothing of the change stays."""
    await found(database, PersonRecord("ann"), PersonRecord("bob", manager="ann"))
    bad = [
        (PersonRecord("ann", manager="bob"), "manager_cycle"),
        (PersonRecord("ann", manager="ghost"), "unknown_person"),
        (PersonRecord("ann", proxies=(StandIn("1", Proxy("ghost")),)), "unknown_person"),
    ]
    for record, code in bad:
        with pytest.raises(Refused) as invalid:
            await put(database, record)
        assert [problem["code"] for problem in invalid.value.detail["problems"]] == [code]
    async with database.read("t") as session:
        assert await people.latest_version(session) == 1
        known = await rows.person(session, "ann")
        assert known is not None
        assert known.record == PersonRecord("ann")


async def test_only_admins_make_admins(database: Database) -> None:
    """Neither directly nor through a role that inherits; and the last admin stays."""
    await found(database, PersonRecord("hr", roles=("hr",)), PersonRecord("ann", roles=("lead",)))
    attempts = [
        PersonRecord("hr", roles=("hr", "admin")),
        PersonRecord("root", "Root", roles=("admin",), manager="hr"),
        PersonRecord("root", "Root", roles=("admin",), active=False),
    ]
    for record in attempts:
        with pytest.raises(Refused) as refused:
            await put(database, record, "hr", may_administer=False)
        assert refused.value.code in ("not_allowed", "last_admin")
    with pytest.raises(Refused, match="not_allowed"):
        await put(database, Part("role", "lead", inherits=("admin",)), "hr", may_administer=False)
    with pytest.raises(Refused, match="last_admin"):
        await put(database, PersonRecord("root", "Root"))


async def test_who_leaves_is_signed_out_and_work_moves(database: Database) -> None:
    """Leaving ends logins and starts one job for all changes that come before it begins; names alone start none."""
    await found(database, PersonRecord("ann"), PersonRecord("bob"))
    async with database.write("t") as session:
        await people.save_user(session, "ann", "ann", "hash", at=T0)
        await people.add_token(session, "d", "ann", kind="session", at=T0)
        await rows.change(session, PersonRecord("bob", "Bob"), by="root", at=T0)
        assert (await finish(session)).job is None
    jobs = []
    for person in ("ann", "bob"):
        async with database.write("t") as session:
            await rows.change(session, PersonRecord(person, active=False), by="root", at=T0)
            jobs.append((await finish(session)).job)
    assert jobs[0] == jobs[1]
    async with database.write("t") as session:
        assert await people.bearer(session, "d", at=T0) is None
        job = await people_jobs.begin(session, str(jobs[0]))
        assert job is not None
        assert job.args == {"gone": ["ann", "bob"]}
        await rows.change(session, PersonRecord("ann"), by="root", at=T0)
        assert (await finish(session)).job != jobs[0]
        user = await people.user(session, "ann")
        assert user is not None
        assert user.disabled_at is None


async def test_periods_come_back_when_they_begin_and_end(database: Database) -> None:
    """A future absence is put into the outbox for its first and last moment."""
    await found(database, PersonRecord("ann"))
    begins, ends = T0 + timedelta(days=1), T0 + timedelta(days=3)
    async with database.write("t") as session:
        away = PersonRecord("ann", absences=(Absence(begins, ends, "leave", "1"),))
        await rows.change(session, away, by="root", at=T0)
        await finish(session)
    async with database.write("t") as session:
        at_once = await outbox.claim(session, [people_jobs.PEOPLE_JOB], "w", at=T0)
        assert all("clock" not in item.body for item in at_once)
        due = [len(await outbox.claim(session, [people_jobs.PEOPLE_JOB], "w", at=at)) for at in (begins, ends)]
    assert due[1] >= 1
    assert due[0] >= 1


async def test_a_round_counts_once(database: Database) -> None:
    """Two workers that did the same batch: one result; the job ends when a batch is the last."""
    async with database.write("t") as session:
        job = await people_jobs.start(session, people_jobs.HANDOVER, {"from": "a", "to": "b"}, by="root", at=T0)
        results = [Done(("c1", ""), ok=True), Done(("c2", ""), ok=False, code="four_eyes")]
        assert await people_jobs.finish_round(session, job, 0, results, last=False, at=T0)
        assert not await people_jobs.finish_round(session, job, 0, results, last=False, at=T0)
        assert await people_jobs.failed_places(session, job) == [("c2", "")]
        await people_jobs.tried_again(session, job, [Done(("c2", ""), ok=True)], at=T0)
        assert await people_jobs.finish_round(session, job, 1, [], last=True, at=T0)
    async with database.read("t") as session:
        row = await people_jobs.job(session, job)
        assert row is not None
        assert (row.status, row.done, row.failed, row.cursor) == ("done", 2, 0, ["c2", ""])
        assert [item.ok for item in (await people_jobs.items(session, job)).items] == [True, True]
        assert [one.job for one in (await people_jobs.jobs(session)).items] == [job]


async def test_only_the_newest_versions_are_kept(database: Database) -> None:
    """Each version holds the whole organisation, so old ones go."""
    async with database.write("t") as session:
        for number in range(people.KEPT + 2):
            one = Organisation({"ann": Person("ann", name=str(number))})
            await people.save_version(session, one, number, by="", at=T0)
        assert (await people.organisation(session, 2)).people == {}
        assert (await people.organisation(session, 3)).people["ann"].name == "2"


async def test_changes_at_the_same_time_are_all_there(database: Database) -> None:
    """Each version holds what every earlier one changed: whoever comes too late does his change again."""
    await found(database, *(PersonRecord(f"p{number}") for number in range(6)))

    async def rename(number: int) -> None:
        async def work(session: TenantSession) -> None:
            await rows.change(session, PersonRecord(f"p{number}", f"new {number}"), by="root", at=T0)
            await finish(session)

        await database.transact("t", work)

    await asyncio.gather(*(rename(number) for number in range(6)))
    async with database.read("t") as session:
        known = await people.organisation(session)
        assert known == await rows.compose(session)
        assert await people.latest_version(session) == 7
    assert [known.people[f"p{number}"].name for number in range(6)] == [f"new {number}" for number in range(6)]


async def test_who_comes_too_late_does_not_overwrite(database: Database) -> None:
    """A version made from what was read before another one was saved is refused, and done again."""
    await found(database)
    async with database.read("t") as session:
        latest = await people.latest_version(session)
    await put(database, PersonRecord("root", "Renamed", roles=("admin",)))
    with pytest.raises(Conflict):
        async with database.write("t") as session:
            await people.save_version(session, Organisation(), latest, by="", at=T0)


async def test_two_who_add_the_same_person(database: Database) -> None:
    """One does, the other is told; never a person twice, never an error of the database."""
    await found(database)

    async def hire() -> str:
        async def work(session: TenantSession) -> None:
            await rows.add(session, [PersonRecord("ann", external={"hr": "1"})], by="root", at=T0)
            await finish(session)

        try:
            await database.transact("t", work)
        except Refused as refused:
            return refused.code
        return "added"

    assert sorted(await asyncio.gather(hire(), hire(), hire())) == ["added", "already_there", "already_there"]


async def _change_and_think_better(database: Database) -> None:
    async with database.write("t") as session:
        await people.save_organisation(session, Organisation({"bob": Person("bob")}), by="", at=T0)
        assert list((await people.organisation(session)).people) == ["bob"]
        raise RuntimeError("changed my mind")


async def test_an_organisation_is_read_once(database: Database) -> None:
    """A version that was committed is known from then on; one that is rolled back is never known to others."""
    async with database.write("t") as session:
        first = await people.save_organisation(session, Organisation({"ann": Person("ann")}), by="", at=T0)
    with pytest.raises(RuntimeError, match="changed my mind"):
        await _change_and_think_better(database)
    async with database.read("t") as session:
        known = await people.organisation(session)
        assert list(known.people) == ["ann"]
        assert await people.organisation(session, first) is known
    async with database.read("other") as session:
        assert not (await people.organisation(session)).people
    async with database.write("t") as session:
        await people.save_organisation(session, Organisation({"cid": Person("cid")}), by="", at=T0)
    async with database.read("t") as session:
        assert list((await people.organisation(session)).people) == ["cid"]
