"""What people do around their tasks: drafts, comments, files, reading, and one verb on many tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_asyncio

from designer_api.objects.scanning import NoScanner
from tests.api.conftest import World
from tests.api.desk import Desk, fresh, publish
from waystation.store import form_drafts
from waystation.store.attachments import Scan, ScanState
from waystation.store.rebuild import rebuild

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]

PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desks(world: World) -> World:
    await publish(world)
    return world


# ------------------------------------------------------------------------------------------------- drafts
async def test_a_draft_is_kept_until_the_task_is_answered(desks: World) -> None:
    """Saved, shown to nobody else, saved again on the revision seen, gone with the answer."""
    desk = await Desk(desks).start("desk_pool")
    path = f"tasks/{desk.tasks['first']}/draft"
    assert (await desk.send("agent_zhou", "GET", path)).json()["code"] == "not_found"
    first = await desk.send("agent_zhou", "PUT", path, {"form": {"note": "half", "price": 1.5}})
    assert (first.status_code, first.headers["etag"]) == (200, '"1"'), first.text
    assert (await desk.send("agent_qin", "GET", path)).status_code == 404
    unsaid = await desk.send("agent_zhou", "PUT", path, {"form": {}})
    assert (unsaid.status_code, unsaid.json()["code"]) == (428, "revision_needed")
    second = await desk.send("agent_zhou", "PUT", path, {"form": {"note": "more"}}, If_Match='"1"')
    assert second.json()["revision"] == 2
    older = await desk.send("agent_zhou", "PUT", path, {"form": {}}, If_Match='"1"')
    assert (older.status_code, older.json()["code"]) == (412, "changed_meanwhile")
    shown = await desk.send("agent_zhou", "GET", path)
    assert (shown.headers["etag"], shown.json()["form"]) == ('"2"', {"note": "more"})
    listed = (await desk.send("agent_zhou", "GET", "drafts")).json()["items"]
    assert desk.tasks["first"] in [draft["task"] for draft in listed]
    await desk.refused("bad_form", "agent_zhou", "complete", "first", form={})
    assert (await desk.send("agent_zhou", "GET", path)).status_code == 200
    await desk.does("agent_zhou", "complete", "first", form={"note": "all"})
    assert (await desk.send("agent_zhou", "GET", path)).status_code == 404
    closed = await desk.send("agent_zhou", "PUT", path, {"form": {}})
    assert (closed.status_code, closed.json()["code"]) == (409, "not_open")


async def test_drafts_are_for_those_who_are_asked(desks: World) -> None:
    """Others are told that the task is not theirs; too large a form is refused; forgetting is possible any time."""
    desk = await Desk(desks).start("desk_pool")
    path = f"tasks/{desk.tasks['first']}/draft"
    other = await desk.send("wh_ma", "PUT", path, {"form": {}})
    assert (other.status_code, other.json()["code"]) == (403, "not_yours")
    large = await desk.send("agent_zhou", "PUT", path, {"form": {"note": "x" * form_drafts.MOST_BYTES}})
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    strange = await desk.send("agent_zhou", "PUT", path, {"form": {}}, If_Match="yesterday")
    assert (strange.status_code, strange.json()["code"]) == (400, "bad_request")
    assert (await desk.send("agent_zhou", "PUT", path, {"form": {}})).status_code == 200
    assert (await desk.send("agent_zhou", "DELETE", path, None, If_Match='"7"')).status_code == 412
    assert [(await desk.send("agent_zhou", "DELETE", path)).status_code for _ in range(2)] == [204, 204]
    nowhere = await desk.send("agent_zhou", "PUT", "tasks/bm93aGVyZXx4/draft", {"form": {}})
    assert nowhere.status_code == 404


async def test_a_start_form_is_kept_until_it_is_submitted(desks: World) -> None:
    """The start that names the draft's revision forgets it; one that was saved since stays."""
    desk, path = Desk(desks), "processes/desk_pool/draft"
    saved = await desk.send("sales_mo", "PUT", path, {"form": {"note": "soon"}})
    assert saved.json()["revision"] == 1, saved.text
    _ = await desk.send("sales_mo", "PUT", path, {"form": {"note": "later"}}, If_Match='"1"')
    for revision, left in ((1, 200), (2, 404)):
        body = {"process": "desk_pool", "data": {}, "draft": revision}
        assert (await desk.send("sales_mo", "POST", "cases", body)).status_code == 201
        assert (await desk.send("sales_mo", "GET", path)).status_code == left
    unknown = await desk.send("sales_mo", "PUT", "processes/nothing/draft", {"form": {}})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_process")


