"""A tenant that looks lived in: cases in every state, and a process that is changed while they are open."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

import httpx

from tests.support.letters import troubled
from tests.support.product import PATIENCE, Product

TRAVEL = """\
waystation: 1
process: business_trip
title: { zh: 出差申请, en: Business trip }
family: approval
description: { zh: 主管审批；费用高的由财务复核。, en: "The manager approves, finance checks what costs more." }
regions: { may: [approvers, deadlines, forms], places: [check] }
data:
  city: { type: string, minLength: 1, title: { zh: 目的地, en: Destination } }
  days: { type: integer, minimum: 1, maximum: 60, title: { zh: 天数, en: Days } }
  class: { type: string, enum: [economy, business], title: { zh: 舱位, en: Class } }
  band: { type: string, title: { zh: 费用等级, en: Cost band } }
required: [city, days]
start: { form: trip }
title_of_case: "${ data.city } · ${ data.days }"
forms:
  trip:
    title: { zh: 出差单, en: Trip }
    fields:
      city: { type: string, minLength: 1, title: { zh: 目的地, en: Destination }, required: true }
      days: { type: integer, minimum: 1, maximum: 60, title: { zh: 天数, en: Days }, required: true }
      class:
        type: string
        title: { zh: 舱位, en: Class }
        enum: [economy, business]
        options: { economy: { zh: 经济舱, en: Economy }, business: { zh: 公务舱, en: Business } }
        show_if: "${ form.days > 3 }"
    layout: [[city, days], class]
tables:
  bands:
    title: { zh: 费用等级, en: Cost bands }
    hit: unique
    inputs:
      - { name: days, value: "${ data.days }", schema: { type: integer, minimum: 1, maximum: 60 } }
      - { name: class, value: "${ data.class }", schema: { type: string, enum: [economy, business] } }
    outputs: [band]
    rules:
      - { when: { days: "<= 3" }, then: { band: low } }
      - { when: { days: "> 3", class: economy }, then: { band: middle } }
      - { when: { days: "> 3", class: business }, then: { band: high } }
nodes:
  manager:
    kind: approval
    title: { zh: 主管审批, en: Manager }
    approvers: ["user:sm_yang", { manager_of: initiator }]
    deadline: 1d
    form: { use: trip, fields: { days: read } }
    next: { approved: band, rejected: refused }
  band:
    kind: table
    title: { zh: 确定等级, en: Cost band }
    table: bands
    save: { band: "${ result.band }" }
    next: costly
  costly:
    kind: choice
    title: { zh: 费用高？, en: Is it costly? }
    next: [{ when: "${ data.band == 'high' }", to: check }, { to: booked }]
  check:
    kind: approval
    title: { zh: 财务复核, en: Finance check }
    approvers: ["role:finance"]
    deadline: 2d
    next: { approved: booked, rejected: refused }
  booked: { kind: end, title: { zh: 已批准, en: Approved }, outcome: booked }
  refused: { kind: end, title: { zh: 已驳回, en: Refused }, outcome: refused }
"""
#: What the draft has beyond the second version.
EXTRA = {
    "op": "add_node", "kind": "approval", "on_edge": "costly:branch:0", "title": {"zh": "老板审批", "en": "Owner"},
    "config": {"approvers": ["role:owner"]},
}  # fmt: skip
SCENARIOS = """\
process: business_trip
scenarios:
  - scenario: 三天内
    start: { as: agent_zhou, data: { city: 杭州, days: 2 } }
    steps:
      - approve: { task: manager, as: sm_yang }
      - expect: { ended: booked }
"""
PURCHASE = {"department": "it", "supplier": "云朔科技", "reason": "三台笔记本电脑"}
REPAIR = {
    "customer": "南京路咖啡馆", "serial_no": "E8-1001", "text": "机器嗡嗡响", "region": "华东",
}  # fmt: skip


@dataclass(frozen=True)
class Scenery:
    """Ids of what was prepared."""

    trip: str
    broken: str
    failing: str
    contested: str
    fresh: str
    empty: str
    overlay: str
    open_case: str
    ended_case: str
    task: str
    troubled: str


class Seat:
    """Somebody signed in, who asks the API; an answer that refuses raises."""

    def __init__(self, product: Product, user: str) -> None:
        self._http = httpx.Client(base_url=f"{product.url}/api/v1", timeout=120)
        signed = self._http.post(
            "/sessions", json={"tenant": "demo", "user": user, "password": product.passwords[user]}
        )
        signed.raise_for_status()
        self._http.headers["Authorization"] = f"Bearer {signed.json()['token']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, method: str, path: str, body: Any = None, match: str | None = None) -> tuple[Any, str]:
        """The answer's body and its ETag."""
        headers = {"Idempotency-Key": sha256(f"{method}{path}{body}".encode()).hexdigest()} | (
            {"If-Match": match} if match else {}
        )
        answer = self._http.request(method, path, json=body, headers=headers)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return (answer.json() if answer.content else None), answer.headers.get("ETag", "")

    def wait(self, path: str, count: int) -> list[dict[str, Any]]:
        """The items of a list, once there are so many: lists follow what happens by a moment."""
        until = time.monotonic() + PATIENCE
        while len(found := self.ask("GET", path)[0]["items"]) < count:
            assert time.monotonic() < until, f"{path}: {found}"
            time.sleep(0.2)
        return list(found)


