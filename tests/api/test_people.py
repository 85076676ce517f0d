"""People through the API: changes with revisions, rights, absences, proxies, and work that moves when people change."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.api.conftest import World, open_world
from waystation.gateway import people_work

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]

API = "/api/v1"
PROCESS = """
waystation: 1
process: {name}
title: {{ zh: 审核, en: Review }}
data: {{ note: {{ type: string }} }}
nodes:
  review: {{ kind: task, title: {{ zh: 审核, en: Review }}, assign: [{assign}]{more}, next: later }}
  later: {{ kind: task, title: {{ zh: 之后, en: Later }}, assign: [{assign}], next: end }}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A change of people looks at every open case: those of other tests would take their time."""
    async with open_world(tmp_path_factory.mktemp("people")) as made:
        yield made


class Office:
    """People of a test of its own, under a prefix that no other test has."""

    def __init__(self, world: World, headers: dict[str, str]) -> None:
        self.world, self.headers, self.mark = world, headers, uuid.uuid4().hex[:8]

    def id(self, name: str) -> str:
        return f"{name}_{self.mark}"

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.world.http.request(method, f"{API}/{path}", json=body, headers=sent)

    async def hire(self, name: str, **more: Any) -> str:
        answer = await self.ask("POST", "people", {"id": self.id(name), "name": name, **more})
        assert answer.status_code == 201, answer.text
        return self.id(name)

    async def patch(self, person: str, **values: Any) -> dict[str, Any]:
        answer = await self.ask("PATCH", f"people/{person}", values)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def publish(self, assign: str, more: str = "") -> str:
        """A process of two tasks, both for these people; its name."""
        name = f"people_{self.mark}_{uuid.uuid4().hex[:4]}"
        text = PROCESS.format(name=name, assign=assign, more=f", {more}" if more else "")
        answer = await self.ask("POST", "processes", {"text": text})
        assert answer.status_code == 201, answer.text
        return name

    async def start(self, process: str) -> str:
        answer = await self.ask("POST", "cases", {"process": process, "data": {"note": "x"}})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["case"]["id"])

    async def asked(self, case: str) -> list[str]:
        """Who may answer the case's open task now."""
        tasks = (await self.ask("GET", f"cases/{case}")).json()["tasks"]
        return sorted(tasks[0]["candidates"]) if tasks else []

    async def until_asked(self, case: str, *people: str) -> None:
        for _ in range(200):
            if await self.asked(case) == sorted(people):
                return
            await asyncio.sleep(0.05)
        raise AssertionError((await self.asked(case), people))

    async def finished(self, job: str) -> dict[str, Any]:
        for _ in range(400):
            found: dict[str, Any] = (await self.ask("GET", f"organisation/jobs/{job}")).json()
            if found["status"] == "done":
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(found)

    async def sign_in(self, person: str) -> dict[str, str]:
        made = (await self.ask("POST", f"people/{person}/password")).json()
        body = {"tenant": "demo", "user": made["login"], "password": made["password"]}
        answer = await self.world.http.post(f"{API}/sessions", json=body)
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}


@pytest.fixture
async def office(world: World) -> Office:
    return Office(world, await world.sign_in("admin_xu"))


