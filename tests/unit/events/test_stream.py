"""The stream of events: over several processes, by rights, and without a gap when somebody comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from temporalio.client import Client

from designer_api.auth import tokens
from designer_api.deps import Parts
from designer_api.events.stream import Pace, Streams
from tests.store.journals import Story
from tests.support.applications import application
from tests.support.journal_feed import NOW, TENANT, append, found
from waystation.compiler import Library
from waystation.contracts.catalog import Catalog
from waystation.gateway import Gateway
from waystation.settings import Settings
from waystation.store import people, tenants
from waystation.store.session import Database
from waystation.temporal_server import free_port
from workflows.wire import WIRE

QUICK = Pace(look=0.02, sign=0.2, whole=30.0)
STREAM = {"Accept": "text/event-stream"}


@dataclass
class Sent:
    """One message of a stream."""

    id: str
    event: str
    data: Any


@asynccontextmanager
async def api(url: str, folder: Path, pace: Pace = QUICK) -> AsyncIterator[httpx.AsyncClient]:
    """A process of the API on a port of its own, with a connection of its own to the store."""
    database = Database(url)
    client = await Client.connect("127.0.0.1:1", data_converter=WIRE, lazy=True)
    app = application(Parts(Settings(data_dir=folder), database, Gateway(client, database), Catalog(), Library()))
    app.state.streams = Streams(database, pace)
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    )
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=20) as http:
            yield http
    finally:
        server.should_exit = True
        await serving
        await database.close()


@pytest.fixture
async def processes(database: Database, tmp_path: Path) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Two processes on one store, with the people of `found`."""
    await found(database)
    url = database.writer.url.render_as_string(hide_password=False).replace("+aiosqlite", "")
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(api(url, tmp_path)) for _ in range(2)]


async def sign_in(database: Database, person: str) -> dict[str, str]:
    async with database.write(TENANT) as session:
        token = await tokens.make(session, person, NOW, lasts=timedelta(hours=1), scopes=(), label="x")
    return {"Authorization": f"Bearer {token}"}


async def listen(http: httpx.AsyncClient, headers: dict[str, str], count: int, **query: Any) -> list[Sent]:
    """The next messages of a stream."""
    told: list[Sent] = []
    async with http.stream("GET", "/events", headers={**STREAM, **headers}, params=query) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line:
                name, _, text = line.partition(": ")
                fields[name] = text
                continue
            if "data" in fields:
                told.append(Sent(fields["id"], fields["event"], json.loads(fields["data"])))
            fields = {}
            if len(told) == count:
                break
    return told


async def test_two_processes_tell_the_same(database: Database, processes: list[httpx.AsyncClient]) -> None:
    """In the same order and with the same ids, while it happens; each comes back to the other with its place."""
    boss = await sign_in(database, "boss")
    story = Story().started()
    await append(database, story)
    place = (await processes[0].get("/events", headers=boss)).json()["next"]
    listening = [asyncio.create_task(listen(http, boss, 4, after=place)) for http in processes]
    await append(database, story.asks("check", "ann"), 1)
    await append(database, Story("c2").started().asks("b", "bob"))
    first, second = await asyncio.gather(*listening)
    assert first == second
    assert [(sent.event, sent.data["subject"], sent.data["sequence"]) for sent in first] == [
        ("dev.waystation.node_entered", "c1", "2"), ("dev.waystation.task_opened", "c1", "3"),
        ("dev.waystation.case_started", "c2", "1"), ("dev.waystation.node_entered", "c2", "2"),
    ]  # fmt: skip
    await append(database, story.ended(), 3)
    again = {**boss, "Last-Event-ID": first[1].id}
    later = await listen(processes[1], again, 4)
    assert later[:2] == first[2:]
    assert [sent.event for sent in later[2:]] == ["dev.waystation.task_opened", "dev.waystation.case_ended"]


async def test_rights_hold_for_the_stream(database: Database, processes: list[httpx.AsyncClient]) -> None:
    """Rows that one does not reach are not told, fields behind the veil are masked; filters narrow further."""
    rules = {"rows": [{"process": "*", "reach": {"*": "own"}}], "fields": [{"field": "phone", "rights": {"*": "mask"}}]}
    async with database.write(TENANT) as session:
        await tenants.change_setting(session, "access.rules", rules, by="", at=NOW)
    await append(database, Story("mine").started(by="ann", data={"phone": "13800138000"}).asks("a", "ann"))
    await append(database, Story("his").started("other", by="bob"))
    ann = await sign_in(database, "ann")
    (sent,) = await listen(processes[0], ann, 1, after="0.0", kind="case_started")
    assert (sent.data["subject"], sent.data["data"]["data"]["data"]["phone"]) == ("mine", "138****8000")
    pages: dict[str, list[str]] = {}
    for query in ("", "process=other", "case=mine&kind=task_opened", "limit=1"):
        answer = (await processes[0].get(f"/events?after=0.0&{query}", headers=await sign_in(database, "boss"))).json()
        pages[query] = [f"{one['subject']}.{one['sequence']}" for one in answer["items"]]
    assert pages == {
        "": ["mine.1", "mine.2", "mine.3", "his.1"],
        "process=other": ["his.1"],
        "case=mine&kind=task_opened": ["mine.3"],
        "limit=1": ["mine.1"],
    }


async def test_pages_go_on_where_they_ended(database: Database, processes: list[httpx.AsyncClient]) -> None:
    """Also in the middle of a transaction, and where there was nothing."""
    boss = await sign_in(database, "boss")
    place = (await processes[0].get("/events", headers=boss)).json()["next"]
    await append(database, Story().started().asks("check", "ann").ended())
    told: list[str] = []
    for _ in range(4):
        page = (await processes[1].get("/events", headers=boss, params={"after": place, "limit": 2})).json()
        told, place = [*told, *(one["sequence"] for one in page["items"])], page["next"]
    assert told == ["1", "2", "3", "4"]


async def test_a_stream_says_that_it_is_alive_and_ends_with_the_token(
    database: Database, processes: list[httpx.AsyncClient]
) -> None:
    """Its place goes along; who is signed out hears nothing more."""
    boss = await sign_in(database, "boss")
    heard: list[str] = []
    async with processes[0].stream("GET", "/events", headers={**STREAM, **boss}) as answer:
        async for line in answer.aiter_lines():
            heard.append(line)
            if heard.count(": alive") == 1 == (line == ": alive"):
                async with database.write(TENANT) as session:
                    assert await people.revoke(session, tokens.digest(boss["Authorization"][7:]), at=NOW)
    assert heard[0] == "retry: 2000"
    assert ": alive" in heard
    assert {line for line in heard if line.startswith("id: ")} == {"id: 0.0"}


async def test_what_is_refused(database: Database, processes: list[httpx.AsyncClient]) -> None:
    """Before the stream begins: no place, a place that is gone, too many streams, nobody."""
    boss = {**await sign_in(database, "boss"), **STREAM}

    async def refused(**headers: str) -> tuple[int, str]:
        answer = await processes[0].get("/events", headers={**boss, **headers})
        return answer.status_code, answer.json()["code"]

    assert await refused(**{"Last-Event-ID": "x"}) == (400, "bad_cursor")
    assert await refused(**{"Last-Event-ID": "7.1"}) == (409, "feed_gone")
    assert await refused(Authorization="Bearer nobody") == (401, "unauthenticated")
    async with AsyncExitStack() as stack:
        for _ in range(5):
            await stack.enter_async_context(processes[0].stream("GET", "/events", headers=boss))
        assert await refused() == (429, "too_many_requests")
