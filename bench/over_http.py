"""Starting cases and answering tasks over HTTP, on the whole product as `waystation up` runs it.

The baseline is a bare FastAPI route before a bare temporalio update, on the same Temporal server.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.processor_time import by_role
from bench.yard import a_second, percentile
from tests.support.product import ROOT, up
from waystation.temporal_server import free_port

STARTS, AT_ONCE, USERS = 1_000, 50, 20

_PROCESS = """waystation: 1
process: bench_desk
nodes:
  answer: { kind: task, assign: [{ user: agent_zhou }], next: end }
"""


@dataclass
class Desk:
    """A way to start something that waits for an answer, and to answer it."""

    start: Callable[[int], Awaitable[str]]
    answer: Callable[[str], Awaitable[None]]
    #: The same start, answered as soon as it is certain.
    accept: Callable[[int], Awaitable[str]]


@asynccontextmanager
async def _ours(url: str, passwords: dict[str, str]) -> AsyncIterator[Desk]:
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=120, limits=limits) as http:
        run = uuid.uuid4().hex[:8]

        async def signed_in(user: str) -> dict[str, str]:
            body = {"tenant": "demo", "user": user, "password": passwords[user]}
            return {"Authorization": f"Bearer {(await http.post('/sessions', json=body)).json()['token']}"}

        # One person may ask 3,000 times a minute: starting and answering are two persons' work.
        starter, agent = await signed_in("admin_xu"), await signed_in("agent_zhou")
        (await http.post("/processes", json={"text": _PROCESS}, headers=starter)).raise_for_status()

        async def start(number: int) -> str:
            headers = {**starter, "Idempotency-Key": f"{run}-{number}"}
            body = {"process": "bench_desk", "data": {}}
            while (answer := await http.post("/cases", json=body, headers=headers)).status_code == 503:  # noqa: ASYNC110 - it asks again
                await asyncio.sleep(0.1)  # the same key again starts nothing twice
            answer.raise_for_status()
            return str(answer.json()["case"]["id"])

        async def accept(number: int) -> str:
            headers = {**starter, "Idempotency-Key": f"{run}-accepted-{number}", "Prefer": "respond-async"}
            answer = await http.post("/cases", json={"process": "bench_desk", "data": {}}, headers=headers)
            return str(answer.raise_for_status().json()["case"])

        async def answer(task: str) -> None:
            (await http.post(f"/tasks/{task}/complete", json={"outcome": "done"}, headers=agent)).raise_for_status()

        yield Desk(start, answer, accept)


@asynccontextmanager
async def _bare(temporal: str) -> AsyncIterator[Desk]:
    port, run = free_port(), uuid.uuid4().hex[:8]
    process = subprocess.Popen(  # noqa: ASYNC220 - it outlives the loop
        [sys.executable, "-m", "bench.bare_app", temporal, f"q{run}", str(port)], cwd=ROOT, env=dict(os.environ)
    )
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120, limits=limits) as http:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                if (await http.get("/docs")).status_code == 200:
                    break
            await asyncio.sleep(0.1)

        async def start(number: int) -> str:
            (await http.post(f"/start/{run}-{number}")).raise_for_status()
            return f"{run}-{number}"

        async def answer(name: str) -> None:
            (await http.post(f"/answer/{name}")).raise_for_status()

        try:
            yield Desk(start, answer, start)
        finally:
            process.terminate()
            process.wait(30)


async def _starts(start: Callable[[int], Awaitable[str]], count: int) -> tuple[float, list[str]]:
    """Starts a second, and what was started."""
    made: list[str] = []

    async def one(number: int) -> None:
        made.append(await start(number))

    rate = await a_second(one, count, AT_ONCE)
    if len(set(made)) != count:
        raise AssertionError(f"{count} starts made {len(set(made))} cases")
    return rate, made


async def _answers(desk: Desk, waiting: list[str]) -> tuple[float, list[float]]:
    """Answers a second, with `USERS` at once, and the seconds that each took."""
    took: list[float] = []

    async def one(number: int) -> None:
        since = time.perf_counter()
        await desk.answer(waiting[number])
        took.append(time.perf_counter() - since)

    rate = await a_second(one, len(waiting), USERS)
    return rate, took


async def _arrived(url: str, passwords: dict[str, str], cases: list[str]) -> list[str]:
    """The waiting tasks of cases that were accepted, once each has one."""
    while True:
        with contextlib.suppress(KeyError):
            return await _tasks(url, passwords, cases)
        await asyncio.sleep(0.5)


async def _tasks(url: str, passwords: dict[str, str], cases: list[str]) -> list[str]:
    """The waiting task of each case, from the inbox; each case has one."""
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=120) as http:
        body = {"tenant": "demo", "user": "agent_zhou", "password": passwords["agent_zhou"]}
        signed = {"Authorization": f"Bearer {(await http.post('/sessions', json=body)).json()['token']}"}
        found: dict[str, str] = {}
        seen: Counter[str] = Counter()
        params: dict[str, Any] = {"process": "bench_desk", "limit": 200}
        while True:
            page = (await http.get("/tasks", params=params, headers=signed)).raise_for_status().json()
            for task in page["items"]:
                found[task["case"]] = task["id"]
                seen[task["case"]] += 1
            if not page.get("next"):
                break
            params["cursor"] = page["next"]
    if any(count != 1 for count in seen.values()):
        raise AssertionError("a case that was started has two tasks")
    return [found[case] for case in cases]


async def _measure(count: int) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="waystation-bench-") as folder:
        ports = [free_port() for _ in range(3)]
        with up(Path(folder) / "var", ports) as product:
            async with _bare(f"127.0.0.1:{ports[1]}") as bare:
                clock = [by_role(_role)]
                base_rate, names = await _starts(bare.start, count)
                clock.append(by_role(_role))
                await _rest()
                clock.append(by_role(_role))
                base_answers, base = await _answers(bare, names)
                clock.append(by_role(_role))
            async with _ours(product.url, product.passwords) as ours:
                clock.append(by_role(_role))
                rate, cases = await _starts(ours.start, count)
                clock.append(by_role(_role))
                await _rest()
                tasks = await _tasks(product.url, product.passwords, cases)
                clock.append(by_role(_role))
                answers, took = await _answers(ours, tasks)
                clock.append(by_role(_role))
                accepted, more = await _starts(ours.accept, count)
                _ = await _arrived(product.url, product.passwords, more)
    rows = [
        _row(
            "a burst of starts over HTTP, accepted (`Prefer: respond-async`), none lost or doubled",
            accepted,
            base_rate,
            "cases/s",
        ),
        _row("a burst of starts over HTTP, somebody asked, none lost or doubled", rate, base_rate, "cases/s"),
        _row(f"answers over HTTP, {USERS} users at once", answers, base_answers, "answers/s"),
    ]
    for share in (0.5, 0.99):
        what = f"an answer over HTTP, p{round(share * 100)}, {USERS} users at once"
        rows.append(_row(what, percentile(took, share) * 1000, percentile(base, share) * 1000, "ms"))
    return rows + _costs(clock, count)


async def _rest() -> None:
    """Wait until nothing that was started is still being worked: processes use a twentieth of a core or less."""
    busy, before = True, sum(by_role(_role).values())
    while busy:
        await asyncio.sleep(2)
        now = sum(by_role(_role).values())
        busy, before = now - before > 0.2, now


def _role(command: str) -> str | None:
    """What a process of the installation, or of the baseline, is."""
    if "temporal server" in command:
        return "Temporal's server"
    return next((role for word, role in _ROLES.items() if word in command), None)


_ROLES = {"waystation.cli api": "API", "waystation.cli worker": "worker", "bench.bare_app": "bare"}


def _costs(clock: list[dict[str, float]], count: int) -> list[dict[str, Any]]:
    """Milliseconds of processor time that a start and an answer cost: the server's, and those of the programs."""
    rows = []
    for what, base, ours in (("a start", 0, 4), ("an answer", 2, 6)):

        def spent(at: int, *roles: str) -> float:
            return sum(clock[at + 1].get(role, 0.0) - clock[at].get(role, 0.0) for role in roles) * 1000 / count

        server = "Temporal's server"
        rows.append(_row(f"processor time of {what}: {server}", spent(ours, server), spent(base, server), "ms"))
        for role in ("API", "worker"):
            name = f"processor time of {what}: {role}"
            rows.append(_row(name, spent(ours, role), spent(base, "bare"), "ms"))
    return rows


def _row(what: str, figure: float, base: float, unit: str) -> dict[str, Any]:
    return {
        "what": what,
        "figure": round(figure, 1),
        "unit": unit,
        "baseline": "a bare FastAPI route before a bare temporalio workflow",
        "baseline_figure": round(base, 1),
        "ratio": round(figure / base, 2),
    }


def measure(count: int = STARTS) -> list[dict[str, Any]]:
    """Rows as in `bench.machine`."""
    return asyncio.run(_measure(count))
