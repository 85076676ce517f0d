"""Contact lists that come by themselves: when, by whom, what is kept of each pull, and what happens when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from tests.support.databases import migrated
from tests.support.directories import KEY, SECRET, Company, running, wecom, wecom_company
from waystation.contracts.errors import Refused
from waystation.contracts.people import Organisation, Person
from waystation.gateway import Gateway
from waystation.gateway.contact_pulls import ContactPulls, Due, wanted
from waystation.gateway.people_work import try_again
from waystation.settings import Settings
from waystation.store import audit, people, people_jobs, tenants
from waystation.store.session import Database

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
DUE = [Due("wecom", "acme")]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    found = Database(await migrated(tmp_path / "w.db"))
    async with found.write("acme") as session:
        await tenants.ensure_tenant(session, at=NOW)
        root = Organisation({"root": Person("root", roles=("admin",))})
        await people.save_organisation(session, root, by="", at=NOW)
    yield found
    await found.close()


def settings(company: Company, pull: str = "wecom:acme") -> Settings:
    return Settings(
        pull_contacts=pull,
        pull_contacts_minutes=60,
        wecom_url=company.url,
        wecom_corp_id=KEY,
        wecom_contacts_secret=SECRET,
    )


async def audited(database: Database) -> list[tuple[str, str]]:
    """Target and result of every pull, the first one first."""
    async with database.read("acme") as session:
        rows = (await audit.records(session)).items
    return [(row.target, row.result) for row in reversed(rows) if row.action == "people.pull"]


async def test_one_process_pulls_what_is_due(database: Database) -> None:
    """Of processes that look at once one pulls; then nobody before its time; each person's result is kept."""
    with running(wecom_company(), wecom) as company:
        pulls = [ContactPulls(database, settings(company)) for _ in range(3)]
        done = await asyncio.gather(*(one.do_due(NOW) for one in pulls))
        assert sorted(map(len, done)) == [0, 0, 1]
        assert await pulls[0].do_due(NOW + timedelta(minutes=59)) == []
        async with database.read("acme") as session:
            assert list((await people.organisation(session)).people) == ["root", "boss", "wang", "lisi", "zhao"]
            (job,) = [row for row in (await people_jobs.jobs(session)).items if row.kind == "pull"]
            items = (await people_jobs.items(session, job.job)).items
        assert (job.status, job.args["source"], job.args["added"], job.done, job.failed) == ("done", "wecom", 4, 7, 0)
        assert [item.path for item in items if item.code == "added"] == [
            "person/boss", "person/lisi", "person/wang", "person/zhao"
        ]  # fmt: skip
        company.members[3] = [row for row in company.members[3] if row["userid"] != "lisi"]
        company.members[2] = [row for row in company.members[2] if row["userid"] != "lisi"]
        assert await pulls[1].do_due(NOW + timedelta(minutes=61)) == DUE
    async with database.read("acme") as session:
        newest = (await people_jobs.jobs(session)).items
        last = next(row for row in newest if row.kind == "pull" and row.args["left"])
        said = {item.path: item.code for item in (await people_jobs.items(session, last.job)).items}
        assert said["person/lisi"] == "left"
    assert await audited(database) == [("contacts/wecom", "ok")] * 2


async def test_a_list_that_cannot_be_had_is_asked_for_again(database: Database) -> None:
    """No answer: again after a quarter of an hour; a refusal: next time. Both stand in the audit log."""
    company = wecom_company()
    company.troubles["/cgi-bin/department/list"] = [{"errcode": 60011, "errmsg": "no privilege"}]
    with running(company, wecom):
        pulls = ContactPulls(database, settings(company))
        assert await pulls.do_due(NOW) == DUE
        assert await pulls.do_due(NOW + timedelta(minutes=59)) == []
        company.url = "http://127.0.0.1:9"
        assert await ContactPulls(database, settings(company)).do_due(NOW + timedelta(minutes=61)) == DUE
        assert await pulls.do_due(NOW + timedelta(minutes=70)) == []
        assert await pulls.do_due(NOW + timedelta(minutes=77)) == DUE
    assert [result for _, result in await audited(database)] == ["directory_forbidden", "directory_unavailable", "ok"]


async def test_a_pull_whose_process_died_is_done_by_another(database: Database) -> None:
    """Taken and never finished, it is due again after half an hour; nothing of the first one is there."""
    with running(wecom_company(), wecom) as company:
        dies = asyncio.create_task(ContactPulls(database, settings(company)).do_due(NOW))
        while not company.calls:
            await asyncio.sleep(0.001)
        dies.cancel()
        await asyncio.gather(dies, return_exceptions=True)
        other = ContactPulls(database, settings(company))
        assert await other.do_due(NOW + timedelta(minutes=29)) == []
        assert await audited(database) == []
        assert await other.do_due(NOW + timedelta(minutes=31)) == DUE
    assert await audited(database) == [("contacts/wecom", "ok")]


async def test_only_known_tenants_and_sources_are_pulled(database: Database) -> None:
    """A tenant that is not here gets nobody; a source that we do not know is a bad setting."""
    with running(wecom_company(), wecom) as company:
        pulls = ContactPulls(database, settings(company, "wecom:acme wecom:nowhere"))
        assert await pulls.do_due(NOW) == DUE
    assert wanted(Settings()) == []
    with pytest.raises(Refused, match="PULL_CONTACTS"):
        Settings.read({"WAYSTATION_PULL_CONTACTS": "feishu:acme"})


async def test_a_pull_is_not_tried_again_item_by_item(database: Database) -> None:
    """It is one transaction: pulling again is what mends it."""
    with running(wecom_company(), wecom) as company:
        await ContactPulls(database, settings(company)).do_due(NOW)
    async with database.read("acme") as session:
        job = next(row.job for row in (await people_jobs.jobs(session)).items if row.kind == "pull")
    gateway = Gateway(await Client.connect("127.0.0.1:1", lazy=True), database)
    with pytest.raises(Refused) as refused:
        await try_again(gateway, "acme", job)
    assert refused.value.code == "not_allowed"
