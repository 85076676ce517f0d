"""Personal data in the API: shown by right, noted when read, found exactly, exported, erased."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.store.journals import Story
from tests.support.office import Office, open_office
from tests.support.personal import META, OLD, publish
from waystation.housekeeping import Housekeeper, Rules
from waystation.sealing.envelopes import ERASED
from waystation.store import journal

pytestmark = pytest.mark.asyncio(loop_scope="module")

PHONE, OTHER = "13800138000", "13911112222"
RULES = {
    "fields": [
        {"field": "phone", "rights": {"*": "mask", "lead": "read"}},
        {"field": "name", "rights": {"lead": "read"}},
    ]
}
OPEN: dict[str, Any] = {"fields": []}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    folder: Path = tmp_path_factory.mktemp("privacy")
    async with open_office(folder, keys=OLD) as made:
        await publish(made.database, "acme")
        yield made


async def add(office: Office, case: str, phone: str, *, ended: bool = True) -> None:
    story = Story(case).started(data={"phone": phone, "name": "Wang Ming"}, title="for Wang Ming").asks("look", "bob")
    story = story.ended() if ended else story
    async with office.database.write("acme") as session:
        await journal.append(session, case, story.entries, META)


async def rules(office: Office, wanted: dict[str, Any]) -> None:
    assert (await office.ask("root", "PUT", "/access/rules", json=wanted)).status_code == 200


async def reads(office: Office, case: str) -> list[tuple[str, list[str], str]]:
    answer = await office.ask("audrey", "GET", "/privacy/reads", params={"case": case})
    return [(row["actor"], row["fields"], row["route"]) for row in answer.json()["items"]]


async def test_fields_are_shown_by_right_and_reads_are_noted(office: Office) -> None:
    """Whole to who may read, masked or left out for others; only who saw something whole is in the log."""
    await add(office, "c1", PHONE)
    await rules(office, RULES)
    seen = {person: (await office.ask(person, "GET", "/cases/c1")).json()["case"] for person in ("lea", "ann")}
    assert (seen["lea"]["data"], seen["lea"]["title"]) == ({"phone": PHONE, "name": "Wang Ming"}, "for Wang Ming")
    assert (seen["ann"]["data"], seen["ann"]["title"]) == ({"phone": "138****8000"}, None)
    assert await reads(office, "c1") == [("lea", ["name", "phone"], "GET /cases/{case}")]
    listed = (await office.ask("ann", "GET", "/cases")).json()["items"]
    assert [row["data"] for row in listed if row["id"] == "c1"] == [{"phone": "138****8000"}]
    told = (await office.ask("ann", "GET", "/events", params={"after": "0.0", "case": "c1"})).json()["items"][0]["data"]
    assert (told["title"], told["data"]["title"], told["data"]["data"]) == (None, None, {"phone": "138****8000"})
    lines = (await office.ask("lea", "GET", "/cases/c1/timeline")).json()["items"]
    assert lines[0]["data"]["data"]["phone"] == PHONE
    await rules(office, OPEN)


async def test_people_are_found_exactly_by_who_may_read(office: Office) -> None:
    """By a number as anybody would spell it; somebody to whom numbers are masked cannot ask for one."""
    await add(office, "f1", "13700000001")
    body = {"by": "phone", "value": "+86 137 0000 0001"}
    found = (await office.ask("ann", "POST", "/cases/find", json=body)).json()["items"]
    assert [(row["id"], row["data"]["phone"]) for row in found] == [("f1", "13700000001")]
    await rules(office, RULES)
    assert (await office.ask("ann", "POST", "/cases/find", json=body)).json()["items"] == []
    assert len((await office.ask("lea", "POST", "/cases/find", json=body)).json()["items"]) == 1
    await rules(office, OPEN)


async def test_an_erased_person_is_shown_as_erased(office: Office) -> None:
    """Officers only; refused while a case is open, unless forced; lists say it, the audit log says who and why."""
    await add(office, "e1", OTHER)
    await add(office, "e2", OTHER, ended=False)
    body = {"by": "phone", "value": OTHER, "reason": "asked by letter"}
    assert (await office.ask("ann", "POST", "/privacy/erasures", json=body)).status_code == 403
    refused = await office.ask("root", "POST", "/privacy/erasures", json=body)
    assert (refused.status_code, refused.json()["code"], refused.json()["detail"]["cases"]) == (
        409,
        "still_needed",
        ["e2"],
    )
    done = await office.ask("root", "POST", "/privacy/erasures", json={**body, "force": True})
    assert (done.status_code, done.json()["cases"]) == (200, ["e1", "e2"])
    case = (await office.ask("lea", "GET", "/cases/e1")).json()["case"]
    assert (case["title"], case["data"]) == (ERASED, {"phone": ERASED, "name": ERASED})
    items = (await office.ask("root", "GET", "/audit")).json()["items"]
    log = next(row for row in items if row["action"] == "person.erase")
    assert (log["actor"], log["detail"]["reason"]) == ("root", "asked by letter")
    assert OTHER not in json.dumps(log)


async def test_a_person_gets_everything_that_is_held(office: Office) -> None:
    """A ZIP with each case; that it was made is noted. Somebody who works here gets his own."""
    await add(office, "x1", "13700000002")
    answer = await office.ask("root", "POST", "/privacy/exports", json={"by": "phone", "value": "13700000002"})
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert sorted(archive.namelist()) == ["cases/x1.json", "index.json"]
        case = json.loads(archive.read("cases/x1.json"))
    assert (case["data"], case["title"]) == ({"phone": "13700000002", "name": "Wang Ming"}, "for Wang Ming")
    assert case["entries"][0]["data"]["data"]["phone"] == "13700000002"
    assert await reads(office, "x1") == [("root", ["*"], "export")]
    own = await office.ask("ann", "GET", "/me/data")
    with zipfile.ZipFile(io.BytesIO(own.content)) as archive:
        assert json.loads(archive.read("index.json"))["member"]["login"] == "ann"
    assert (await office.ask("ann", "POST", "/privacy/exports", json={"by": "case", "value": "x1"})).status_code == 403


async def test_old_cases_lose_what_is_personal(office: Office) -> None:
    """Housekeeping goes by the tenant's rules, and says in the audit log what it has done."""
    await add(office, "r1", "13700000003")
    await rules(office, OPEN)
    wanted = {"keep": [{"process": "repair", "days": 30}], "reads": 400}
    assert (await office.ask("ann", "PUT", "/privacy/retention", json=wanted)).status_code == 403
    assert (await office.ask("root", "PUT", "/privacy/retention", json=wanted)).json() == wanted
    housekeeper = Housekeeper(office.database, Rules())
    await housekeeper.do_due(datetime.now(UTC) + timedelta(days=31))
    case = (await office.ask("lea", "GET", "/cases/r1")).json()["case"]
    assert case["data"] == {"phone": ERASED, "name": ERASED}
    log = (await office.ask("root", "GET", "/audit")).json()["items"]
    assert "cases.let_go" in [row["action"] for row in log]