# ----------------------------------------------------------------------------------------------- comments
async def test_comments_reach_whom_they_mention(desks: World) -> None:
    """On a task and on the case; by list and by @; once; everybody who may see the case reads them."""
    desk = await Desk(desks).start("desk_panel")
    await desk.does(
        "eng_wu", "comment", "judge", text="what of this, @eng_deng? Mail a@coo_liang.cn", mention=["wh_ma"]
    )
    path, key = f"cases/{desk.case}/comments", fresh()
    for _ in range(2):
        answer = await desk.send("rm_south", "POST", path, {"text": "fine @nobody."}, Idempotency_Key=key)
        assert answer.status_code == 200, answer.text
    found = (await desk.send("sales_mo", "GET", path)).json()["items"]
    assert [(one["by"], one["mentions"], one["task"]) for one in found] == [
        ("eng_wu", ["wh_ma", "eng_deng"], desk.tasks["judge"]),
        ("rm_south", [], None),
    ]
    of_task = (await desk.send("sales_mo", "GET", f"tasks/{desk.tasks['judge']}/comments")).json()["items"]
    assert of_task == found[:1]
    for person, told in (("eng_deng", True), ("wh_ma", True), ("coo_liang", False)):
        notices = (await desk.send(person, "GET", "notices")).json()["items"]
        assert (desk.case in [one["case"] for one in notices if one["template"] == "comment"]) is told
    assert (await rebuild(desks.parts.database, "demo", check=True)).differences == []


async def test_comments_cannot_be_altered(desks: World) -> None:
    """There is no such route, and too many mentions are refused."""
    desk = await Desk(desks).start("desk_panel")
    path = f"cases/{desk.case}/comments"
    for method in ("PUT", "PATCH", "DELETE"):
        assert (await desk.send("admin_xu", method, path)).status_code == 405
    text = " ".join(f"@{person}" for person in desks.made.organisation.people)
    many = {"text": text, "mention": [f"nobody{number}" for number in range(49)]}
    assert (await desk.send("sales_mo", "POST", path, many)).json()["code"] == "bad_request"
    nobody = await desk.send("sales_mo", "POST", path, {"text": "x", "mention": ["nobody"]})
    assert (nobody.status_code, nobody.json()["code"]) == (403, "not_allowed")


# -------------------------------------------------------------------------------------------------- files
class Verdict:
    """A scanner that says what it is told to say."""

    def __init__(self) -> None:
        self.scan_says = Scan(ScanState.CLEAN)

    async def scan(self, data: bytes) -> Scan:
        return self.scan_says


@pytest.fixture
def verdict(desks: World) -> Iterator[Verdict]:
    state = desks.http._transport.app.state  # type: ignore[attr-defined]
    state.scanner = Verdict()
    yield state.scanner
    state.scanner = NoScanner()


