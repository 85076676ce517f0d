"""`python -m bench.chaos`: an installation under kills, cuts, delays and doubled requests; what must hold is counted.

Worker, API, Temporal server and PostgreSQL are killed in turns that a die draws while people work at hundreds of cases;
connections to API and database are cut, requests are sent twice, a vendor answers late or hangs up. In the end every
case must have ended as without all that, every row that actions write must be there exactly once, and the vendor must
have been asked for everything exactly once by key. Prints JSON; exit code 1 when something does not hold.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import httpx

from bench.troubles.findings import Findings
from bench.troubles.postgres import Postgres
from bench.troubles.vendor import Vendor
from bench.troubles.wire import Wire
from tests.support import four_processes, proofs
from tests.support.four_processes import PROCESSES, Office
from tests.support.installation import Installation

#: Cases of each shipped process at most: the demo's stock and budgets end.
MOST_SHIPPED = 45
#: Cases in a round, of the shipped processes each and of the one that asks the vendor; threads that work at them.
SHIPPED, ORDERING, THREADS = 4, 40, 12
#: Seconds that anything may take; a killed database has to recover on busy cores.
PATIENCE = 900
#: Seconds of peace between two blows, at least and at most.
PAUSES = (5.0, 25.0)
VICTIMS = {"worker": "waystation.cli worker", "api": "waystation.cli api", "server": "server start-dev", "database": ""}
#: Who operates the cases of a process.
OPERATORS = {"ticket": "sm_yang", "fulfilment": "admin_xu", "visit": "sales_mgr_ye"}
#: What a case of the process `chaos` asks the vendor for.
STEPS = ("order", "item-1", "item-2", "item-3", "bye")

_CALL = """kind: action, do: http.request, retry: {{ max_attempts: 500, first: 1s, factor: 1, max: 1s }}, timeout: 30m,
      with: {{ url: "http://127.0.0.1:{port}/", method: POST, body: {{ case: "${{ case.id }}", step: {step} }} }}"""
_PROCESS = """
waystation: 1
process: chaos
data: {{ number: {{ type: integer }} }}
nodes:
  order: {{ {order}, next: pay }}
  pay: {{ kind: task, assign: ["${{ case.initiator }}"], next: each }}
  each:
    kind: foreach
    items: [1, 2, 3]
    as: one
    body: {{ at: tell, nodes: {{ tell: {{ {tell}, next: end }} }} }}
    next: judge
  judge: {{ kind: approval, approvers: ["${{ case.initiator }}"], next: {{ approved: bye, rejected: bye }} }}
  bye: {{ {bye}, next: end }}
