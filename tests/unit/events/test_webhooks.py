"""Webhooks: signed CloudEvents in the order of each case, by the owner's rights, again and again until taken."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from designer_api.events.deliveries import Webhooks
from tests.store.journals import Story
from tests.support.journal_feed import NOW, TENANT, append, found, make_due, outgoing, subscribe
from tests.support.web import Asked, Web, says, web
from waystation.carrier import Patience
from waystation.contracts.events import EntryKind
from waystation.outside import Networks, Reach
from waystation.outside.signing import new_secret
from waystation.store import kept_secrets, outbox, webhooks
from waystation.store.session import Database

SECRET = new_secret()
RULES = {"rows": [{"process": "*", "reach": {"*": "own"}}], "fields": [{"field": "phone", "rights": {"*": "mask"}}]}


def at_work(database: Database, reach: Reach | None = None) -> Webhooks:
    reach = reach or Reach(Networks.read("127.0.0.1"))
    return Webhooks(database, reach, "w", patience=Patience(first=0.0, longest=0.0, most=3))


async def all_due(hooks: Webhooks) -> None:
    await hooks.hand_on()
    while await hooks.carrier.deliver_due():
        pass


def event(asked: Asked) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(asked.body)
    return body


def signatures(asked: Asked, secret: str) -> list[str]:
    """The signatures that are right, as the standard says and without our code."""
    text = f"{asked.headers['webhook-id']}.{asked.headers['webhook-timestamp']}.".encode() + asked.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return [one for one in asked.headers["webhook-signature"].split(" ") if one == right]


async def test_what_a_webhook_is_told(database: Database) -> None:
    """A CloudEvent for each entry from its making on, signed; once, however often the feed is looked through."""
    await found(database)
    story = Story().started(data={"n": 1, "phone": "13800138000"})
    await append(database, story)
    async with web(says(204, b"")) as there:
        await subscribe(database, f"{there.url}/in?a=b", SECRET, kinds=["task_opened", "case_ended"])
        await append(database, story.asks("check", "ann").answered("check", "ann").ended(), 1)
        await append(database, Story("c2").started("other"))
        hooks = at_work(database)
        await all_due(hooks)
        await all_due(hooks)
    first, second = there.asked
    told = event(first)
    assert [event(asked)["type"] for asked in there.asked] == [
        "dev.waystation.task_opened",
        "dev.waystation.case_ended",
    ]
    assert (first.method, first.target, first.headers["content-type"]) == (
        "POST",
        "/in?a=b",
        "application/cloudevents+json",
    )
    assert {name: told[name] for name in ("specversion", "source", "subject", "sequence", "datacontenttype")} == {
        "specversion": "1.0", "source": "urn:waystation:t", "subject": "c1", "sequence": "3",
        "datacontenttype": "application/json",
    }  # fmt: skip
    assert told["id"] == first.headers["webhook-id"] != second.headers["webhook-id"]
    assert datetime.fromisoformat(told["time"]) == story.entries[2].at
    assert (told["data"]["process"], told["data"]["node"], told["data"]["data"]["candidates"]) == (
        "repair",
        "check",
        ["ann"],
    )
    assert abs(int(first.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    assert signatures(first, SECRET)
    assert not signatures(first, new_secret())


async def test_the_owners_rights_decide(database: Database) -> None:
    """Rows that he does not reach are not told, fields behind his veil are masked; who has left is told nothing."""
    await found(database, access__rules=RULES)
    async with web(says()) as there:
        await subscribe(database, there.url, SECRET, person="ann", kinds=["case_started"])
        await subscribe(database, there.url, SECRET, person="gone", kinds=["case_started"])
        await append(database, Story("mine").started(by="ann", data={"phone": "13800138000"}))
        await append(database, Story("his").started(by="bob"))
        await all_due(at_work(database))
    (asked,) = there.asked
    assert (event(asked)["subject"], event(asked)["data"]["data"]["data"]["phone"]) == ("mine", "138****8000")
    states = sorted((row.case_id, row.status, row.error) for row in await outgoing(database))
    assert states == [
        ("his", "dead", "webhook.owner_gone"), ("his", "done", "not_visible"),
        ("mine", "dead", "webhook.owner_gone"), ("mine", "done", ""),
    ]  # fmt: skip


class Flaky:
    """Says no to what a test names, and yes to the rest."""

    def __init__(self) -> None:
        self.no: set[str] = set()
        self.taken: list[str] = []

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        told = event(asked)
        name = f"{told['subject']}.{told['sequence']}"
        if name not in self.no:
            self.taken.append(name)
        await says(400 if name in self.no else 200)(asked, writer)


async def test_a_case_is_told_in_order(database: Database) -> None:
    """What comes after a failure waits until that is taken or given up; other cases do not. What was given up can be
    sent again, one by one or all."""
    await found(database)
    flaky = Flaky()
    async with web(flaky) as there:
        webhook = await subscribe(database, there.url, SECRET)
        await append(database, Story("a").started().asks("check", "ann"))
        await append(database, Story("b").started())
        flaky.no = {"a.1"}
        hooks = at_work(database)
        await all_due(hooks)
        assert flaky.taken == ["b.1"]
        waiting = await outgoing(database, status="waiting")
        assert [(row.error, row.tries) for row in waiting] == [
            ("webhook.status_400", 1), ("webhook.in_order", 0), ("webhook.in_order", 0),
        ]  # fmt: skip
        for _ in range(3):
            await make_due(database)
            await all_due(hooks)
        assert flaky.taken == ["b.1", "a.2", "a.3"]
        (dead,) = await outgoing(database, status="dead")
        assert (dead.error, dead.tries) == ("webhook.status_400", 3)
        flaky.no = set()
        async with database.write(TENANT) as session:
            assert await outbox.all_again(session, webhooks.KIND, webhook, at=NOW) == 1
        await all_due(hooks)
    assert flaky.taken == ["b.1", "a.2", "a.3", "a.1"]


async def rest_longer(database: Database) -> None:
    """A second is short on a busy machine: who rests does so for an hour."""
    async with database.write(TENANT) as session:
        for row in await webhooks.everyone(session):
            if row.resting_until is not None:
                row.resting_until = NOW + timedelta(hours=1)


@pytest.mark.parametrize(("status", "rests"), [(500, True), (429, True), (404, False), (302, False)])
async def test_who_is_in_trouble_gets_a_rest(database: Database, status: int, rests: bool) -> None:
    """Nobody calls meanwhile; that something waits meanwhile is no try of it."""
    await found(database)
    async with web(says(status, b"", location="http://127.0.0.1:1/")) as there:
        await subscribe(database, there.url, SECRET)
        await append(database, Story("a").started())
        hooks = at_work(database)
        await all_due(hooks)
        await rest_longer(database)
        await append(database, Story("b").started())
        await all_due(hooks)
        assert there.connections == (1 if rests else 2)
    rows = await outgoing(database)
    assert [(row.error, row.tries) for row in rows] == [
        (f"webhook.status_{status}", 1), ("webhook.resting", 0) if rests else (f"webhook.status_{status}", 1),
    ]  # fmt: skip


async def test_who_wants_no_more_is_switched_off(database: Database) -> None:
    """410 says so; what waits then stays until he is switched on."""
    await found(database)
    async with web(says(410)) as there:
        await subscribe(database, there.url, SECRET)
        await append(database, Story("a").started())
        await append(database, Story("a").started().ended(), 1)
        hooks = at_work(database)
        await all_due(hooks)
        await append(database, Story("b").started())
        await all_due(hooks)
    assert [(row.status, row.error) for row in await outgoing(database)] == [
        ("dead", "webhook.gone"), ("waiting", "webhook.switched_off"),
    ]  # fmt: skip


async def test_private_addresses_are_not_called(database: Database) -> None:
    """Whoever makes a webhook cannot reach our own network with it."""
    await found(database)
    async with web(says()) as there:
        await subscribe(database, there.url, SECRET)
        await append(database, Story("a").started())
        await all_due(at_work(database, Reach()))
    assert there.connections == 0
    assert [(row.status, row.error) for row in await outgoing(database)] == [("dead", "http.address_refused")]


async def test_a_secret_is_changed_without_a_gap(database: Database) -> None:
    """For a while calls are signed with both; then with the new one alone."""
    await found(database)
    fresh = new_secret()
    async with web(says()) as there:
        webhook = await subscribe(database, there.url, SECRET)

        async def rotate(until: datetime) -> None:
            async with database.write(TENANT) as session:
                row = await webhooks.find(session, webhook)
                assert row is not None
                first = row.secrets[-1:]
                row.secrets = kept_secrets.keep(session, webhook, fresh, first, until)

        for number, until in enumerate((NOW + timedelta(hours=1), NOW - timedelta(hours=1))):
            await rotate(until)
            await append(database, Story(f"c{number}").started())
            await all_due(at_work(database))
    both, alone = there.asked
    assert [bool(signatures(both, one)) for one in (SECRET, fresh)] == [True, True]
    assert [bool(signatures(alone, one)) for one in (SECRET, fresh)] == [False, True]


async def test_two_workers_tell_once(database: Database) -> None:
    """Who hands on holds the webhook; what is claimed is nobody else's."""
    await found(database)
    counted: Web
    async with web(says()) as counted:
        await subscribe(database, counted.url, SECRET, kinds=[EntryKind.CASE_STARTED.value])
        for number in range(8):
            await append(database, Story(f"c{number}").started())
        await asyncio.gather(*(all_due(at_work(database)) for _ in range(3)))
        await all_due(at_work(database))
    assert sorted(event(asked)["subject"] for asked in counted.asked) == sorted(f"c{number}" for number in range(8))
