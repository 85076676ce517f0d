"""Notices and what was sent out, in words that people read, as far as each may read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from designer_api.code_words import said_in, said_of
from tests.api.conftest import World
from tests.api.desk import Desk, fresh, publish
from waystation.bootstrap import build_catalog
from waystation.contracts.catalog import Catalog
from waystation.post import UNDELIVERED
from waystation.store import notices, outbox
from waystation.store.outbox import Claimed
from waystation.store.session import TenantSession

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]

#: Only finance sees its cases.
CLOSED = """
waystation: 1
process: told_closed
title: { zh: 内部事项, en: Internal }
access: { see: [user:finance_lin], start: [user:sales_mo] }
nodes:
  look: { kind: task, assign: [{ user: finance_lin }], next: end }
"""
RAISING = ("NodeError", "Refused", "Unavailable", "Failed", "_refused")
ROOT = Path(__file__).parents[2]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desks(world: World) -> World:
    await publish(world)
    return world


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return build_catalog()


async def _notices(desk: Desk, person: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.send(person, "GET", f"notices{query}")).json()["items"]
    return found


async def _of_case(desk: Desk, person: str) -> list[dict[str, Any]]:
    return [one for one in await _notices(desk, person) if one["case"] == desk.case]


async def _unread(desk: Desk, person: str) -> int:
    return int((await desk.send(person, "GET", "counts")).json()["notices"])


async def test_a_notice_is_told_in_both_languages_and_leads_to_the_task(desks: World) -> None:
    """Its texts are those of the template, with people by their names; who is asked finds the task, until it closes."""
    desk = await Desk(desks).start("desk_panel")
    before = await _unread(desk, "eng_deng")
    await desk.does("sales_mo", "urge", "judge", text="客户在等")
    (told,) = await _of_case(desk, "eng_deng")
    name = desks.made.organisation.people["sales_mo"].name
    assert told["template"] == "urge"
    assert told["title"] == {"zh": "催办：desk_panel", "en": "Please hurry: desk_panel"}
    assert name in told["text"]["zh"]
    assert "客户在等" in told["text"]["zh"]
    assert name in told["text"]["en"]
    assert "sales_mo" not in told["text"]["en"]
    assert (told["task"], told["readable"], told["read"]) == (desk.tasks["judge"], True, False)
    assert await _unread(desk, "eng_deng") == before + 1
    await desk.does("eng_deng", "approve", "judge")
    (told,) = await _of_case(desk, "eng_deng")
    assert (told["task"], told["readable"]) == (None, True)


async def test_one_is_read_without_the_others(desks: World) -> None:
    """Reading one leaves the others unread, reading all leaves none; what somebody else was told is not there."""
    desk = await Desk(desks).start("desk_panel")
    for text in ("first", "second"):
        await desk.send("sales_mo", "POST", f"cases/{desk.case}/comments", {"text": f"@eng_feng {text}"})
    newest, older = await _of_case(desk, "eng_feng")
    assert "second" in newest["text"]["en"]
    assert (await desk.send("eng_feng", "POST", f"notices/{older['id']}/read")).status_code == 204
    assert [one["read"] for one in await _of_case(desk, "eng_feng")] == [False, True]
    unread = [one["id"] for one in await _notices(desk, "eng_feng", "?unread=true")]
    assert newest["id"] in unread
    assert older["id"] not in unread
    assert (await desk.send("sales_he", "POST", f"notices/{newest['id']}/read")).status_code == 404
    assert (await desk.send("eng_feng", "POST", "notices/read")).status_code == 204
    assert await _unread(desk, "eng_feng") == 0


async def test_a_mention_opens_no_case(desks: World) -> None:
    """Who was told of a case and may not see it is shown no way into it."""
    await Desk(desks).send("admin_xu", "POST", "processes", {"text": CLOSED})
    desk = await Desk(desks).start("told_closed")
    assert (
        await desk.send("sales_mo", "POST", f"cases/{desk.case}/comments", {"text": "@wh_dai ?"})
    ).status_code == 200
    (told,) = await _of_case(desk, "wh_dai")
    assert (told["readable"], told["task"]) == (False, None)
    assert (await desk.send("wh_dai", "GET", f"cases/{desk.case}")).status_code == 403


async def test_notices_come_page_by_page(desks: World) -> None:
    """The cursor of a page gives those before it, each once."""
    desk = await Desk(desks).start("desk_panel")
    for number in range(3):
        await desk.send("sales_mo", "POST", f"cases/{desk.case}/comments", {"text": f"@coo_liang {number}"})
    whole = [one["id"] for one in await _notices(desk, "coo_liang")]
    first = (await desk.send("coo_liang", "GET", "notices?limit=2")).json()
    second = (await desk.send("coo_liang", "GET", f"notices?limit=200&cursor={first['next']}")).json()
    assert [one["id"] for one in first["items"] + second["items"]] == whole
    assert len(first["items"]) == 2 < len(whole)


async def test_what_could_not_be_sent_is_said_in_words(desks: World) -> None:
    """The product's own notice, and a template that is no more, whose id is all that is left."""
    desk, person = Desk(desks), desks.with_role("hr")
    values = {"channel": "wecom", "code": "wecom.no_id", "about": "urge", "to": "eng_wu", "case": "", "delivery": "d"}

    async def work(session: TenantSession) -> None:
        at = datetime.now(UTC)
        await notices.tell(session, fresh(), [person], UNDELIVERED, values, priority=2, at=at)
        await notices.tell(session, fresh(), [person], "no_such_template", {}, priority=2, at=at)

    await desks.parts.database.transact("demo", work)
    told = {one["template"]: one for one in await _notices(desk, person)}
    words = told[UNDELIVERED]
    assert words["title"]["zh"] == "消息未送达：企业微信（企业微信：收件人没有账号）"
    assert "WeCom: the person has no account there" in words["title"]["en"]
    assert "《催办》" in words["text"]["zh"]
    assert desks.made.organisation.people["eng_wu"].name in words["text"]["zh"]
    assert (words["case"], words["task"]) == ("", None)
    assert told["no_such_template"]["title"] == {"zh": "no_such_template", "en": "no_such_template"}


