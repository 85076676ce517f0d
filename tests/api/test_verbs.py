"""Every verb and every refusal code of approvals.md, through the API, on small processes that are published once."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from designer_api.verbs import VERBS
from tests.api.conftest import World
from tests.api.desk import Desk, fresh, publish
from waystation.contracts.errors import COMMAND_REFUSALS
from waystation.contracts.people import Proxy
from waystation.store import audit, people
from workflows.panel.context import _SENTENCES

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]

ROOT = Path(__file__).parent.parent.parent
Scene = Callable[[Desk], Awaitable[None]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desks(world: World) -> World:
    """The processes, and two people more: a proxy, and one who may record earlier dates."""
    await publish(world)
    async with world.parts.database.write("demo") as session:
        organisation = await people.organisation(session)
        staff = dict(organisation.people)
        staff["eng_deng"] = msgspec.structs.replace(staff["eng_deng"], proxy=(Proxy("eng_feng"),))
        staff["sales_he"] = msgspec.structs.replace(staff["sales_he"], roles=(*staff["sales_he"].roles, "backdate"))
        changed = msgspec.structs.replace(organisation, people=staff)
        await people.save_organisation(session, changed, by="", at=datetime.now(UTC))
    return world


async def a_task_from_a_pool(desk: Desk) -> None:
    """claim, release, draft, complete; claimed, bad_form, not_yours, not_open, not_allowed."""
    await desk.start("desk_pool")
    await desk.refused("not_allowed", "agent_zhou", "release", "first")
    await desk.refused("not_yours", "wh_ma", "claim", "first")
    await desk.does("agent_zhou", "claim", "first")
    await desk.refused("claimed", "agent_qin", "claim", "first")
    await desk.does("agent_zhou", "draft", "first", form={"note": "half"})
    await desk.does("agent_zhou", "release", "first")
    await desk.does("agent_qin", "claim", "first")
    problem = await desk.refused("bad_form", "agent_qin", "complete", "first", form={"note": 5})
    assert "note" in problem["detail"]["fields"]
    await desk.does("agent_qin", "complete", "first", form={"note": "done"}, outcome="done")
    await desk.refused("not_open", "agent_qin", "complete", "first", form={"note": "again"})


async def four_eyes(desk: Desk) -> None:
    """Who did the first task is not given the second by anybody."""
    await desk.start("desk_pool")
    await desk.does("agent_zhou", "complete", "first", form={"note": "x"})
    await desk.refused("four_eyes", "eng_wu", "transfer", "check", who="agent_zhou")


async def one_lock(desk: Desk) -> None:
    """While the bench is claimed at one task, nobody claims it at the other."""
    await desk.start("desk_bench")
    await desk.does("eng_wu", "claim", "left")
    await desk.refused("locked", "eng_feng", "claim", "right")
    await desk.does("eng_wu", "complete", "left")
    await desk.does("eng_feng", "complete", "right")


async def answers(desk: Desk) -> None:
    """approve, abstain, reject, take_back; too_late once the next has answered."""
    await desk.start("desk_panel")
    await desk.does("eng_wu", "approve", "judge")
    await desk.does("eng_wu", "take_back", "judge", reason="looked again")
    await desk.does("eng_wu", "abstain", "judge", comment="no opinion")
    await desk.does("eng_feng", "approve", "judge", on_behalf="eng_deng")
    await desk.does("sales_he", "reject", "second")
    await desk.refused("not_open", "sales_he", "approve", "second")
    await desk.start("desk_panel")
    for person in ("eng_wu", "eng_deng"):
        await desk.does(person, "approve", "judge")
    await desk.does("sales_he", "approve", "second")
    await desk.refused("too_late", "eng_wu", "take_back", "judge")


async def others_are_asked(desk: Desk) -> None:
    """transfer, delegate, add in all places, remove; stale, and would_be_empty for the last one."""
    await desk.start("desk_panel")
    await desk.does("eng_wu", "transfer", "judge", who="buyer_tang", reason="on leave")
    await desk.refused("stale", "buyer_tang", "approve", "judge", revision=0)
    await desk.does("buyer_tang", "add_before", "judge", who=["wl_cao"])
    await desk.does("wl_cao", "approve", "judge")
    await desk.does("buyer_tang", "add_after", "judge", who="wh_dai")
    await desk.does("buyer_tang", "add_with", "judge", who=["legal_song", "parts_luo"])
    await desk.does("buyer_tang", "add", "judge", who="finance_guo", where="with")
    await desk.does("buyer_tang", "remove", "judge", who=["legal_song", "parts_luo", "finance_guo"])
    await desk.refused("would_be_empty", "eng_deng", "remove", "judge", who=["buyer_tang", "eng_deng"])
    await desk.does("eng_deng", "delegate", "judge", who="sales_mgr_ye")
    await desk.does("sales_mgr_ye", "approve", "judge", comment="advice")
    await desk.does("eng_deng", "approve", "judge")
    await desk.does("buyer_tang", "approve", "judge")
    await desk.does("wh_dai", "approve", "judge")
    assert "second" in desk.tasks


async def going_back(desk: Desk) -> None:
    """return to the initiator and to a node, and submitting again."""
    await desk.start("desk_panel")
    for person in ("eng_wu", "eng_deng"):
        await desk.does(person, "approve", "judge")
    await desk.refused("not_allowed", "sales_he", "return", "second", to="nowhere")
    back = await desk.does("sales_he", "return", "second", to="initiator", reason="no invoice")
    assert [(task["node"], task["candidates"]) for task in back["tasks"]] == [("start", ["sales_mo"])]
    again = await desk.does("sales_mo", "complete", "start")
    assert [task["node"] for task in again["tasks"]] == ["judge"]
    for person in ("eng_wu", "eng_deng"):
        await desk.does(person, "approve", "judge")
    back = await desk.does("sales_he", "return", "second", to="judge", resubmit="straight_back", siblings="cancel")
    assert [task["node"] for task in back["tasks"]] == ["judge"]


async def telling(desk: Desk) -> None:
    """cc, read, comment, urge; too_soon."""
    await desk.start("desk_panel")
    await desk.does("sales_mo", "urge", "judge", text="please")
    problem = await desk.refused("too_soon", "sales_mo", "urge", "judge")
    assert problem["status"] == 429
    await desk.does("eng_wu", "cc", "judge", who=["cust_cafe"], text="for you")
    await desk.does("cust_cafe", "read", "judge")
    await desk.does("cust_cafe", "comment", "judge", text="thanks @eng_wu", mention=["eng_deng"])
    await desk.refused("not_yours", "cust_cafe", "approve", "judge")
    await desk.refused("not_allowed", "eng_wu", "comment", "judge", text="hello", mention=["nobody"])


async def the_initiator_withdraws(desk: Desk) -> None:
    """Nobody else does, and not after the first answer."""
    await desk.start("desk_panel")
    await desk.refused("not_yours", "eng_wu", "withdraw", "judge")
    gone = await desk.does("sales_mo", "withdraw", "judge", reason="mistake")
    assert gone["case"]["status"] == "withdrawn"
    await desk.start("desk_panel")
    await desk.does("eng_wu", "approve", "judge")
    await desk.refused("too_late", "sales_mo", "withdraw", "judge")


async def an_operator_steers(desk: Desk) -> None:
    """handover, amend, jump, reopen; suspended comes before all; a jump without a reason is bad_form."""
    await desk.start("desk_panel")
    await desk.refused("not_allowed", "eng_wu", "amend", "judge", node="second", who="sales_mo")
    await desk.does("coo_liang", "amend", "judge", node="second", who=["buyer_tang"])
    await desk.does("coo_liang", "handover", "judge", **{"from": "eng_wu", "to": "wl_cao"})
    await desk.does("wl_cao", "approve", "judge")
    await desk.commands("coo_liang", "suspend")
    await desk.refused("suspended", "eng_deng", "approve", "judge")
    await desk.commands("coo_liang", "resume")
    await desk.does("eng_deng", "approve", "judge")
    await desk.does("buyer_tang", "approve", "second")
    await desk.refused("bad_form", "coo_liang", "jump", "third", to="second")
    await desk.does("coo_liang", "jump", "third", to="second", reason="to be sure")
    await desk.does("buyer_tang", "reject", "second")
    open_again = await desk.does("coo_liang", "reopen", "second", node="third")
    assert [task["node"] for task in open_again["tasks"]] == ["third"]
    await desk.does("wh_ma", "complete", "third")


async def earlier_dates(desk: Desk) -> None:
    """穿越时空: needs the right `backdate`, and is never in the future."""
    await desk.start("desk_panel")
    await desk.refused("not_allowed", "eng_wu", "approve", "judge", event_time="2026-01-05T09:00:00+08:00")
    for person in ("eng_wu", "eng_deng"):
        await desk.does(person, "approve", "judge")
    for moment in ("2099-01-01T00:00:00Z", "soon"):
        await desk.refused("bad_form", "sales_he", "approve", "second", event_time=moment)
    await desk.does("sales_he", "approve", "second", event_time="2026-01-05T09:00:00+08:00")


#: What each scene shows: verbs that succeed and codes that are met.
SCENES: dict[Scene, tuple[str, str]] = {
    a_task_from_a_pool: ("claim release draft complete", "claimed bad_form not_yours not_open not_allowed"),
    four_eyes: ("complete", "four_eyes"),
    one_lock: ("claim complete", "locked"),
    answers: ("approve abstain reject take_back", "not_open too_late"),
    others_are_asked: ("transfer delegate add add_before add_after add_with remove approve", "stale would_be_empty"),
    going_back: ("return complete", "not_allowed"),
    telling: ("cc read comment urge", "too_soon not_yours not_allowed"),
    the_initiator_withdraws: ("withdraw approve", "not_yours too_late"),
    an_operator_steers: ("handover amend jump reopen", "suspended not_allowed bad_form"),
    earlier_dates: ("approve", "not_allowed bad_form"),
}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_the_verbs(desks: World, scene: Scene) -> None:
    """Each scene does with its verbs and meets its refusals."""
    desk = Desk(desks)
    await scene(desk)
    verbs, codes = SCENES[scene]
    assert desk.done >= set(verbs.split())
    assert desk.codes >= set(codes.split())


async def test_no_verb_and_no_code_is_left_out() -> None:
    """What the scenes show is what the product has: its table of verbs, its table of refusals, and the document."""
    verbs = {verb for shown, _ in SCENES.values() for verb in shown.split()}
    codes = {code for _, met in SCENES.values() for code in met.split()}
    assert verbs == set(VERBS)
    assert codes == set(COMMAND_REFUSALS)
    assert set(_SENTENCES) <= set(COMMAND_REFUSALS)
    text = (ROOT / "docs" / "approvals.md").read_text("utf-8")
    listed = re.search(r"logged with its code: `([^`]+)`.*?then the verb's own: ([^\n]+)", text)
    assert listed is not None
    assert tuple(re.findall(r"[a-z_]+", listed[1])) == COMMAND_REFUSALS[:8]
    assert tuple(re.findall(r"`([a-z_]+)`", listed[2])) == COMMAND_REFUSALS[8:]


async def test_a_refusal_is_logged_with_its_code(desks: World) -> None:
    """It leaves no trace in the case; the audit log has it."""
    desk = await Desk(desks).start("desk_panel")
    before = await desk.send("sales_mo", "GET", f"cases/{desk.case}/timeline")
    await desk.refused("not_yours", "wh_ma", "approve", "judge")
    after = await desk.send("sales_mo", "GET", f"cases/{desk.case}/timeline")
    assert before.json() == after.json()
    async with desks.parts.database.read("demo") as session:
        found = await audit.records(session, target=f"case/{desk.case}")
    assert [(row.actor, row.action, row.result) for row in found.items] == [("wh_ma", "command.approve", "not_yours")]


@pytest.mark.parametrize(
    ("verb", "args", "field"),
    [
        ("transfer", {}, "who"),
        ("transfer", {"who": ["a", "b"]}, "who"),
        ("approve", {"outcome": "x"}, "outcome"),
        ("approve", {"revision": -1}, "revision"),
        ("approve", {"revision": "1"}, "revision"),
        ("add", {"who": "a", "where": "under"}, "where"),
        ("return", {"siblings": "shoot"}, "siblings"),
        ("comment", {"text": "  "}, "text"),
        ("comment", {"text": "a\u0000b"}, "text"),
        ("comment", {"text": "x", "mention": ["a"] * 51}, "mention"),
        ("remove", {"who": []}, "who"),
        ("jump", {"reason": "x"}, "to"),
        ("draft", {"form": [1]}, "form"),
    ],
)
async def test_arguments_are_checked(desks: World, verb: str, args: dict[str, object], field: str) -> None:
    """What a verb does not take is refused before it reaches the case, with the place in the request."""
    answer = await Desk(desks).send("eng_wu", "POST", f"tasks/anything/{verb}", args)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "bad_request")
    assert any(field in place for place in problem["detail"]["fields"])


async def test_an_unknown_verb_is_named(desks: World) -> None:
    """The answer lists those there are."""
    answer = await Desk(desks).send("eng_wu", "POST", "tasks/anything/fly", {})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert "take_back" in answer.json()["en"]


async def test_a_form_has_a_limit(desks: World) -> None:
    """A form that no case could carry is refused with its size."""
    desk = await Desk(desks).start("desk_pool")
    await desk.refused("too_large", "agent_zhou", "complete", "first", form={"note": "x" * 300_000})


async def test_a_request_counts_once(desks: World) -> None:
    """The same Idempotency-Key answers as the first time; with another request it is refused."""
    desk, key = await Desk(desks).start("desk_panel"), fresh()
    path = f"tasks/{desk.tasks['judge']}/approve"
    first = await desk.send("eng_wu", "POST", path, {"comment": "ok"}, Idempotency_Key=key)
    again = await desk.send("eng_wu", "POST", path, {"comment": "ok"}, Idempotency_Key=key)
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert first.json()["revision"] == again.json()["revision"]
    other = await desk.send("eng_wu", "POST", path, {"comment": "no"}, Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    for command in (fresh(), fresh()):
        body = {"id": command, "text": "hello"}
        answers = [await desk.send("eng_wu", "POST", f"tasks/{desk.tasks['judge']}/comment", body) for _ in range(2)]
        assert len({answer.json()["revision"] for answer in answers}) == 1
