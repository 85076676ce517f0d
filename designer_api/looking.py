"""Looking into a case for a caller: why it waits, what will come, what a command would undo. Nothing is changed."""

from __future__ import annotations

from typing import Any

from designer_api import schemas
from designer_api.auth.policy import Caller
from designer_api.case_commands import read_command
from designer_api.deps import Parts, now
from designer_api.opening import note_plain
from designer_api.views import shown
from waystation.contracts.events import Command, EntryKind
from waystation.gateway import rehearsal
from waystation.store import journal
from waystation.store.exact_json import plain
from waystation.store.ids import new_id
from workflows import explaining
from workflows.clock_parts import Standing
from workflows.forecast import Prospect

#: Journal entries about clocks that are read for one case.
_MOST_ENTRIES = 5_000


async def explain(held: Parts, caller: Caller, case: str) -> dict[str, Any]:
    """Where a case stands and why, and how each of its clocks comes to what it shows."""
    state = await held.gateway.state(caller.tenant, case)
    async with held.database.read(caller.tenant) as session:
        program = await held.gateway.program(session, state.plan)
        entries = await journal.of_kind(session, case, EntryKind.CLOCK_SET, limit=_MOST_ENTRIES)
    told = [Standing(str(e.data.get("clock", "")), e.at, bool(e.data.get("paused"))) for e in entries]
    found: dict[str, Any] = shown(plain(explaining.explain(program, state, told, now=now())))
    await note_plain(held, caller, case, state.plan, found, "explain")
    return found


def prospect(found: Prospect, *, version: int | None = None) -> schemas.Prospect:
    return schemas.Prospect(
        version=version,
        asked=[
            schemas.Asking(node=row.node, title=row.title, people=list(row.people), unknown=list(row.unknown))
            for row in found.rows
        ],
        branches=[schemas.Branch(node=node, to=to) for node, to in found.branches],
        complete=found.complete,
    )


async def undo_preview(held: Parts, caller: Caller, case: str, body: schemas.CaseCommand) -> schemas.UndoPreview:
    """What a command would undo. Refused as the command itself would be."""
    verb, node, args = read_command(body)
    command = Command(now(), new_id(), verb, caller.person, node, args)
    found = await rehearsal.undo_of(held.gateway, caller.tenant, case, command)
    return schemas.UndoPreview(
        undone=[
            schemas.UndoStep(path=step.path, node=step.node, action=step.action, args=shown(plain(step.args)))
            for step in found.undone
        ],
        awaited=found.awaited,
        withdrawn=found.withdrawn,
        entered=found.entered,
        ends=found.ends or None,
    )
