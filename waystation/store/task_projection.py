"""What journal entries change in tasks, in the inboxes of people, and among those who were sent a case to read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from waystation.contracts.events import Entry
from waystation.sealing.envelopes import envelope_of
from waystation.store.case_rows import CaseRows
from waystation.store.tables.cases import NEVER, ClockRow, ReaderRow, Seen, TaskPersonRow, TaskRow
from waystation.store.tables.desk import CommentRow


def task_opened(rows: CaseRows, entry: Entry) -> None:
    """A task is offered, for the first time or again."""
    data = entry.data
    task = rows.find(TaskRow, entry.path) or rows.add(_new_task(rows, entry))
    task.node, task.kind = entry.node, str(data.get("kind") or "")
    task.title, task.form, task.fields = data.get("title"), data.get("form"), data.get("fields")
    task.outcomes, task.allow = data.get("outcomes"), data.get("allow")
    priority = data.get("priority")
    task.priority = priority if isinstance(priority, int) else rows.case.priority
    deadline = rows.find(ClockRow, f"{entry.path}|deadline")
    task.due_at = deadline.due_at if deadline is not None else None
    rows.count("task_opened", entry.at)
    _offer(rows, task, entry)


def task_changed(rows: CaseRows, entry: Entry) -> None:
    """Others may answer now."""
    task = rows.find(TaskRow, entry.path)
    if task is not None:
        _offer(rows, task, entry)


def task_closed(rows: CaseRows, entry: Entry) -> None:
    task = rows.find(TaskRow, entry.path)
    if task is not None:
        _close(rows, task, entry.at, str(entry.data.get("outcome") or ""))


def no_longer_asked(rows: CaseRows, entry: Entry) -> None:
    """The node was left, withdrawn or stands still after an error: nobody can answer its task any more."""
    task = rows.find(TaskRow, entry.path)
    if task is not None and task.status == "open":
        _close(rows, task, entry.at, "")


def answered(rows: CaseRows, entry: Entry) -> None:
    """Somebody has answered: it is in his list of things done, whatever becomes of the task."""
    task = rows.find(TaskRow, entry.path)
    if task is None:
        return
    task.answered_by, task.changed_at = entry.by, entry.at
    rows.count("answered", entry.at)
    if entry.by:
        seat = _seat(rows, task, entry.by)
        seat.status, seat.answered_at, seat.draft = Seen.DONE, entry.at, None
        seat.changed_at = entry.at


def verb_done(rows: CaseRows, entry: Entry) -> None:
    """Drafts, comments and reading have rows of their own; what other verbs do to a task comes as a change of it."""
    verb = entry.data.get("verb")
    task = rows.find(TaskRow, entry.path)
    if verb == "draft" and task is not None and entry.by:
        seat = _seat(rows, task, entry.by)
        seat.draft = {**(seat.draft or {}), **(entry.data.get("form") or {})}
    elif verb == "comment":
        _commented(rows, entry)
    elif verb == "cc":
        for person in _people(entry.data.get("who", entry.data.get("to"))):
            if rows.find(ReaderRow, person) is None:
                reader = ReaderRow(case_id=rows.case_id, person=person, path=entry.path)
                reader.sent_at, reader.read_at = entry.at, None
                rows.add(reader)
    elif verb == "read":
        found = rows.find(ReaderRow, entry.by)
        if found is not None and found.read_at is None:
            found.read_at = entry.at


def _commented(rows: CaseRows, entry: Entry) -> None:
    data = entry.data
    sealed = envelope_of(data.get("text"))
    rows.add(
        CommentRow(
            case_id=rows.case_id,
            seq=entry.seq,
            path=entry.path,
            by=entry.by,
            text="" if sealed else str(data.get("text") or "").replace("\0", ""),  # which no database keeps
            sealed=sealed.plain() if sealed else None,
            mentions=_people(data.get("mentions")),
            at=entry.at,
        )
    )


def breached(rows: CaseRows, entry: Entry) -> None:
    rows.case.breaches += 1
    rows.count("breached", entry.at)
    task = rows.find(TaskRow, entry.path)
    if task is not None:
        task.breached, task.changed_at = True, entry.at


def due_changed(rows: CaseRows, path: str, due: datetime | None, at: datetime) -> None:
    """The deadline of a task has moved."""
    task = rows.find(TaskRow, path)
    if task is None:
        return
    task.due_at, task.changed_at = due, at
    for seat in rows.each_at(TaskPersonRow, path):
        seat.due_at = due or NEVER


def close_all(rows: CaseRows, entry: Entry) -> None:
    """The case has ended: nothing of it is asked any more."""
    for task in rows.each(TaskRow):
        if task.status == "open":
            _close(rows, task, entry.at, "")


def _new_task(rows: CaseRows, entry: Entry) -> TaskRow:
    return TaskRow(
        case_id=rows.case_id,
        path=entry.path,
        process=rows.case.process,
        breached=False,
        opened_at=entry.at,
        changed_at=entry.at,
        answered_by="",
    )


def _offer(rows: CaseRows, task: TaskRow, entry: Entry) -> None:
    data = entry.data
    candidates = _people(data.get("candidates"))
    claimer = str(data.get("claimer") or "")
    task.status, task.closed_at, task.outcome = "open", None, ""
    task.candidates, task.claimer, task.seats = candidates, claimer, data.get("seats")
    task.revision, task.changed_at = int(data.get("revision") or 0), entry.at
    asked = _people(data["viewers"]) if "viewers" in data else [claimer] if claimer else candidates
    for person in asked:
        seat = _seat(rows, task, person)
        seat.status, seat.answered_at = Seen.OPEN, None
        seat.priority, seat.due_at = task.priority, task.due_at or NEVER
        seat.changed_at, seat.pooled = entry.at, not claimer and len(candidates) > 1
    for seat in rows.each_at(TaskPersonRow, task.path):
        if seat.status == Seen.OPEN and seat.person not in asked:
            seat.status, seat.changed_at = Seen.GONE, entry.at


def _close(rows: CaseRows, task: TaskRow, at: datetime, outcome: str) -> None:
    if task.status == "open":
        rows.count("task_closed", at)
    task.status, task.closed_at, task.changed_at, task.outcome = "closed", at, at, outcome
    for seat in rows.each_at(TaskPersonRow, task.path):
        if seat.status == Seen.OPEN:
            seat.status, seat.changed_at = Seen.CLOSED, at


def _seat(rows: CaseRows, task: TaskRow, person: str) -> TaskPersonRow:
    return rows.find(TaskPersonRow, task.path, person) or rows.add(
        TaskPersonRow(
            case_id=rows.case_id,
            path=task.path,
            person=person,
            process=task.process,
            status=Seen.GONE,
            priority=task.priority,
            due_at=task.due_at or NEVER,
            opened_at=task.opened_at,
            changed_at=task.changed_at,
            pooled=False,
            answered_at=None,
            draft=None,
        )
    )


def _people(value: Any) -> list[str]:
    """Person ids, given as one or several."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(dict.fromkeys(str(person) for person in value))
