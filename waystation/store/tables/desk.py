"""What people keep on their desks: drafts, files put with cases, receipts of reading; comments, from the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, LongText
from waystation.store.tables.columns import CaseId, Digest, Name, PersonId, VisitPath, Word


class FormDraftRow(Base):
    """A form that one person has begun to fill in. `subject` is the digest of what it is for."""

    __tablename__ = "form_drafts"
    __table_args__ = (Index("ix_form_drafts_saved", "tenant", "person", "saved_at"),)

    person: Mapped[str] = mapped_column(PersonId, primary_key=True)
    subject: Mapped[str] = mapped_column(Digest, primary_key=True)
    kind: Mapped[str] = mapped_column(Word)
    target: Mapped[list[Any]] = mapped_column(Json())
    form: Mapped[dict[str, Any]] = mapped_column(Json())
    revision: Mapped[int]
    saved_at: Mapped[datetime]


class FileScanRow(Base):
    """What the virus scanner said of a file. A file without a row was stored while there was no scanner."""

    __tablename__ = "file_scans"

    file: Mapped[str] = mapped_column(Digest, primary_key=True)
    state: Mapped[str] = mapped_column(Word)
    finding: Mapped[str] = mapped_column(Name)
    at: Mapped[datetime]


class AttachmentRow(Base):
    """A file that was put with a case, or with one task of it; `path` is empty for the case as a whole."""

    __tablename__ = "attachments"

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    file: Mapped[str] = mapped_column(Digest, primary_key=True)
    path: Mapped[str] = mapped_column(VisitPath)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(PersonId)


class ReceiptRow(Base):
    """When somebody first opened a task, or (`path` empty) a case."""

    __tablename__ = "receipts"

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    path: Mapped[str] = mapped_column(VisitPath, primary_key=True)
    person: Mapped[str] = mapped_column(PersonId, primary_key=True)
    opened_at: Mapped[datetime]


class CommentRow(Base):
    """A comment, made from the journal entry `seq`; `path` is empty for one on the case as a whole.

    `text` is empty where the comment is sealed: then `sealed` is its envelope.
    """

    __tablename__ = "comments"

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    path: Mapped[str] = mapped_column(VisitPath)
    by: Mapped[str] = mapped_column(PersonId)
    text: Mapped[str] = mapped_column(LongText())
    sealed: Mapped[dict[str, Any] | None] = mapped_column(Json())
    mentions: Mapped[list[Any]] = mapped_column(Json())
    at: Mapped[datetime]
