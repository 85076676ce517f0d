"""The projector: what one journal entry changes in the projection rows of its case. A pure function of both.

Every kind of entry has a branch; forgetting one is a type error. Keys in an entry's `data` that are not known here
are ignored. Tasks and people have a module of their own, `task_projection.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from waystation.contracts.events import Entry, EntryKind
from waystation.store import exact_json, task_projection
from waystation.store.case_rows import CaseRows
from waystation.store.tables.cases import (
    CaseRow,
    CaseStatus,
    ClockRow,
    CommandRow,
    DataChangeRow,
    IncidentRow,
    NoticeRow,
    VisitRow,
)


@dataclass(frozen=True, slots=True)
class CaseMeta:
    """Facts of a case that its entries may lack: its version, its plan, and the case and path that called it."""

    version: int
    plan_hash: str
    parent_case: str | None = None
    parent_path: str = ""


def project(rows: CaseRows, entry: Entry, meta: CaseMeta | None = None) -> None:  # noqa: PLR0912, PLR0915 - a branch a kind
    """Apply one entry. `meta` counts at a start, a migration and a reopening."""
    kind = entry.kind
    match kind:
        case EntryKind.CASE_STARTED:
            _case_started(rows, entry, meta)
        case EntryKind.CASE_TITLED:
            rows.case.title = entry.data.get("title", rows.case.title)
            rows.case.priority = _priority(entry.data.get("priority", rows.case.priority))
        case EntryKind.NODE_ENTERED:
            _node_entered(rows, entry)
        case EntryKind.NODE_LEFT:
            _node_left(rows, entry, "left", str(entry.data.get("outcome") or ""))
        case EntryKind.NODE_WITHDRAWN:
            _node_left(rows, entry, "withdrawn", "")
        case EntryKind.TASK_OPENED:
            task_projection.task_opened(rows, entry)
        case EntryKind.TASK_CHANGED:
            task_projection.task_changed(rows, entry)
        case EntryKind.TASK_CLOSED:
            task_projection.task_closed(rows, entry)
        case EntryKind.ANSWERED:
            task_projection.answered(rows, entry)
        case EntryKind.VERB:
            task_projection.verb_done(rows, entry)
        case EntryKind.BREACHED:
            task_projection.breached(rows, entry)
        case EntryKind.DATA_CHANGED:
            _data_changed(rows, entry)
        case EntryKind.CLOCK_SET:
            _clock_set(rows, entry)
        case EntryKind.CLOCK_STOPPED:
            _clock_stopped(rows, entry)
        case EntryKind.INCIDENT_OPENED:
            _incident_opened(rows, entry)
        case EntryKind.INCIDENT_CLOSED:
            _incident_closed(rows, entry)
        case EntryKind.COMMANDED:
            _commanded(rows, entry)
        case EntryKind.NOTICE:
            _notice(rows, entry)
        case EntryKind.MIGRATED:
            _migrated(rows, entry, meta)
        case EntryKind.SUSPENDED:
            rows.case.status = CaseStatus.SUSPENDED
        case EntryKind.RESUMED:
            rows.case.status = CaseStatus.OPEN
        case EntryKind.REOPENED:
            _reopened(rows, entry, meta)
        case EntryKind.CASE_ENDED:
            _case_ended(rows, entry)
        case (
            EntryKind.NODE_PASSED
            | EntryKind.EDGE_TAKEN
            | EntryKind.PEOPLE_FOUND
            | EntryKind.ACTION_STARTED
            | EntryKind.ACTION_DONE
            | EntryKind.ACTION_FAILED
            | EntryKind.CLOCK_STEP
            | EntryKind.UNDO_STARTED
            | EntryKind.UNDONE
            | EntryKind.MESSAGE_TAKEN
            | EntryKind.MESSAGE_SENT
            | EntryKind.CALL_STARTED
            | EntryKind.CALL_ENDED
            | EntryKind.RETURNED
        ):
            pass  # of these only the journal tells
        case _:
            assert_never(kind)
    rows.case.revision = entry.seq
    rows.case.changed_at = entry.at


def moment(value: Any) -> datetime | None:
    """A moment in an entry: as it is in memory, or as JSON text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def notice_id(case_id: str, notice: str) -> str:
    """The id of a notice beyond its case."""
    return exact_json.digest([case_id, notice])