async def upload(desk: Desk, person: str, data: bytes, name: str) -> dict[str, Any]:
    headers = await desk.world.sign_in(person)
    answer = await desk.world.http.post("/api/v1/files", files={"file": (name, data)}, headers=headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_files_are_put_with_tasks_and_seen_with_their_case(desks: World) -> None:
    """Until it is attached a file is its owner's; then it is seen by all who may see the case."""
    desk = await Desk(desks).start("desk_panel")
    file = (await upload(desk, "eng_wu", PICTURE, "报价\u202e单 1.png"))["id"]
    address, task = f"files/{file}", desk.tasks["judge"]
    assert (await desk.send("sales_mo", "GET", address)).json()["code"] == "not_allowed"
    stolen = await desk.send("sales_mo", "PUT", f"cases/{desk.case}/attachments/{file}")
    assert (stolen.status_code, stolen.json()["code"]) == (403, "not_allowed")
    for _ in range(2):
        assert (await desk.send("eng_wu", "PUT", f"tasks/{task}/attachments/{file}")).status_code == 204
    for path in (f"cases/{desk.case}/attachments", f"tasks/{task}/attachments"):
        (found,) = (await desk.send("sales_mo", "GET", path)).json()["items"]
        assert (found["id"], found["name"], found["task"], found["by"]) == (file, "报价单 1.png", task, "eng_wu")
    answer = await desk.send("sales_mo", "GET", address)
    assert answer.content == PICTURE
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    disposition = answer.headers["content-disposition"]
    assert disposition == "attachment; filename=\"___ 1.png\"; filename*=UTF-8''%E6%8A%A5%E4%BB%B7%E5%8D%95%201.png"
    missing = await desk.send("eng_wu", "PUT", f"tasks/{task}/attachments/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_a_file_that_is_in_no_record_can_be_deleted(desks: World) -> None:
    """By its owner; not once it is with a case, or named in what he sent to one. Equal bytes of another file stay."""
    desk = await Desk(desks).start("desk_panel")
    files = [(await upload(desk, "eng_wu", PICTURE, f"{name}.png"))["id"] for name in "abc"]
    assert (await desk.send("sales_mo", "DELETE", f"files/{files[0]}")).json()["code"] == "not_allowed"
    assert (await desk.send("eng_wu", "DELETE", f"files/{files[0]}")).status_code == 204
    for method in ("GET", "DELETE"):
        assert (await desk.send("eng_wu", method, f"files/{files[0]}")).status_code == 404
    assert (await desk.send("eng_wu", "GET", f"files/{files[1]}")).content == PICTURE
    assert (await desk.send("eng_wu", "PUT", f"cases/{desk.case}/attachments/{files[1]}")).status_code == 204
    said = {"text": f"see {files[2]}"}
    assert (await desk.send("eng_wu", "POST", f"cases/{desk.case}/comments", said)).status_code == 200
    for file in files[1:]:
        refused = await desk.send("eng_wu", "DELETE", f"files/{file}")
        assert (refused.status_code, refused.json()["code"]) == (409, "in_use")


async def test_the_bytes_of_the_last_file_go_with_it(desks: World) -> None:
    """They are stored again when somebody sends the same once more."""
    desk = await Desk(desks).start("desk_panel")
    data = PICTURE + fresh().encode()
    objects = desks.parts.settings.data_dir / "objects"
    before = {path for path in objects.rglob("*") if path.is_file()}
    file = (await upload(desk, "eng_wu", data, "own.png"))["id"]
    (stored,) = {path for path in objects.rglob("*") if path.is_file()} - before
    assert (await desk.send("eng_wu", "DELETE", f"files/{file}")).status_code == 204
    assert not stored.exists()
    again = (await upload(desk, "eng_wu", data, "own.png"))["id"]
    assert (await desk.send("eng_wu", "GET", f"files/{again}")).content == data


async def test_a_file_sent_twice_is_one_file(desks: World) -> None:
    """With an Idempotency-Key; another file under it is refused."""
    headers = {**await desks.sign_in("eng_wu"), "Idempotency-Key": fresh()}
    answers = [
        await desks.http.post("/api/v1/files", files={"file": (name, PICTURE)}, headers=headers)
        for name in ("a.png", "x/a.png", "b.png")
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert answers[0].json() == answers[1].json()
    assert answers[2].json()["code"] == "key_reused"


async def test_what_the_scanner_does_not_clear_is_kept_back(desks: World, verdict: Verdict) -> None:
    """Not handed out, not attached, until a later scan clears it; the finding is told."""
    desk = await Desk(desks).start("desk_panel")
    for finding in ("Eicar-Test-Signature", "scan_timed_out"):
        verdict.scan_says = Scan(ScanState.QUARANTINED, finding)
        stored = await upload(desk, "eng_wu", PICTURE, "a.png")
        assert (stored["state"], stored["finding"]) == ("quarantined", finding)
        address = f"files/{stored['id']}"
        for method, path in (("GET", address), ("PUT", f"cases/{desk.case}/attachments/{stored['id']}")):
            held = await desk.send("eng_wu", method, path)
            assert (held.status_code, held.json()["code"]) == (409, "quarantined")
            assert held.json()["detail"]["finding"] == finding
        again = await desk.send("eng_wu", "POST", f"{address}/scan")
        assert again.json()["state"] == "quarantined"
        verdict.scan_says = Scan(ScanState.CLEAN)
        assert (await desk.send("sales_mo", "POST", f"{address}/scan")).json()["code"] == "not_allowed"
        assert (await desk.send("eng_wu", "POST", f"{address}/scan")).json()["state"] == "clean"
        assert (await desk.send("eng_wu", "GET", address)).content == PICTURE


# ------------------------------------------------------------------------------------------------ reading
async def test_receipts_say_who_opened_a_task_first(desks: World) -> None:
    """Those asked stand there without a time until they open it; opening again changes nothing."""
    desk = await Desk(desks).start("desk_panel")
    task = f"tasks/{desk.tasks['judge']}"
    for _ in range(2):
        assert (await desk.send("eng_wu", "GET", task)).status_code == 200
    before = (await desk.send("sales_mo", "GET", f"{task}/receipts")).json()["items"]
    assert [(one["person"], one["opened_at"] is None) for one in before] == [("eng_wu", False), ("eng_deng", True)]
    _ = await desk.send("eng_wu", "GET", task)
    assert (await desk.send("sales_mo", "GET", f"{task}/receipts")).json()["items"] == before


async def test_copies_have_their_state(desks: World) -> None:
    """Whoever is sent a case may see it; it is read when he opens it or says so, of an ended case too."""
    desk = await Desk(desks).start("desk_panel")
    await desk.does("eng_wu", "cc", "judge", who=["cust_cafe", "wh_dai", "parts_luo"])
    await desk.does("wh_dai", "read", "judge")
    await desk.does("eng_wu", "reject", "judge")
    for person, action in (("cust_cafe", ("GET", "")), ("parts_luo", ("POST", "/read"))):
        unread = (await desk.send(person, "GET", "copies?unread=true")).json()["items"]
        assert desk.case in [copy["case"] for copy in unread]
        answer = await desk.send(person, action[0], f"cases/{desk.case}{action[1]}")
        assert answer.status_code in (200, 204), answer.text
        unread = (await desk.send(person, "GET", "copies?unread=true")).json()["items"]
        assert desk.case not in [copy["case"] for copy in unread]
    copies = (await desk.send("sales_mo", "GET", f"cases/{desk.case}/copies")).json()["items"]
    assert sorted(copy["person"] for copy in copies if copy["read_at"]) == ["cust_cafe", "parts_luo", "wh_dai"]
    mine = (await desk.send("wh_dai", "GET", "copies")).json()["items"]
    assert [(copy["process"], copy["status"]) for copy in mine if copy["case"] == desk.case] == [("desk_panel", "done")]


# --------------------------------------------------------------------------------------------------- bulk
async def test_one_verb_on_many_tasks(desks: World) -> None:
    """Each row has its own answer; a repeat answers as the first time though the tasks have changed since."""
    several = [await Desk(desks).start("desk_panel") for _ in range(3)]
    await several[1].does("eng_wu", "approve", "judge")
    tasks = [*(desk.tasks["judge"] for desk in several), "bm93aGVyZXx4"]
    body = {"verb": "approve", "args": {"comment": "all fine"}, "tasks": tasks}
    key = fresh()
    done = await several[0].send("eng_wu", "POST", "tasks/bulk", body, Idempotency_Key=key)
    assert done.status_code == 200, done.text
    rows = done.json()["items"]
    assert [(row["task"], row["status"], row["code"]) for row in rows] == [
        (tasks[0], 200, None), (tasks[1], 403, "not_yours"), (tasks[2], 200, None), (tasks[3], 404, "not_found"),
    ]  # fmt: skip
    assert (done.json()["done"], done.json()["refused"]) == (2, 2)
    assert all(row["zh"] and row["en"] for row in rows if not row["ok"])
    await several[1].does("eng_wu", "take_back", "judge")
    again = await several[0].send("eng_wu", "POST", "tasks/bulk", body, Idempotency_Key=key)
    assert again.json() == done.json()
    other = await several[0].send("eng_wu", "POST", "tasks/bulk", {**body, "tasks": tasks[:1]}, Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


async def test_equal_bulk_requests_at_once_count_once(desks: World) -> None:
    """Five at the same moment: one comment on each task, and one answer."""
    several = [await Desk(desks).start("desk_panel") for _ in range(3)]
    body = {"verb": "comment", "args": {"text": "hello"}, "tasks": [desk.tasks["judge"] for desk in several]}
    key = fresh()
    sending = [several[0].send("eng_wu", "POST", "tasks/bulk", body, Idempotency_Key=key) for _ in range(5)]
    answers = [answer.json() for answer in await asyncio.gather(*sending)]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["done"] == 3
    for desk in several:
        assert len((await desk.send("eng_wu", "GET", f"cases/{desk.case}/comments")).json()["items"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"verb": "fly", "tasks": ["a"]},
        {"verb": "transfer", "args": {}, "tasks": ["a"]},
        {"verb": "approve", "args": {"id": "mine"}, "tasks": ["a"]},
        {"verb": "approve", "tasks": []},
        {"verb": "approve", "tasks": ["a", "a"]},
        {"verb": "approve", "tasks": [str(number) for number in range(201)]},
    ],
    ids=["verb", "args", "id", "none", "twice", "many"],
)
async def test_a_bulk_request_is_checked_as_a_whole(desks: World, body: dict[str, Any]) -> None:
    """Before any row of it is carried out."""
    answer = await Desk(desks).send("eng_wu", "POST", "tasks/bulk", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
