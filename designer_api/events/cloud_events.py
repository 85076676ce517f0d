"""A journal entry as a CloudEvent (1.0, JSON), as somebody may see it.

The id names case, entry and the entry's hash: the same entry has the same id however often and wherever it is told.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from designer_api.views import shown
from waystation.contracts.events import EntryKind
from waystation.store.exact_json import plain
from waystation.store.tables.cases import CaseRow
from waystation.store.tables.journal import JournalRow

MEDIA_TYPE = "application/cloudevents+json"
#: Before each kind of entry, in an event's type.
TYPE = "dev.waystation."
KINDS = frozenset(kind.value for kind in EntryKind)


class EventData(BaseModel):
    """What happened. `data` has the shape that the timeline of the case has for this kind."""

    case: str
    process: str
    version: int
    key: str | None
    title: Any
    status: str = Field(description="Of the case, now. 流程实例当前状态")
    seq: int
    kind: str
    path: str
    node: str
    by: str
    data: dict[str, Any]


class CloudEvent(BaseModel):
    """CloudEvents 1.0 in structured JSON, with the extension `sequence`: the entry's number in its case."""

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str = "application/json"
    sequence: str
    data: EventData


def event_of(tenant: str, case: CaseRow, entry: JournalRow) -> CloudEvent:
    """The event of an entry, through the veil that the caller looks through. What is sealed is still to be opened."""
    return CloudEvent(
        id=event_id(entry),
        source=f"urn:waystation:{tenant}",
        type=TYPE + entry.kind,
        subject=case.case_id,
        time=entry.at.isoformat(),
        sequence=str(entry.seq),
        data=EventData(
            case=case.case_id, process=case.process, version=case.version, key=case.key_text,
            title=shown(plain(case.title)), status=case.status, seq=entry.seq, kind=entry.kind, path=entry.path,
            node=entry.node, by=entry.actor, data=shown(plain(entry.data)),
        ),
    )  # fmt: skip


def event_id(entry: JournalRow) -> str:
    return f"{entry.case_id}.{entry.seq}.{entry.chain[:16]}"
