"""What must hold after all that trouble, asked of the journal, the tables that actions write, and the vendor."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Sequence

from bench.troubles.postgres import Postgres
from bench.troubles.vendor import Vendor
from tests.support.installation import Installation

#: Tables that the actions of the shipped processes write.
EFFECTS = """budget_booking order_event order_line parcel pick_list purchase_order raw_order sales_order stock_move
stock_reservation ticket visit visit_check_in visit_follow_up""".split()
#: What no journal may show; each query gives the places that do.
NEVER = {
    "no journal has a gap": "select case_id from journal group by case_id having max(seq) <> count(*) or min(seq) <> 1",
    "no case is open": "select case_id || ' ' || status from cases where status in ('open', 'suspended')",
    "every node that was entered was left or withdrawn, once": """
        select case_id || ' ' || path from journal where kind in ('node_entered', 'node_left', 'node_withdrawn')
        group by case_id, path
        having count(*) filter (where kind = 'node_entered') <> 1
            or count(*) filter (where kind <> 'node_entered') <> 1""",
    "every action was done once": """
        select case_id || ' ' || path from journal where kind = 'action_done'
        group by case_id, path having count(*) > 1""",
    "every command was carried out once": """
        select case_id || ' ' || command from journal where kind = 'commanded'
        group by case_id, command having count(*) > 1""",
    "nothing stands still as an incident": """
        select case_id || ' ' || path from journal where kind in ('incident_opened', 'incident_closed')
        group by case_id, path
        having count(*) filter (where kind = 'incident_opened') <> count(*) filter (where kind = 'incident_closed')""",
    "every case ended once": """
        select c.case_id from cases c left join journal j on j.case_id = c.case_id and j.kind = 'case_ended'
        group by c.case_id having count(j.seq) <> 1""",
}
#: Of one finding, as many places as help.
_MOST = 10


class Findings:
    """Looks at an installation that stands still. Every answer is a list of what is wrong."""

    def __init__(self, database: Postgres, vendor: Vendor, installed: Installation) -> None:
        self.database, self.vendor, self.installed = database, vendor, installed

    def ask(self, query: str) -> list[str]:
        """The first column of every row."""
        place = ["-h", "127.0.0.1", "-p", str(self.database.port), "-U", "postgres", "-d", "waystation"]
        command = [str(self.database.binaries / "psql"), *place, "-XAtc", query]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    def rows(self) -> Counter[str]:
        """How many rows each of those tables has, and what is on hand; what was counted down is below zero."""
        found = Counter({name: int(self.ask(f"select count(*) from {name}")[0]) for name in EFFECTS})
        found["stock on hand"] = -int(self.ask("select coalesce(sum(on_hand), 0) from stock_level")[0])
        return found

    def entries(self) -> int:
        return int(self.ask("select count(*) from journal")[0])

    def all(
        self, once: Counter[str], before: Counter[str], *, times: int, orders: int, steps: Sequence[str]
    ) -> dict[str, list[str]]:
        """Every finding by the sentence that must hold.

        Args:
            once: what one case of each shipped process writes.
            times: how many of each there were since `before`.
            orders: cases of the process that asks the vendor, and `steps` what each asks for.
        """
        held = {sentence: self.ask(query)[:_MOST] for sentence, query in NEVER.items()}
        after = self.rows()
        wrong = {name: after[name] - before[name] for name in after if after[name] - before[name] != times * once[name]}
        held["every row that actions write is there exactly once"] = [
            f"{name}: {count}, not {times * once[name]}" for name, count in wrong.items()
        ]
        held["one effect per idempotency key at the vendor"] = self._vendor(orders, steps)
        for command in (["rebuild", "--check"], ["audit", "verify"]):
            done = self.installed.run(*command, DATABASE_URL=self.database.url())
            held[f"waystation {' '.join(command)}"] = [] if done.returncode == 0 else [done.stdout + done.stderr]
        return held

    def _vendor(self, orders: int, steps: Sequence[str]) -> list[str]:
        done = Counter((str(body["case"]), str(body["step"])) for _, body in self.vendor.orders.values())
        wanted = {(case, step) for case in self.ask(_ORDERING) for step in steps}
        faults = [f"{key} came with another body" for key in self.vendor.conflicts]
        faults += [f"{place}: {count} times" for place, count in done.items() if count != 1]
        faults += [f"never asked for: {place}" for place in sorted(wanted - set(done))]
        faults += [f"asked for by nobody: {place}" for place in sorted(set(done) - wanted)]
        return (faults + [f"{len(wanted)} orders"] * (len(wanted) != orders * len(steps)))[:_MOST]


_ORDERING = "select case_id from cases where process = 'chaos'"
