"""Small processes with people in them, and a person's way of speaking to the API about their tasks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.api.conftest import World

EVERYTHING = "[transfer, delegate, add_before, add_after, add_with, remove, return, urge, cc, comment, take_back]"

#: One pool with a form and four eyes after it; a lock that two tasks share; a panel and its successor; a withdrawal
#: that is only possible before the first answer.
PROCESSES = (
    """
waystation: 1
process: desk_pool
access: { operate: [user:coo_liang] }
data: { note: { type: string } }
forms: { f: { fields: { note: { type: string, required: true } } } }
nodes:
  first:
    kind: task
    assign: [{ user: agent_zhou }, { user: agent_qin }]
    form: f
    allow: [transfer, comment, cc]
    next: check
  check:
    kind: approval
    approvers: [{ user: eng_wu }]
    exclude: [{ same_as: first }]
    allow: [transfer]
    next: { approved: end, rejected: end }
""",
    """
waystation: 1
process: desk_bench
nodes:
  split: { kind: fork, next: [left, right] }
  left: { kind: task, assign: [{ user: eng_wu }, { user: eng_deng }], lock: { name: bench, take: claim }, next: end }
  right: { kind: task, assign: [{ user: eng_feng }, { user: eng_deng }], lock: { name: bench, take: claim }, next: end }
start: { at: split }
""",
    f"""
waystation: 1
process: desk_panel
access: {{ operate: [user:coo_liang] }}
withdraw: {{ until: first_answer }}
nodes:
  judge:
    kind: approval
    approvers: [{{ user: eng_wu }}, {{ user: eng_deng }}]
    mode: all
    allow: {EVERYTHING}
    next: {{ approved: second, rejected: no }}
  second:
    kind: approval
    approvers: [{{ user: sales_he }}]
    allow: {EVERYTHING}
    next: {{ approved: third, rejected: no }}
  third: {{ kind: task, assign: [{{ user: wh_ma }}], next: yes }}
  yes: {{ kind: end, outcome: approved }}
  no: {{ kind: end, outcome: rejected }}
start: {{ at: judge }}
""",
)


async def publish(world: World) -> None:
    """Publish all of them; what is published already stays."""
    headers = await world.sign_in("admin_xu")
    for text in PROCESSES:
        answer = await world.http.post("/api/v1/processes", json={"text": text}, headers=headers)
        assert answer.status_code == 201, answer.text


@dataclass(slots=True)
class Desk:
    """One case and what is said about it; `done` and `codes` are the verbs that succeeded and the refusals met."""

    world: World
    case: str = ""
    tasks: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)

    async def start(self, process: str, by: str = "sales_mo", data: dict[str, Any] | None = None) -> Desk:
        answer = await self.send(by, "POST", "cases", {"process": process, "data": data or {}})
        assert answer.status_code == 201, answer.text
        self.case, self.tasks = answer.json()["case"]["id"], {}
        self._keep(answer)
        return self

    async def send(self, person: str, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        signed = {
            **await self.world.sign_in(person),
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        return await self.world.http.request(method, f"/api/v1/{path}", json=body, headers=signed, timeout=60)

    async def does(self, person: str, verb: str, node: str, /, **args: Any) -> dict[str, Any]:
        """A verb that must succeed; the answer."""
        answer = await self.send(person, "POST", f"tasks/{self.tasks[node]}/{verb}", args)
        assert answer.status_code == 200, (verb, answer.text)
        self.done.add(verb)
        self._keep(answer)
        found: dict[str, Any] = answer.json()
        return found

    async def refused(self, code: str, person: str, verb: str, node: str, /, **args: Any) -> dict[str, Any]:
        """A verb that must be refused with this code, as problem+json in both languages; the problem."""
        answer = await self.send(person, "POST", f"tasks/{self.tasks[node]}/{verb}", args)
        problem: dict[str, Any] = answer.json()
        assert problem.get("code") == code, (verb, answer.status_code, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["type"].endswith(f"/{code}")
        assert problem["status"] == answer.status_code >= 400
        assert problem["zh"]
        assert problem["en"]
        assert problem["zh"] != problem["en"]
        self.codes.add(code)
        return problem

    async def commands(self, person: str, verb: str) -> None:
        """A command on the case that is no matter of a task."""
        answer = await self.send(person, "POST", f"cases/{self.case}/{verb}", {})
        assert answer.status_code == 200, answer.text

    def _keep(self, answer: httpx.Response) -> None:
        """The newest task of each node; those that have closed stay known."""
        for task in answer.json()["tasks"]:
            self.tasks[task["node"]] = task["id"]


def fresh() -> str:
    return uuid.uuid4().hex
