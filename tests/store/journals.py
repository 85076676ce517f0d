"""Journals for tests: a case told in a few lines."""

from __future__ import annotations

from typing import Any

from tests.store.moments import later
from waystation.contracts.events import Entry, EntryKind
from waystation.store import journal
from waystation.store.projector import CaseMeta
from waystation.store.session import Database, TenantSession

META = CaseMeta(version=1, plan_hash="a" * 64)


class Story:
    """Entries of one case, numbered and one second apart."""

    def __init__(self, case_id: str = "c1") -> None:
        self.case_id = case_id
        self.entries: list[Entry] = []

    def tell(self, kind: EntryKind, path: str = "", by: str = "", /, **data: Any) -> Story:
        """Add an entry; `path` is also the node."""
        seq = len(self.entries) + 1
        self.entries.append(Entry(seq, later(seq), kind, path, path.partition("#")[0], by, data))
        return self

    def started(self, process: str = "repair", by: str = "ann", **data: Any) -> Story:
        facts = {"data": {"n": 1}, "key": None, "title": "A case", "priority": 3, "process": process}
        return self.tell(EntryKind.CASE_STARTED, "", by, **{**facts, **data})

    def asks(self, path: str, *people: str, due: float | None = None, priority: int = 3) -> Story:
        """Enter a node and open a task there, with a deadline `due` seconds after T0."""
        self.tell(EntryKind.NODE_ENTERED, path, kind="task")
        if due is not None:
            self.clock(path, due)
        return self.tell(
            EntryKind.TASK_OPENED,
            path,
            kind="task",
            title={"zh": "任务", "en": "Task"},
            form="report",
            fields={},
            outcomes=[{"id": "done"}],
            allow=["transfer"],
            priority=priority,
            candidates=list(people),
            revision=1,
        )

    def clock(self, path: str, due: float) -> Story:
        at = later(due)
        return self.tell(
            EntryKind.CLOCK_SET, path, clock=f"{path}|deadline", kind="deadline", due=at, next=at, calendar=None
        )

    def answered(self, path: str, by: str, outcome: str = "done") -> Story:
        """Answer a task and leave its node."""
        self.tell(EntryKind.ANSWERED, path, by, answer="complete", outcome=outcome, form={}, comment="")
        self.tell(EntryKind.TASK_CLOSED, path, outcome=outcome, why="answered")
        return self.tell(EntryKind.NODE_LEFT, path, kind="task", outcome=outcome, to="end")

    def ended(self, status: str = "done", outcome: str = "done") -> Story:
        return self.tell(EntryKind.CASE_ENDED, status=status, outcome=outcome, code="")

    async def append(self, session: TenantSession, since: int = 0) -> int:
        """Append everything from the entry after `since`."""
        return await journal.append(session, self.case_id, self.entries[since:], META)

    async def store(self, database: Database, tenant: str = "t") -> None:
        """Append everything in a transaction of its own."""
        async with database.write(tenant) as session:
            await self.append(session)