async def test_what_was_given_up_is_told_with_its_reason_and_sent_again(desks: World) -> None:
    """Operators see whom it was for, what it was and why it failed; only what was given up is sent again."""
    desk = Desk(desks)
    case, at = fresh(), datetime.now(UTC)
    body = {"person": "eng_wu", "template": "urge", "values": {}}

    async def work(session: TenantSession) -> str:
        _ = await outbox.put(session, "wecom", case, body, at=at, case_id=case)
        row = (await outbox.listed(session, ["wecom"], case_id=case)).items[0]
        item = Claimed(row.tenant, row.id, row.kind, case, body, row.tries, at)
        assert await outbox.give_up(session, item, at=at, error="wecom.not_set_up")
        return row.id

    item = await desks.parts.database.transact("demo", work)
    (found,) = (await desk.send("admin_xu", "GET", f"deliveries?case={case}")).json()["items"]
    assert (found["people"], found["status"], found["note"]) == (["eng_wu"], "dead", "wecom.not_set_up")
    assert found["title"] == {"zh": "催办", "en": "Urged"}
    assert found["said"] == {"zh": "企业微信尚未配置", "en": "WeCom is not set up here"}
    assert (await desk.send("sales_mo", "POST", f"deliveries/{item}/retry")).status_code == 403
    assert (await desk.send("admin_xu", "POST", f"deliveries/{item}/retry")).json()["status"] == "waiting"
    again = await desk.send("admin_xu", "POST", f"deliveries/{item}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "not_given_up")


async def test_what_goes_to_webhooks_is_shown_to_those_who_manage_them(desks: World) -> None:
    """An administrator finds it among the deliveries of a case; who sees only the post does not."""
    desk = Desk(desks)
    case, at = fresh(), datetime.now(UTC)

    async def work(session: TenantSession) -> str:
        body = {"event": "case_ended", "number": 1, "seq": 1}
        _ = await outbox.put(session, "webhook", case, body, at=at, case_id=case, target="gone")
        return (await outbox.listed(session, ["webhook"], case_id=case)).items[0].id

    item = await desks.parts.database.transact("demo", work)
    (found,) = (await desk.send("admin_xu", "GET", f"deliveries?case={case}")).json()["items"]
    assert (found["kind"], found["about"]) == ("webhook", "case_ended")
    made = await desk.send("admin_xu", "POST", "me/tokens", {"label": "post", "scopes": ["notices.*"], "days": 1})
    token = {"Authorization": f"Bearer {made.json()['token']}"}
    shown = await desk.send("admin_xu", "GET", f"deliveries?case={case}", **token)
    assert (shown.status_code, shown.json()["items"]) == (200, [])
    assert (await desk.send("admin_xu", "POST", f"deliveries/{item}/retry", **token)).status_code == 404


# -------------------------------------------------------------------------------------------------- codes
def _raised() -> Iterator[tuple[str, str]]:
    """Codes that are raised as they stand where journal and outbox keep them: (file, code)."""
    places = ["activities", "workflows/machine", "waystation/outside", "waystation/post.py"]
    files = [
        path for place in places for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
    ]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            first = node.args[0]
            if node.func.id in RAISING and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield path.name, first.value


async def test_every_code_that_is_kept_has_words(catalog: Catalog) -> None:
    """Of what actions, nodes and channels raise; the rest is answered at once, with its own sentences."""
    at_once = {"bad_setting", "bad_timestamp", "bad_signature", "moved_on"}
    raised = {code for _, code in _raised()} - at_once
    raised |= {error.code for spec in catalog.actions.values() for error in spec.errors}
    assert len(raised) > 80
    assert sorted(code for code in raised if said_of(code, catalog) is None) == []


async def test_words_of_the_entry_itself_come_first(catalog: Catalog) -> None:
    """A title in both languages is taken apart; without one the code speaks; an unknown code says nothing."""
    both = said_in({"code": "inventory.shortage", "title": "缺 3 件 · short by 3"}, catalog)
    assert both is not None
    assert (both.zh, both.en) == ("缺 3 件", "short by 3")
    ended = said_in({"code": "no_branch", "detail": {"title": "no condition holds"}}, catalog)
    assert ended is not None
    assert ended.zh.startswith("没有符合条件的分支")
    assert said_in({"code": "of_one_process_alone"}, catalog) is None
    crash = said_of("KeyError", catalog)
    assert crash is not None
    assert "KeyError" in crash.en
