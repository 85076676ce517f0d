"""The four shipped processes driven over HTTP by their people, as a patient client does: what fails is sent again."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.installation import Installation

PROCESSES = ("ticket", "purchase", "fulfilment", "visit")
#: Seconds until a case must have ended, and for which the same request is sent when nobody answers: a bound for what
#: hangs, not for what is slow because the machine is busy.
PATIENCE = 1_200
_HERE = {"lat": 31.2289, "lng": 121.4527, "datum": "wgs84"}
_PURCHASE = {"department": "operations", "supplier": "昌盛包装", "reason": "补充包装"}
_RECEIVER = {"province": "四川省", "city": "成都市", "district": "锦江区", "name": "张三", "phone": "13800001234"}

#: Node -> verb and body; who does it is the task's first candidate.
ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "answer_enquiry": ("complete", {"form": {"answer": "已报价"}}),
    "survey": ("complete", {"outcome": "scored", "form": {"satisfaction": 5}}),
    "managers": ("approve", {"form": {"opinion": "同意"}}),
    "receive_goods": ("complete", {"outcome": "complete", "form": {"received_note": "齐"}}),
    "service_review": ("approve", {"form": {"review_note": "已电话核实"}}),
    "pick": ("complete", {"outcome": "packed"}),
    "confirm": ("complete", {"outcome": "go"}),
    "arrive": ("complete", {"outcome": "arrived", "form": {"location": _HERE, "accuracy_m": 8, "photo": "file-1"}}),
    "notes": ("complete", {"form": {"goal_met": False}}),
    "manager_review": ("approve", {"form": {"review": "不错"}}),
}


def start_of(process: str, number: int) -> tuple[str, dict[str, Any]]:
    """Who starts case `number` of a process, and with what."""
    match process:
        case "ticket":
            where = {"region": "华东", "home": "sp_jingan", "location": _HERE}
            asked = "请问这个型号什么价格，有优惠吗"
            return "cust_cafe", {"customer": "cafe", "serial_no": f"E8-{number:05}", "text": asked, **where}
        case "purchase":
            return "wh_ma", {**_PURCHASE, "lines": [{"item": "纸箱", "qty": 3, "price": 10_000}]}
        case "visit":
            return "sales_mgr_ye", {"salesperson": "sales_he", "customers": ["cafe_nanjing_road"], "purpose": "新品"}
    order: dict[str, Any] = {"order_no": f"W-{number}", "status": "paid", "customer": {"id": f"cafe-{number}"}}
    lines = [{"sku": "beans_house", "qty": 2, "price_fen": 10_000}]
    order |= {"total_fen": 20_000, "created_at": "2026-03-02T08:00:00+08:00", "receiver": _RECEIVER, "lines": lines}
    return "shop_adapter", {"channel": "shop_json", "ext_id": f"W-{number}", "payload": order}


@dataclass(slots=True)
class Office:
    """The people of an installation at work.

    Args:
        answered: how many tasks have been answered so far.
    """

    installed: Installation
    http: httpx.Client = field(init=False)
    tokens: dict[str, str] = field(default_factory=dict)
    answered: int = 0
    repeated: int = 0

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=f"{self.installed.url}/api/v1", timeout=40)

    def close(self) -> None:
        self.http.close()

    def ask(self, method: str, path: str, person: str, body: Any = None, key: str = "") -> dict[str, Any]:
        """Send a request until it is answered; only what may be sent again comes here."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            try:
                headers = {"Authorization": f"Bearer {self.tokens[person]}"} | ({"Idempotency-Key": key} if key else {})
                answer = self.http.request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                self.repeated += 1
                time.sleep(0.5)
                continue
            if answer.status_code != 503:
                assert answer.is_success or answer.json()["code"] == "not_open", answer.text
                found: dict[str, Any] = answer.json()
                return found
            self.repeated += 1
            time.sleep(1)
        raise AssertionError(f"{method} {path} was not answered within {PATIENCE} s")

    def sign_in(self) -> None:
        """Everybody gets a token while all runs well."""
        for person in self.installed.passwords:
            body = {"tenant": "demo", "user": person, "password": self.installed.passwords[person]}
            answer = self.http.post("/sessions", json=body)
            assert answer.status_code == 201, answer.text
            self.tokens[person] = answer.json()["token"]

    def start(self, process: str, number: int) -> str:
        person, data = start_of(process, number)
        body = {"process": process, "data": data}
        answer = self.ask("POST", "/cases", person, body, f"{process}-{number}")
        return str(answer["case"]["id"])

    def finish(self, process: str, number: int, case: str) -> str:
        """Answer its tasks until the case has ended; its outcome."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            found = self.ask("GET", f"/cases/{case}", "owner_chen")
            if found["case"]["status"] not in ("open", "suspended"):
                return f"{found['case']['status']} {found['case']['outcome']}"
            if found["case"]["incidents"]:
                self.mend(found)
            for task in found["tasks"]:
                self._answer(task, number)
            if process == "fulfilment" and not found["tasks"]:
                message = {"name": "parcel_delivered", "fields": {"tracking": f"SF{number:08}"}, "id": f"sf-{number}"}
                if any("delivery" in node or "signed" in node for node in found["case"]["nodes"]):
                    self.ask("POST", "/messages", "shop_adapter", message)
            time.sleep(0.05 if found["tasks"] else 0.5)
        raise AssertionError(f"{process} {number} has not ended: {found['case']['nodes']}")

    def mend(self, found: dict[str, Any]) -> None:
        """A case stands still with an error: nothing that these people do or that is done to them may bring that."""
        raise AssertionError(found)

    def _answer(self, task: dict[str, Any], number: int) -> None:
        verb, body = ANSWERS[task["node"].rpartition("/")[2]]
        if task["node"].endswith("pick"):
            body = {**body, "form": {"carrier": "sf", "tracking": f"SF{number:08}"}}
        person = next(each for each in task["candidates"] if each in self.tokens)
        name = f"{task['case'][-12:]}:{task['path']}:{person}"[:64]
        self.ask("POST", f"/tasks/{task['id']}/{verb}", person, {**body, "id": name})
        self.answered += 1


def drive(
    office: Office, numbers: range, *, threads: int = 12, started: Callable[[], None] = lambda: None
) -> list[str]:
    """Start cases of the four processes, then bring all to their end.

    Args:
        numbers: of the cases of each process.
        started: called once all are in flight.

    Returns:
        Per process and outcome, sorted, without repetitions.
    """
    jobs = [(process, number) for number in numbers for process in PROCESSES]
    with ThreadPoolExecutor(threads) as pool:
        cases = list(pool.map(lambda job: office.start(*job), jobs))
        started()
        ends = pool.map(lambda job, case: f"{job[0]} {office.finish(job[0], job[1], case)}", jobs, cases)
        return sorted(set(ends))