"""


class Crowd(Office):
    """People whose requests are sometimes sent twice, and late."""

    def __init__(self, installed: Installation, wire: Wire, dice: Random) -> None:
        super().__init__(installed)
        self.http.close()
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{wire.port}/api/v1", timeout=40)
        self.dice, self.doubled, self.mended, self.differing = dice, 0, 0, list[str]()

    def ask(self, method: str, path: str, person: str, body: Any = None, key: str = "") -> dict[str, Any]:
        """As its parent; a request that changes something is doubled now and then, and must be answered alike."""
        if self.dice.random() < 0.1:
            time.sleep(self.dice.random())
        found = super().ask(method, path, person, body, key)
        if method == "POST" and self.dice.random() < 0.2:
            self.doubled += 1
            again = super().ask(method, path, person, body, key)
            if path == "/cases" and again["case"]["id"] != found["case"]["id"]:
                self.differing.append(key)
        return found

    def mend(self, found: dict[str, Any]) -> None:
        """What an outage that outlasted an action's tries has left standing is tried again, as operators do."""
        case, operator = found["case"]["id"], OPERATORS.get(found["case"]["process"], "owner_chen")
        for place in self.ask("GET", f"/cases/{case}/explain", operator)["waits"]:
            if "incident" in place:
                self.mended += 1
                body = {"node": place["path"], "id": f"mend-{self.mended}-{case}"}
                self.ask("POST", f"/cases/{case}/retry", operator, body)

    def order(self, number: int) -> str:
        body = {"process": "chaos", "data": {"number": number}}
        return str(self.ask("POST", "/cases", "owner_chen", body, f"chaos-{number}")["case"]["id"])

    def finish_order(self, number: int, case: str) -> str:
        """Answer its tasks until it has ended."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            found = self.ask("GET", f"/cases/{case}", "owner_chen")
            if found["case"]["status"] not in ("open", "suspended"):
                return f"{found['case']['status']} {found['case']['outcome']}"
            if found["case"]["incidents"]:
                self.mend(found)
            for task in found["tasks"]:
                verb = "approve" if task["node"] == "judge" else "complete"
                self.ask("POST", f"/tasks/{task['id']}/{verb}", "owner_chen", {"id": f"{number}:{task['node']}:{verb}"})
                self.answered += 1
            time.sleep(0.3)
        raise AssertionError(f"chaos {number} has not ended: {found['case']}")


class Reaper(threading.Thread):
    """Kills and cuts for so many seconds, or until it is stopped."""

    def __init__(
        self, installed: Installation, database: Postgres, wires: tuple[Wire, ...], dice: Random, seconds: float
    ) -> None:
        super().__init__(daemon=True)
        self.seconds, self.struck = seconds, 0.0
        self.installed, self.database, self.wires, self.dice = installed, database, wires, dice
        self.over, self.kills, self.faults = threading.Event(), Counter[str](), list[str]()

    def run(self) -> None:
        began = time.monotonic()
        while time.monotonic() - began < self.seconds and not self.over.wait(self.dice.uniform(*PAUSES)):
            try:
                self._strike()
            except Exception as error:  # noqa: BLE001 - the edge of the thread: told with the findings
                self.faults.append(repr(error)[:500])
            self.struck = time.monotonic() - began

    def _strike(self) -> None:
        if self.dice.random() < 0.4:
            self.dice.choice(self.wires).cut(self.dice.choice([0.3, 1.0]))
            return
        victim = self.dice.choice(list(VICTIMS))
        if victim == "database":
            self.database.kill()
            self.over.wait(self.dice.uniform(0, 3))
            self.database.start()
        elif not self.installed.children(VICTIMS[victim]):
            return  # on its way up from the last time
        else:
            self.installed.kill(VICTIMS[victim])
        self.kills[victim] += 1
        self.installed.wait_until_ready(180)


def drive(crowd: Crowd, numbers: range, shipped: range) -> Counter[str]:
    """Start cases, bring all to their end; how many ended how."""
    jobs = [(process, number) for number in shipped for process in PROCESSES] + [("chaos", n) for n in numbers]
    with ThreadPoolExecutor(THREADS) as pool:
        begun = pool.map(lambda job: crowd.order(job[1]) if job[0] == "chaos" else crowd.start(*job), jobs)
        work = list(zip(jobs, begun, strict=True))

        def finish(done: tuple[tuple[str, int], str]) -> str:
            (process, number), case = done
            end = crowd.finish_order(number, case) if process == "chaos" else crowd.finish(process, number, case)
            return f"{process} {end}"

        return Counter(pool.map(finish, work))


def process_text(port: int) -> str:
    step = {name: _CALL.format(port=port, step=name) for name in ("order", "bye")}
    return _PROCESS.format(**step, tell=_CALL.format(port=port, step='"item-${ one }"'))


def measure(seed: int, seconds: float, folder: Path) -> dict[str, Any]:
    """One run; `holds` is empty where everything held."""
    four_processes.PATIENCE = PATIENCE
    dice = Random(seed)
    with ExitStack() as stack:
        vendor = Vendor(Random(seed + 1))
        stack.callback(vendor.close)
        database = Postgres(folder / "postgres")
        database.start()
        stack.callback(database.stop)
        database.create()
        to_store = stack.enter_context(Wire(database.port, Random(seed + 2)))
        installed = Installation(folder / "site", patience=PATIENCE)
        to_api = stack.enter_context(Wire(installed.port, Random(seed + 3), dawdles=(0.05, 0.3)))
        allow = {
            "WAYSTATION_HTTP_ALLOW": f"http://127.0.0.1:{vendor.port}",
            "WAYSTATION_PRIVATE_NETWORKS": "127.0.0.0/8",
        }
        stack.callback(_stop, installed)
        installed.up(DATABASE_URL=database.url(to_store.port), **allow, WAYSTATION_REQUESTS_PER_MINUTE="100000")
        text = folder / "chaos.yaml"
        text.write_text(process_text(vendor.port), "utf-8")
        published = installed.run("publish", str(text), DATABASE_URL=database.url())
        assert published.returncode == 0, published.stdout + published.stderr
        crowd = Crowd(installed, to_api, Random(seed + 4))
        stack.callback(crowd.close)
        crowd.sign_in()
        findings = Findings(database, vendor, installed)
        return _under_fire(crowd, findings, Reaper(installed, database, (to_store, to_api), dice, seconds), seconds)


def _stop(installed: Installation) -> None:
    """Also one that never came up."""
    if installed.process is not None:
        installed.stop()


def _under_fire(crowd: Crowd, findings: Findings, reaper: Reaper, seconds: float) -> dict[str, Any]:
    empty = findings.rows()
    usual = drive(crowd, range(1, 2), range(1, 2))
    once = findings.rows() - empty
    before, ends, began = findings.rows(), Counter[str](), time.monotonic()
    shipped = ordered = 1
    reaper.start()
    try:
        while time.monotonic() - began < seconds:
            few = range(shipped + 1, min(shipped + SHIPPED, MOST_SHIPPED) + 1)
            many = range(ordered + 1, ordered + ORDERING + 1)
            ends += drive(crowd, many, few)
            shipped, ordered = shipped + len(few), ordered + len(many)
            print(f"{time.monotonic() - began:.0f} s: {ends.total()} cases, {dict(reaper.kills)}", file=sys.stderr)
    finally:
        reaper.over.set()
        reaper.join()
    wanted = Counter({end: (ordered if end.startswith("chaos") else shipped) - 1 for end in usual})
    took = time.monotonic() - began
    holds = findings.all(once, before, times=shipped - 1, orders=ordered, steps=STEPS)
    holds["every case ended as without trouble"] = [] if ends == wanted else [f"{dict(ends)}, not {dict(wanted)}"]
    holds["a doubled start gives the same case"] = crowd.differing
    holds["everything came up again after each kill"] = reaper.faults
    return {
        "seconds": round(took),
        "of them under fire": round(reaper.struck),
        "cases": ends.total() + usual.total(),
        "answers": crowd.answered,
        "requests sent again because nobody answered": crowd.repeated,
        "requests sent twice on purpose": crowd.doubled,
        "incidents tried again by operators": crowd.mended,
        "kills": dict(reaper.kills),
        "connections cut": sum(wire.cuts for wire in reaper.wires),
        "asked of the vendor": findings.vendor.seen.total(),
        "done by the vendor": len(findings.vendor.orders),
        "journal entries": findings.entries(),
        "faults": {name: faults for name, faults in holds.items() if faults},
        "held": sorted(name for name, faults in holds.items() if not faults),
    }


def _proof(seed: int, found: dict[str, Any]) -> proofs.Proof:
    kills = ", ".join(f"{what} {count}" for what, count in sorted(found["kills"].items()))
    told = [f"seed {seed}", f"killed: {kills}"]
    told += [f"{what}: {found[what]:,}" for what in found if isinstance(found[what], int) and what != "seconds"]
    return proofs.Proof(proofs.commit(), proofs.today(), found["seconds"], told=told)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/reliability.md, if all held")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="waystation-chaos-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as somebody else
        found = measure(given.seed, given.minutes * 60, Path(folder))
    print(json.dumps({"seed": given.seed, **found}, ensure_ascii=False, indent=2))
    if given.write and not found["faults"]:
        proofs.keep({"bench.chaos": _proof(given.seed, found)})
    return int(bool(found["faults"]))


if __name__ == "__main__":
    sys.exit(main())