def prepared(product: Product) -> Scenery:
    """Everything that the pages show, on a product that has nothing but its demo."""
    with ExitStack() as stack:
        people = ("admin_xu", "agent_zhou", "sm_yang", "finance_lin")
        return _prepared(*(stack.enter_context(Seat(product, user)) for user in people))


def _prepared(admin: Seat, agent: Seat, manager: Seat, finance: Seat) -> Scenery:
    trip = _trip(admin, agent, manager, finance)
    lines = [{"item": "笔记本电脑", "qty": 3, "price": 640000}, {"item": "扩展坞", "qty": 3, "price": 49900}]
    bought, _ = agent.ask("POST", "/cases", {"process": "purchase", "data": {**PURCHASE, "lines": lines}})
    where = {"lat": 31.23, "lng": 121.45, "datum": "gcj02"}
    agent.ask("POST", "/cases", {"process": "ticket", "data": {**REPAIR, "location": where}})
    ended = admin.wait("/cases?process=business_trip&status=done", 2)[0]
    tasks = manager.wait("/tasks?box=todo&process=purchase", 1)
    agent.ask("POST", f"/tasks/{tasks[0]['id']}/urge", {"text": "供应商在等回复"})
    agent.ask("POST", f"/cases/{bought['case']['id']}/comments", {"text": "@sm_yang 报价单已更新，请看附件"})
    broken = _broken(admin)
    empty, _ = admin.ask(
        "POST",
        "/designs",
        {"from": {"blank": True}, "process": "blank_one", "title": {"zh": "空白流程", "en": "Blank"}},
    )
    overlay, _ = admin.ask(
        "POST", "/designs", {"from": {"base": "business_trip"}, "region": "华东", "process": "business_trip_east"}
    )
    return Scenery(
        trip,
        broken,
        _failing(admin),
        _template(admin, "leave_contested"),
        _template(admin, "leave_fresh"),
        empty["id"],
        overlay["id"],
        bought["case"]["id"],
        ended["id"],
        tasks[0]["id"],
        troubled(admin, agent, "南京路咖啡馆"),
    )


def _trip(admin: Seat, agent: Seat, manager: Seat, finance: Seat) -> str:
    """Published twice, the second time to some; cases that ended and cases that are open; then changed once more."""
    made, tag = admin.ask("POST", "/designs", {"from": {"text": TRAVEL, "scenarios": SCENARIOS}})
    name = str(made["id"])
    admin.ask("POST", f"/designs/{name}/publish", {"notes": "第一版"}, tag)
    for city, days in (("杭州", 2), ("广州", 5), ("成都", 1), ("北京", 3)):
        agent.ask(
            "POST", "/cases", {"process": "business_trip", "data": {"city": city, "days": days, "class": "business"}}
        )
    for task in manager.wait("/tasks?box=todo&process=business_trip&sort=created&order=asc", 4)[:2]:
        manager.ask("POST", f"/tasks/{task['id']}/approve", {"comment": "同意"})
    for task in finance.wait("/tasks?box=pool&process=business_trip", 1):
        finance.ask("POST", f"/tasks/{task['id']}/approve", {})
    _change(
        admin,
        name,
        {"op": "rename_node", "id": "check", "to": "audit"},
        {"op": "set", "path": ["regions", "places"], "value": ["audit"]},
    )
    _, tag = admin.ask("GET", f"/designs/{name}")
    admin.ask("POST", f"/designs/{name}/publish", {"notes": "复核改由审计", "percent": 30}, tag)
    _change(
        admin,
        name,
        {"op": "set_node", "id": "audit", "values": {"deadline": "3d"}},
        EXTRA,
    )
    return name


def _broken(admin: Seat) -> str:
    """A design with two mistakes: a role that nobody has, and a branch that leads nowhere."""
    name = _template(admin, "leave_broken")
    _change(
        admin,
        name,
        {"op": "set_node", "id": "personnel", "values": {"approvers": ["role:nobody"]}},
        {"op": "set_edge", "edge": "long:branch:0", "when": "${ data.dayz > 3 }"},
    )
    return name


def _template(admin: Seat, process: str) -> str:
    """A design made of a template, as it comes."""
    return str(admin.ask("POST", "/designs", {"from": {"template": "leave"}, "process": process})[0]["id"])


def _change(admin: Seat, design: str, *ops: dict[str, Any]) -> None:
    admin.ask("PATCH", f"/designs/{design}", {"ops": list(ops)}, admin.ask("GET", f"/designs/{design}")[1])


def _failing(admin: Seat) -> str:
    """A design whose scenarios are not true of it any more."""
    name = _template(admin, "leave_failing")
    _change(admin, name, {"op": "set_edge", "edge": "long:branch:0", "when": "${ data.days > 30 }"})
    return name