def _case_started(rows: CaseRows, entry: Entry, meta: CaseMeta | None) -> None:
    data = entry.data
    key = data.get("key")
    parent, _, parent_path = str(data.get("caller") or "").partition("|")
    facts = meta or CaseMeta(int(data.get("version") or 0), str(data.get("plan") or ""), parent or None, parent_path)
    rows.add(
        CaseRow(
            case_id=rows.case_id,
            process=data["process"],
            version=facts.version,
            plan_hash=facts.plan_hash,
            key=None if key is None else exact_json.digest(key),
            key_text=key,
            title=data.get("title"),
            status=CaseStatus.OPEN,
            outcome="",
            initiator=str(data.get("initiator", entry.by)),
            parent_case=facts.parent_case,
            parent_path=facts.parent_path,
            data=dict(data.get("data") or {}),
            nodes={},
            priority=_priority(data.get("priority")),
            due_at=None,
            incidents=0,
            breaches=0,
            started_at=entry.at,
            ended_at=None,
            changed_at=entry.at,
            revision=entry.seq,
        )
    )
    rows.count("started", entry.at)


def _priority(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 3


def _node_entered(rows: CaseRows, entry: Entry) -> None:
    visit = rows.find(VisitRow, entry.path) or rows.add(
        VisitRow(case_id=rows.case_id, path=entry.path, process=rows.case.process, status="new")
    )
    if visit.status != "active":
        _count_active(rows, entry.node, 1)
    visit.node, visit.kind = entry.node, str(entry.data.get("kind") or "")
    visit.status, visit.outcome = "active", ""
    visit.entered_at, visit.left_at = entry.at, None


def _node_left(rows: CaseRows, entry: Entry, status: str, outcome: str) -> None:
    visit = rows.find(VisitRow, entry.path)
    if visit is None or visit.status != "active":
        return
    visit.status, visit.outcome, visit.left_at = status, outcome, entry.at
    _count_active(rows, visit.node, -1)
    task_projection.no_longer_asked(rows, entry)


def _count_active(rows: CaseRows, node: str, change: int) -> None:
    active = {**rows.case.nodes, node: rows.case.nodes.get(node, 0) + change}
    rows.case.nodes = {name: count for name, count in active.items() if count > 0}


def _data_changed(rows: CaseRows, entry: Entry) -> None:
    fields: dict[str, Any] = entry.data["fields"]
    local = bool(entry.data.get("local"))
    for name, value in fields.items():
        rows.add(
            DataChangeRow(
                case_id=rows.case_id,
                seq=entry.seq,
                field=name,
                value=value,
                local=local,
                path=entry.path,
                at=entry.at,
                actor=entry.by,
            )
        )
    if not local:
        rows.case.data = {**rows.case.data, **fields}


def _clock_set(rows: CaseRows, entry: Entry) -> None:
    data = entry.data
    name = str(data["clock"])
    clock = rows.find(ClockRow, name) or rows.add(
        ClockRow(case_id=rows.case_id, clock=name, path=entry.path, set_at=entry.at)
    )
    clock.kind, clock.calendar = str(data.get("kind") or ""), str(data.get("calendar") or "")
    clock.due_at, clock.next_at = moment(data.get("due")), moment(data.get("next"))
    clock.paused, clock.status = bool(data.get("paused")), "running"
    if name == "|deadline":
        rows.case.due_at = clock.due_at
    elif name == f"{entry.path}|deadline":
        task_projection.due_changed(rows, entry.path, clock.due_at, entry.at)


def _clock_stopped(rows: CaseRows, entry: Entry) -> None:
    clock = rows.find(ClockRow, str(entry.data["clock"]))
    if clock is not None:
        clock.status, clock.next_at = "stopped", None


def _incident_opened(rows: CaseRows, entry: Entry) -> None:
    data = entry.data
    rows.add(
        IncidentRow(
            case_id=rows.case_id,
            seq=entry.seq,
            path=entry.path,
            node=entry.node,
            process=rows.case.process,
            code=str(data.get("code") or ""),
            title=data.get("title"),
            detail=data.get("detail"),
            status="open",
            opened_at=entry.at,
            closed_at=None,
            closed_by="",
            how="",
        )
    )
    rows.case.incidents += 1
    rows.count("incident", entry.at)
    task_projection.no_longer_asked(rows, entry)


def _incident_closed(rows: CaseRows, entry: Entry) -> None:
    for incident in rows.each_at(IncidentRow, entry.path):
        if incident.status == "open":
            _close_incident(rows, incident, entry, str(entry.data.get("how") or ""))


def _close_incident(rows: CaseRows, incident: IncidentRow, entry: Entry, how: str) -> None:
    incident.status, incident.how = "closed", how
    incident.closed_at, incident.closed_by = entry.at, entry.by
    rows.case.incidents -= 1


def _commanded(rows: CaseRows, entry: Entry) -> None:
    command = str(entry.data.get("id") or entry.command)
    if rows.find(CommandRow, command) is not None:
        return
    rows.add(
        CommandRow(
            case_id=rows.case_id,
            command=command,
            seq=entry.seq,
            verb=str(entry.data.get("verb") or ""),
            actor=entry.by,
            at=entry.at,
            reason=entry.data.get("reason"),
            answer=entry.data.get("answer"),
        )
    )


def _notice(rows: CaseRows, entry: Entry) -> None:
    data = entry.data
    notice = notice_id(rows.case_id, str(data["id"]))
    for person in dict.fromkeys(data.get("to") or ()):
        rows.add(
            NoticeRow(
                notice=notice,
                person=person,
                case_id=rows.case_id,
                path=entry.path,
                template=str(data.get("template") or ""),
                priority=_priority(data.get("priority")),
                body={"values": data.get("values") or {}, "channels": list(data.get("channels") or ())},
                at=entry.at,
                read_at=None,
            )
        )


def _migrated(rows: CaseRows, entry: Entry, meta: CaseMeta | None) -> None:
    case, target = rows.case, entry.data.get("to")
    if "data" in entry.data:
        case.data = dict(entry.data["data"])
    case.version = meta.version if meta else int(target) if isinstance(target, int) else case.version
    case.plan_hash = meta.plan_hash if meta else str(entry.data.get("plan") or case.plan_hash)


def _reopened(rows: CaseRows, entry: Entry, meta: CaseMeta | None) -> None:
    case = rows.case
    case.status, case.outcome, case.ended_at = CaseStatus.OPEN, "", None
    if meta is not None:
        case.version, case.plan_hash = meta.version, meta.plan_hash
    rows.count("reopened", entry.at)


def _case_ended(rows: CaseRows, entry: Entry) -> None:
    case = rows.case
    case.status = CaseStatus(entry.data["status"])
    case.outcome = str(entry.data.get("outcome") or entry.data.get("code") or "")
    case.ended_at, case.nodes = entry.at, {}
    rows.count(case.status, entry.at)
    for visit in rows.each(VisitRow):
        if visit.status == "active":
            visit.status, visit.left_at = "withdrawn", entry.at
    for clock in rows.each(ClockRow):
        clock.status, clock.next_at = "stopped", None
    for incident in rows.each(IncidentRow):
        if incident.status == "open":
            _close_incident(rows, incident, entry, "ended")
    task_projection.close_all(rows, entry)
