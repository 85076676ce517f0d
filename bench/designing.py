"""What a designer waits for: the compiler's answer while he types, an edit, and finished cases played again."""

from __future__ import annotations

import asyncio
from typing import Any

from bench.compiling import best_of, text
from waystation.bootstrap import build_catalog
from waystation.compiler.library import Library
from waystation.compiler.source import read_source
from waystation.contracts.events import Entry
from waystation.design.checking import check, read_text
from waystation.design.operations import SetNode, applied
from waystation.design.replays import Recorded, replay
from waystation.design.rewriting import rewritten
from waystation.design.trials import World, run_now, scenario_of
from waystation.scenario_files import PlanBook
from workflows.people import parse_people

SIZE = 200
_CASES = 500
_APPROVAL = """\
waystation: 1
process: leave
data: { days: { type: integer } }
required: [days]
nodes:
  boss:
    kind: approval
    approvers: [{ manager_of: initiator }]
    deadline: 1d
    next: { approved: long, rejected: end }
  long: { kind: choice, next: [{ when: "${ data.days > 3 }", to: hr }, { to: end }] }
  hr: { kind: approval, approvers: ["role:hr"], next: { approved: end, rejected: end } }
"""


def measure() -> list[dict[str, Any]]:
    """Rows as in `bench.machine`."""
    catalog, library, large = build_catalog(), Library(), text(SIZE)
    source = read_text(large)
    operation = SetNode(op="set_node", id="n7", values={"title": "x"})

    def checked() -> None:
        check(large, catalog, library)

    def edited() -> None:
        rewritten(source, applied(source.tree, {}, [operation], catalog).tree)

    reading = best_of(lambda: read_source(large))
    rows = [
        _row(f"check a design of {SIZE} nodes", best_of(checked, 5), "ms", reading),
        _row(f"edit a node of {SIZE}, read back", best_of(edited, 5), "ms", reading),
    ]
    world, entries = leave_world(catalog)
    book = PlanBook(world.plans)

    def replayed() -> None:
        async def all_of_them() -> None:
            for _ in range(_CASES):
                await replay(Recorded("c", 1, entries), world.process, book, world.people, catalog)

        asyncio.run(all_of_them())

    row = _row("play a finished case of 2 approvals again", best_of(replayed, 2) / _CASES, "ms", reading)
    return [*rows, row]


def leave_world(catalog: Any) -> tuple[World, list[Entry]]:
    """A process with people, and the journal of a case of it."""
    plan = check(_APPROVAL, catalog, Library()).plan
    assert plan is not None
    people = parse_people({"people": {"amy": {"manager": "bob"}, "bob": ["lead"], "carol": ["hr"]}})
    world = World({plan.process: plan}, catalog, people, plan.process)
    steps = [{"approve": {"task": "boss", "as": "bob"}}, {"approve": {"task": "hr", "as": "carol"}}]
    ran = run_now(world, scenario_of({"start": {"as": "amy", "data": {"days": 5}}, "steps": steps}, plan.process))
    assert ran.case is not None
    return world, ran.engine.cases[ran.case].entries


def _row(what: str, figure: float, unit: str, reading: float) -> dict[str, Any]:
    return {
        "what": what,
        "figure": round(figure, 2),
        "unit": unit,
        "baseline": f"reading a text of {SIZE} nodes with all positions",
        "baseline_figure": round(reading, 2),
        "ratio": round(figure / reading, 2),
    }
