"""`http.request`: what goes out, what comes back, and that a secret is found in neither."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from activities import discover
from activities._runtime import ActionRequest, Failed, Outcome, Succeeded, run_action
from tests.support.web import Asked, Web, drips, floods, says, web
from tests.unit.activities.conftest import AT
from waystation.outside import AllowList, Networks, Outside, Reach, Secrets
from waystation.store.session import Database

SECRET = 'tök"en/with+odd=bytes'
ACTION = discover()["http.request"]


@pytest.fixture
def database_kind() -> str:
    """The store itself is tested on three databases elsewhere."""
    return "sqlite"


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    """A way out to this machine, with one secret of the tenant demo."""
    (tmp_path / "secrets" / "demo").mkdir(parents=True)
    (tmp_path / "secrets" / "demo" / "erp_key").write_text(SECRET + "\n", "utf-8")
    return Outside(Reach(Networks.read("127.0.0.1")), AllowList(), Secrets(tmp_path / "secrets"))


class Caller:
    """Runs the action against one program, which is on the allow-list."""

    def __init__(self, database: Database, outside: Outside, there: Web) -> None:
        self.database, self.there = database, there
        self.outside = replace(outside, allowed=AllowList.read(f"http://127.0.0.1:{there.port}"))
        self.tenant = "demo"

    async def run(self, key: str = "call#1", path: str = "/", **args: Any) -> Outcome:
        whole = {"url": self.there.url + path, **args}
        request = ActionRequest(self.tenant, "case-1", "p", key, key, whole, AT)
        return await run_action(ACTION, self.database, request, outside=self.outside)

    async def ok(self, key: str = "call#1", **args: Any) -> Any:
        outcome = await self.run(key, **args)
        assert isinstance(outcome, Succeeded), outcome
        return outcome.result

    async def no(self, **args: Any) -> Failed:
        outcome = await self.run("failing", **args)
        assert isinstance(outcome, Failed), outcome
        return outcome


async def test_a_request_goes_out_as_written(database: Database, outside: Outside) -> None:
    """Exact numbers both ways; the same activation has the same key, and its answer is kept."""
    async with web(says(body=b'{"price": 0.10, "n": 12345678901234567890123}', x_rate="7")) as there:
        calls = Caller(database, outside, there)
        given: dict[str, Any] = {
            "method": "POST",
            "query": {"页": "一 二", "n": 2, "yes": True},
            "body": {"price": Decimal("19.90")},
        }
        result = await calls.ok(path="/orders?a=b", **given)
        again = await calls.ok(path="/orders?a=b", **given)
        other = await calls.ok("call#2", path="/orders?a=b", **given)
    assert result == again == other
    assert (result["status"], result["headers"]["x-rate"]) == (200, "7")
    assert result["body"] == {"price": Decimal("0.10"), "n": 12345678901234567890123}
    first, second = there.asked
    assert first.target == "/orders?a=b&%E9%A1%B5=%E4%B8%80%20%E4%BA%8C&n=2&yes=true"
    assert (first.body, first.headers["content-type"]) == (b'{"price":19.90}', "application/json")
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


async def test_bodies_of_other_kinds(database: Database, outside: Outside) -> None:
    """A form, a text, nothing; answers as text or not at all."""
    async with web(says(body="好".encode())) as there:
        calls = Caller(database, outside, there)
        assert (await calls.ok("a", method="POST", send="form", body={"a": "1 2", "b": 3}, expect="text"))[
            "body"
        ] == "好"
        assert (await calls.ok("b", method="PUT", send="text", body="hi", expect="nothing"))["body"] is None
        assert (await calls.no(expect="json")).code == "http.bad_answer"
        assert (await calls.no(send="form", body=[1])).code == "http.bad_body"
    assert [asked.body for asked in there.asked[:2]] == [b"a=1+2&b=3", b"hi"]


async def test_a_secret_is_sent_and_told_nobody(database: Database, outside: Outside) -> None:
    """It is named in the process, read when it is used, and taken out of what comes back, however it comes."""

    async def echo(asked: Asked, writer: asyncio.StreamWriter) -> None:
        said = json.dumps({**asked.headers, "decoded": SECRET, "b64": base64.b64encode(SECRET.encode()).decode()})
        await says(int(asked.target[1:]), said.encode(), x_echo=asked.headers["x-key"])(asked, writer)

    headers = {"X-Key": {"secret": "erp_key", "before": "Key "}}
    user = {"user": "me", "secret": "erp_key"}
    async with web(echo) as there:
        calls = Caller(database, outside, there)
        result = await calls.ok(path="/200", headers=headers, basic=user)
        refused = await calls.no(path="/403", headers=headers, basic=user)
        busy = await calls.no(path="/500", headers=headers, basic=user)
    sent = there.asked[0].headers
    assert sent["x-key"].encode("latin-1").decode() == f"Key {SECRET}"
    assert base64.b64decode(sent["authorization"].removeprefix("Basic ")).decode() == f"me:{SECRET}"
    assert (refused.code, refused.kind, refused.detail["status"]) == ("http.refused", "business", 403)
    assert (busy.code, busy.kind) == ("http.busy", "transient")
    for text in (str(result), str(refused), str(busy)):
        assert "***" in text
        assert [
            part for part in (SECRET, base64.b64encode(SECRET.encode()).decode()[:20], "tök", "odd=") if part in text
        ] == []


async def test_secrets_are_those_of_the_tenant(database: Database, outside: Outside) -> None:
    """Another tenant's, one that is not there, and a name that is a path are all unknown."""
    async with web(says()) as there:
        calls = Caller(database, outside, there)
        assert (await calls.no(headers={"a": {"secret": "none"}})).code == "http.unknown_secret"
        assert (await calls.no(headers={"a": {"secret": "../demo/erp_key"}})).code == "bad_args"
        calls.tenant = "other"
        assert (await calls.no(headers={"a": {"secret": "erp_key"}})).code == "http.unknown_secret"
        calls.tenant = "../demo"
        assert (await calls.no(headers={"a": {"secret": "erp_key"}})).code == "http.unknown_secret"
    assert there.asked == []


