"""Bodies of requests and answers around tasks: drafts, comments, files, reading, and one verb on many tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, field_validator

from designer_api.schemas import Asked, Id, Shown


class Bulk(Asked):
    """One verb with the same arguments on many tasks."""

    verb: Id
    args: dict[str, Any] = Field(default_factory=dict)
    tasks: Annotated[list[Id], Field(min_length=1, max_length=200)]

    @field_validator("tasks")
    @classmethod
    def _each_once(cls, tasks: list[str]) -> list[str]:
        if len(set(tasks)) != len(tasks):
            raise ValueError("each task once")
        return tasks


class BulkRow(BaseModel):
    """What became of one task; `status` is the one that a request for it alone would have had."""

    task: str
    ok: bool
    status: int
    revision: int | None = None
    case_status: str | None = None
    code: str | None = None
    zh: str | None = None
    en: str | None = None
    detail: dict[str, Any] | None = None


class BulkDone(BaseModel):
    items: list[BulkRow]
    done: int
    refused: int


class Form(Asked):
    form: dict[str, Any]


class FormDraft(BaseModel):
    """A form that somebody has begun to fill in. `revision` is also its ETag."""

    kind: str
    task: str | None = None
    process: str | None = None
    form: dict[str, Any]
    revision: int
    saved_at: datetime


class FormDraftList(BaseModel):
    items: list[FormDraft]


class Comment(BaseModel):
    """`task` is empty for a comment on the case as a whole."""

    seq: int
    task: str | None = None
    by: str
    text: Shown
    mentions: list[str]
    at: datetime


class CommentPage(BaseModel):
    items: list[Comment]
    next: str | None = None


class Receipt(BaseModel):
    """Somebody who is asked or has opened the task; `opened_at` is when he did so first."""

    person: str
    opened_at: datetime | None = None


class ReceiptList(BaseModel):
    items: list[Receipt]


class Copy(BaseModel):
    """A case that somebody was sent to read. 抄送"""

    case: str
    person: str
    process: str
    title: Any = None
    status: str
    sent_at: datetime
    read_at: datetime | None = None


class CopyPage(BaseModel):
    items: list[Copy]
    next: str | None = None


class StoredFile(BaseModel):
    """`state` is `clean`, `unscanned` (there is no scanner) or `quarantined`; `finding` says why."""

    id: str
    name: Shown
    media_type: str
    size: int
    sha256: str
    state: str
    finding: str | None = None


class Attachment(StoredFile):
    task: str | None = None
    by: str
    at: datetime


class AttachmentList(BaseModel):
    items: list[Attachment]
