"""Designs drafted from a description, by a language model on this machine that says what a test has it say."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.support.office import Office, open_office
from tests.support.web import Answers, Web, says, web
from waystation.compiler.files import shipped_calendars
from waystation.compiler.library import Library
from waystation.store import audit

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOOD = """\
waystation: 1
process: trip
title: { zh: 出差, en: Trip }
data: { days: { type: number, title: { zh: 天数, en: Days } } }
start: { at: boss }
nodes:
  boss: { kind: approval, approvers: [{ manager_of: initiator }], next: { approved: end, rejected: end } }
"""
BAD = GOOD.replace("kind: approval", "kind: blessing")
WORDS = "员工出差前由直属主管审批，同意后结束。"
KEY = "sk-very-secret"


def said(*texts: str) -> Answers:
    """One text after another, as an OpenAI-compatible API answers; the last again and again."""
    left = list(texts)

    async def answer(asked: Any, writer: Any) -> None:
        text = left.pop(0) if len(left) > 1 else left[0]
        body = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()
        await says(200, body, content_type="application/json")(asked, writer)

    return answer


@dataclass
class Desk:
    """An office whose drafts are made by a model on this machine."""

    office: Office
    model: Web

    async def draft(self, person: str = "dee", words: str = WORDS) -> Any:
        return await self.office.ask(person, "POST", "/design-drafting", json={"words": words})

    def says(self, answer: Answers) -> None:
        self.model.answer = answer
        self.model.asked.clear()


@asynccontextmanager
async def open_desk(folder: Path, networks: str | None) -> AsyncIterator[Desk]:
    async with web(said(GOOD)) as model:
        library = Library(calendars=shipped_calendars())
        named = {"drafting_url": f"{model.url}/v1", "drafting_key": KEY, "drafting_model": "clerk"}
        async with open_office(
            folder, library=library, requests_per_minute=10**6, private_networks=networks, **named
        ) as office:
            yield Desk(office, model)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path_factory.mktemp("drafting"), "127.0.0.0/8") as found:
        yield found


async def test_a_description_becomes_a_draft_that_compiles(desk: Desk) -> None:
    """The model is asked once, with the key and without people; the draft is an ordinary design under a free id."""
    desk.says(said(f"Here it is:\n```yaml\n{GOOD.replace('trip', 'first_trip')}```\n"))
    offered = (await desk.office.ask("dee", "GET", "/design-drafting")).json()
    assert offered == {"available": True, "host": "127.0.0.1"}
    made = await desk.draft()
    assert (made.status_code, made.json()["process"], made.headers["ETag"]) == (201, "first_trip", '"1"'), made.text
    check = await desk.office.ask("dee", "POST", f"/designs/{made.json()['id']}/check", json={})
    assert check.json()["ok"] is True
    [asked] = desk.model.asked
    assert (asked.target, asked.headers["authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    sent = json.loads(asked.body)
    assert (sent["model"], sent["messages"][-1]) == ("clerk", {"role": "user", "content": WORDS})
    assert "approval" in sent["messages"][0]["content"]
    assert (await desk.draft()).json()["process"] == "first_trip_2"
    async with desk.office.database.read("acme") as session:
        newest = (await audit.records(session, target="design-drafting")).items[0]
    assert (newest.actor, newest.detail) == ("dee", {"host": "127.0.0.1", "length": len(WORDS)})


async def test_the_model_is_told_what_the_compiler_says(desk: Desk) -> None:
    """A text that does not compile goes back with its problems; the mended one becomes the draft."""
    desk.says(said(f"```yaml\n{BAD}```", f"```yaml\n{GOOD}```"))
    assert (await desk.draft()).status_code == 201
    told = json.loads(desk.model.asked[1].body)["messages"]
    assert "blessing" in told[-2]["content"]
    assert "unknown_kind" in told[-1]["content"]


async def test_what_never_compiles_becomes_no_design(desk: Desk) -> None:
    """After three tries it is refused with the text and what is wrong with it, and nothing is kept."""
    before = (await desk.office.ask("dee", "GET", "/designs")).json()["items"]
    desk.says(said("I would rather not.", f"```yaml\n{BAD}```"))
    refused = await desk.draft()
    assert (refused.status_code, refused.json()["code"], len(desk.model.asked)) == (409, "drafting_failed", 3)
    detail = refused.json()["detail"]
    assert "blessing" in detail["text"]
    assert detail["problems"][0]["zh"]
    assert (await desk.office.ask("dee", "GET", "/designs")).json()["items"] == before


async def test_an_endpoint_that_fails_says_nothing_of_what_was_sent(desk: Desk) -> None:
    """Neither key nor words are in the answer; the request may be sent again."""
    desk.says(says(401, json.dumps({"error": f"bad key {KEY}"}).encode()))
    failed = await desk.draft()
    assert (failed.status_code, failed.json()["code"]) == (503, "drafting_unavailable")
    assert KEY not in failed.text
    desk.says(says(200, b"no json"))
    assert (await desk.draft()).json()["code"] == "drafting_unavailable"


async def test_only_those_who_may_make_processes_have_them_drafted(desk: Desk) -> None:
    """For others nothing is sent; nor for a description that says nothing."""
    desk.says(said(GOOD))
    assert (await desk.draft("ann")).status_code == 403
    assert (await desk.draft(words="出差")).status_code == 400
    assert desk.model.asked == []


async def test_private_addresses_are_refused_like_everywhere(tmp_path: Path) -> None:
    """Without the network in the settings nothing is connected to; without an endpoint nothing is offered."""
    async with open_desk(tmp_path, None) as desk:
        refused = await desk.draft()
        assert (refused.status_code, refused.json()["code"]) == (409, "http.address_refused"), refused.text
        assert (desk.model.connections, desk.model.asked) == (0, [])
    async with open_office(tmp_path, requests_per_minute=10**6) as bare:
        assert (await bare.ask("dee", "GET", "/design-drafting")).json() == {"available": False, "host": None}
        unset = await bare.ask("dee", "POST", "/design-drafting", json={"words": WORDS})
        assert (unset.status_code, unset.json()["code"]) == (409, "drafting_unset")