async def test_a_person_from_hiring_to_removal(office: Office) -> None:
    """Created, read with an ETag, changed only by who has seen the newest revision, removed."""
    ann = await office.hire(
        "ann", skills={"repair": 3}, at=[31.2, 121.5], duty="mon-fri 09:00-18:00", phone="13812341234"
    )
    shown = await office.ask("GET", f"people/{ann}")
    assert shown.headers["etag"] == '"1"'
    assert (shown.json()["duty"], shown.json()["skills"]) == ("mon-fri 09:00-18:00", {"repair": 3})
    changed = await office.ask("PATCH", f"people/{ann}", {"title": "lead", "phone": None}, If_Match='"1"')
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    stale = await office.ask("PATCH", f"people/{ann}", {"title": "staff"}, If_Match='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "changed_meanwhile")
    replaced = await office.ask("PUT", f"people/{ann}", {"name": "Ann"}, If_Match='"2"')
    assert (replaced.json()["person"]["title"], replaced.json()["person"]["skills"]) == (None, {})
    again = await office.ask("POST", "people", {"id": ann})
    assert (again.status_code, again.json()["code"]) == (409, "already_there")
    assert (await office.ask("DELETE", f"people/{ann}")).status_code == 200
    assert (await office.ask("GET", f"people/{ann}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nowhere"}, "email"),
        ({"phone": "=1+1"}, "phone"),
        ({"skills": {"repair": 11}}, "skills"),
        ({"at": [91.0, 0.0]}, "at"),
        ({"duty": "always"}, "duty"),
        ({"posts": ["no_such"]}, "posts"),
        ({"manager": "nobody_at_all"}, "manager"),
        ({"roles": ["a b\n"]}, "roles"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_wrong_is_named(office: Office, body: dict[str, Any], field: str) -> None:
    """The field, a code, a sentence in both languages; nothing is saved."""
    answer = await office.ask("POST", "people", {"id": office.id("bad"), **body})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_people"), answer.text
    problem = answer.json()["detail"]["problems"][0]
    assert problem["path"] == ["people", office.id("bad"), field]
    assert problem["zh"] != problem["en"]
    assert (await office.ask("GET", f"people/{office.id('bad')}")).status_code == 404


async def test_who_may_change_people(office: Office, world: World) -> None:
    """A clerk reads, masked, and says when he himself is away; `hr` changes people, never admins."""
    ann = await office.hire("ann", phone="13812341234", email="ann@example.cn", roles=["hr"])
    bob = await office.hire("bob")
    headers = await office.sign_in(bob)
    clerk = Office(world, headers)
    seen = (await clerk.ask("GET", f"people/{ann}")).json()
    assert (seen["phone"], seen["email"]) == ("138****1234", "a***@example.cn")
    for method, path, body in [
        ("PATCH", f"people/{ann}", {"name": "x"}),
        ("POST", "people", {"id": "eve"}),
        ("PUT", "organisation/roles/clerk", {"inherits": ["admin"]}),
        ("POST", f"people/{ann}/absences", {}),
        ("POST", f"people/{ann}/handover", {"to": bob}),
        ("POST", f"people/{ann}/password", None),
        ("GET", "organisation/jobs", None),
    ]:
        refused = await clerk.ask(method, path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed"), path
    assert (await clerk.ask("POST", f"people/{bob}/absences", {"reason": "leave"})).status_code == 201
    hr = Office(world, await office.sign_in(ann))
    assert (await hr.ask("PATCH", f"people/{bob}", {"title": "lead"})).status_code == 200
    for path, body in [(f"people/{ann}", {"roles": ["admin"]}), ("people/admin_xu", {"active": False})]:
        refused = await hr.ask("PATCH", path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed"), path
    assert (await hr.ask("POST", "people/admin_xu/password")).status_code == 403


async def test_lists_of_people(office: Office) -> None:
    """Filtered by what is inherited, page by page with a cursor."""
    role = f"role_{office.mark}"
    assert (
        await office.ask("PUT", f"organisation/roles/{role}", {"inherits": [f"base_{office.mark}"]})
    ).status_code == 200
    hired = [await office.hire(f"p{number}", roles=[role]) for number in range(3)]
    query = f"people?role=base_{office.mark}&limit=2"
    first = (await office.ask("GET", query)).json()
    second = (await office.ask("GET", f"{query}&cursor={first['next']}")).json()
    assert [one["id"] for page in (first, second) for one in page["items"]] == hired
    assert second["next"] is None
    assert [one["id"] for one in (await office.ask("GET", f"people?q=P1_{office.mark}")).json()["items"]] == [hired[1]]
    assert (await office.ask("GET", "people?cursor=nonsense")).json()["code"] == "bad_cursor"


async def test_groups_and_posts(office: Office) -> None:
    """Members of a group are members of those above it; a post brings its title and roles; both are in use then."""
    ann = await office.hire("ann")
    above, below, post = office.id("above"), office.id("below"), office.id("post")
    await office.ask("PUT", f"organisation/groups/{above}", {"name": "上级"})
    answer = await office.ask("PUT", f"organisation/groups/{below}", {"parent": above, "members": [ann]})
    assert (answer.status_code, answer.json()["holders"]) == (200, [ann]), answer.text
    assert (await office.ask("GET", f"organisation/groups/{above}")).json()["holders"] == [ann]
    circle = await office.ask("PUT", f"organisation/groups/{above}", {"parent": below})
    assert circle.json()["detail"]["problems"][0]["code"] == "group_cycle"
    await office.ask("PUT", f"organisation/posts/{post}", {"title": "director", "roles": [office.id("judge")]})
    person = (await office.patch(ann, posts=[post]))["person"]
    assert (person["title"], person["all_roles"]) == ("director", [office.id("judge")])
    for path in (f"organisation/posts/{post}", f"organisation/groups/{above}"):
        assert (await office.ask("DELETE", path)).json()["code"] == "in_use"
    await office.patch(ann, posts=[])
    assert (await office.ask("DELETE", f"organisation/posts/{post}")).status_code == 200


async def test_who_leaves_gives_up_open_work(office: Office) -> None:
    """His task goes to whom the rules find now, with the rule that fired in the journal; he is signed out."""
    role = office.id("judge")
    ann = await office.hire("ann", roles=[role])
    process = await office.publish(f"role:{role}")
    case = await office.start(process)
    await office.until_asked(case, ann)
    headers = await office.sign_in(ann)
    bob = await office.hire("bob", roles=[role])
    await office.until_asked(case, ann, bob)
    left = await office.patch(ann, active=False)
    assert left["job"]
    await office.until_asked(case, bob)
    assert (await office.world.http.get(f"{API}/me", headers=headers)).status_code == 401
    await office.patch(bob, active=False)
    await office.until_asked(case, "admin_xu", "owner_chen")
    lines = (await office.ask("GET", f"cases/{case}/timeline")).json()["items"]
    found = [line["data"] for line in lines if line["kind"] == "people_found"]
    assert found[0]["rules"] == [{"rule": 0, "by": "role", "people": [ann]}]
    assert found[-1]["rules"][-1]["by"] == "when_empty"
    assert found[-1]["fallback"] == "admin"


async def test_who_is_away_gives_up_what_was_given_to_him(office: Office) -> None:
    """A strategy gives the task to somebody in office; who is in office keeps his."""
    role = office.id("judge")
    people = [await office.hire(name, roles=[role]) for name in ("ann", "bob", "cid")]
    process = await office.publish(f"role:{role}", "strategy: round_robin")
    cases = [await office.start(process) for _ in people]
    holders = {case: (await office.asked(case))[0] for case in cases}
    assert sorted(holders.values()) == sorted(people)
    gone = await office.patch(people[0], away=True)
    await office.finished(gone["job"])
    for case, holder in holders.items():
        now = await office.asked(case)
        assert len(now) == 1
        assert (now == [holder]) == (holder != people[0])
        assert now != [people[0]]


async def test_an_absence_begins_by_itself(office: Office) -> None:
    """Said beforehand: when the time has come, what was given to him goes to somebody in office."""
    role = office.id("judge")
    ann = await office.hire("ann", roles=[role])
    case = await office.start(await office.publish(f"role:{role}", "strategy: least_loaded"))
    assert await office.asked(case) == [ann]
    bob = await office.hire("bob", roles=[role])
    since = datetime.now(UTC) + timedelta(seconds=2)
    absence = {"since": since.isoformat(), "until": (since + timedelta(hours=1)).isoformat(), "reason": "leave"}
    said = await office.ask("POST", f"people/{ann}/absences", absence)
    assert (said.status_code, said.json()["person"]["absent_now"]) == (201, False)
    assert await office.asked(case) == [ann]
    await office.until_asked(case, bob)


async def test_many_tasks_move_in_batches(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """More cases than a batch holds: each has its result, and the job ends."""
    monkeypatch.setattr(people_work, "BATCH", 4)
    ann, bob = await office.hire("ann"), await office.hire("bob")
    await office.patch(ann, manager=bob)
    process = await office.publish(f"user:{ann}")
    cases = [await office.start(process) for _ in range(10)]
    job = (await office.patch(ann, active=False))["job"]
    found = await office.finished(job)
    assert found["failed"] == 0
    items: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (
            await office.ask("GET", f"organisation/jobs/{job}/items?limit=7{cursor and '&cursor=' + cursor}")
        ).json()
        items += page["items"]
        cursor = page["next"]
    assert set(cases) <= {item["case"] for item in items}
    assert found["done"] == len(items)
    for case in cases:
        assert await office.asked(case) == ["admin_xu", "owner_chen"]


async def test_a_handover(office: Office) -> None:
    """离职转办: a preview first; then open work moves, and work at later nodes too, with a result per case."""
    ann, bob = await office.hire("ann"), await office.hire("bob")
    process = await office.publish(f"user:{ann}")
    cases = [await office.start(process) for _ in range(2)]
    other = await office.start(await office.publish(f"user:{ann}"))
    body = {"to": bob, "processes": [process]}
    seen = (await office.ask("POST", f"people/{ann}/handover", {**body, "preview": True})).json()
    assert (seen["tasks"], seen["cases"], seen["job"]) == (2, 2, None)
    assert {item["case"] for item in seen["items"]} == set(cases)
    assert [await office.asked(case) for case in cases] == [[ann], [ann]]
    begun = await office.ask("POST", f"people/{ann}/handover", body)
    assert begun.status_code == 202
    assert (await office.finished(begun.json()["job"]))["done"] == 2
    assert [await office.asked(case) for case in (*cases, other)] == [[bob], [bob], [ann]]
    task = (await office.ask("GET", f"cases/{cases[0]}")).json()["tasks"][0]["id"]
    headers = await office.sign_in(bob)
    done = await office.world.http.post(f"{API}/tasks/{task}/complete", json={}, headers=headers)
    assert done.status_code == 200, done.text
    await office.until_asked(cases[0], bob)
    only_tasks = await office.ask("POST", f"people/{ann}/handover", {"to": bob, "what": "tasks", "reason": "离职"})
    assert (await office.finished(only_tasks.json()["job"]))["done"] == 1
    assert await office.asked(other) == [bob]
    for to in (ann, "nobody_at_all"):
        refused = await office.ask("POST", f"people/{ann}/handover", {"to": to})
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_form")


async def test_a_proxy_acts_for_somebody(office: Office) -> None:
    """For named processes only, from now on; a loop is refused; taken back, it ends."""
    ann, bob = await office.hire("ann"), await office.hire("bob")
    process, other = await office.publish(f"user:{ann}"), await office.publish(f"user:{ann}")
    answer = await office.ask("POST", f"people/{ann}/proxies", {"person": bob, "processes": [process]})
    assert answer.status_code == 201, answer.text
    loop = await office.ask("POST", f"people/{bob}/proxies", {"person": ann})
    assert (loop.status_code, loop.json()["detail"]["problems"][0]["code"]) == (422, "proxy_loop")
    backwards = {"person": bob, "since": "2026-05-02T00:00:00+08:00", "until": "2026-05-01T00:00:00+08:00"}
    assert (await office.ask("POST", f"people/{ann}/proxies", backwards)).status_code == 422
    naive = await office.ask("POST", f"people/{ann}/proxies", {"person": bob, "since": "2026-05-02T00:00:00"})
    assert naive.status_code == 400
    headers = await office.sign_in(bob)
    for name, status in ((process, 200), (other, 403)):
        case = await office.start(name)
        task = (await office.ask("GET", f"cases/{case}")).json()["tasks"][0]["id"]
        done = await office.world.http.post(f"{API}/tasks/{task}/complete", json={}, headers=headers)
        assert done.status_code == status, done.text
    proxy = answer.json()["person"]["proxies"][0]["id"]
    assert (await office.ask("DELETE", f"people/{ann}/proxies/{proxy}")).json()["person"]["proxies"] == []
    assert (await office.ask("DELETE", f"people/{ann}/proxies/{proxy}")).status_code == 404


async def test_a_person_by_the_id_of_another_system(office: Office) -> None:
    """PUT makes him so, once: the second time nothing changes."""
    path = f"people/by-external-id/{office.id('w')}?source=hr"
    body = {"id": office.id("ann"), "name": "安"}
    first, second = await office.ask("PUT", path, body), await office.ask("PUT", path, body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["etag"] == '"1"'
    renamed = await office.ask("PUT", path, {"id": office.id("other"), "name": "安娜"})
    assert (renamed.json()["person"]["id"], renamed.json()["person"]["name"]) == (office.id("ann"), "安娜")


async def test_nobody_plays_the_organisation(office: Office) -> None:
    """That people changed is for the organisation to say, not for a command of a person."""
    case = await office.start(await office.publish("user:admin_xu"))
    body = {"verb": "people_changed", "args": {"gone": ["admin_xu"]}}
    refused = await office.ask("POST", f"cases/{case}/commands", body)
    assert refused.status_code in (400, 403), refused.text
    assert await office.asked(case) == ["admin_xu"]