async def test_where_a_process_may_call(database: Database, outside: Outside) -> None:
    """Only hosts that the operator has listed; a redirect is not followed; what is ours may not be set."""
    async with web(says(307, b"", location="http://127.0.0.1:1/")) as there:
        calls = Caller(database, outside, there)
        redirected = await calls.no(headers={"Authorization": {"secret": "erp_key"}})
        assert (redirected.code, redirected.kind, there.connections) == ("http.redirected", "business", 1)
        assert (await calls.no(headers={"Host": "other"})).code == "http.bad_header"
        assert (await calls.no(headers={"a\r\nb": "c"})).code == "bad_args"
        assert (await calls.no(headers={"a": "b\r\nc: d"})).code == "bad_args"
        assert (await calls.no(url=f"http://localhost:{there.port}/")).code == "http.not_allowed"
        assert (await calls.no(url=f"https://127.0.0.1:{there.port}/")).code == "http.not_allowed"
        calls.outside = replace(calls.outside, reach=Reach())  # listed as a host, and still a private address
        assert (await calls.no()).code == "http.address_refused"
    assert there.connections == 1


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(400, "http.refused", "business"), (404, "http.refused", "business"), (408, "http.busy", "transient"),
     (429, "http.busy", "transient"), (503, "http.busy", "transient")],
)  # fmt: skip
async def test_what_is_tried_again(database: Database, outside: Outside, status: int, code: str, kind: str) -> None:
    """What passes is tried again, not before the other side says; a status that is listed is an answer."""
    async with web(says(status, b'{"why": 1}', retry_after="120")) as there:
        calls = Caller(database, outside, there)
        failed = await calls.no()
        assert (failed.code, failed.kind, failed.detail["said"]) == (code, kind, '{"why": 1}')
        assert failed.retry_after == (120.0 if kind == "transient" else 0.0)
        assert (await calls.ok(accept=[status]))["status"] == status


async def test_what_is_slow_or_huge(database: Database, outside: Outside) -> None:
    """Time and size are bounded by the request."""
    async with web(drips) as there:
        calls = Caller(database, outside, there)
        failed = await calls.no(seconds=1)
        assert (failed.code, failed.kind) == ("http.timeout", "transient")
        there.answer = floods
        assert (await calls.no(max_bytes=1000)).code == "http.too_large"
        there.answer = says(body=b"[" * 200_000)
        assert (await calls.no()).code == "http.bad_answer"


async def test_nothing_goes_out_of_a_scenario(database: Database, outside: Outside) -> None:
    """Where no way out is given, as in scenarios, the action is refused and nothing is sent."""
    async with web(says()) as there:
        request = ActionRequest("demo", "c", "p", "n", "n", {"url": there.url}, AT)
        failed = await run_action(ACTION, database, request)
    assert isinstance(failed, Failed)
    assert (failed.code, failed.kind, there.connections) == ("nothing_goes_out", "business", 0)
