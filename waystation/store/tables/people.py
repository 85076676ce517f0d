"""The organisation by person and part, what people are called elsewhere, and work that a change of people causes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, LongText
from waystation.store.tables.columns import CaseId, Digest, Name, PersonId, VisitPath, Word


class PersonRow(Base):
    """A person. `record` is a `contracts.directory.PersonRecord` as JSON text; `place` orders the organisation.

    With keys, how to reach somebody stands in `contact`, sealed for the tenant, and not in the record.
    """

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_place", "tenant", "place"),)

    person: Mapped[str] = mapped_column(PersonId, primary_key=True)
    place: Mapped[int]
    name: Mapped[str] = mapped_column(LongText())
    active: Mapped[bool]
    record: Mapped[str] = mapped_column(LongText())
    contact: Mapped[Any] = mapped_column(Json(), nullable=True)
    revision: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(PersonId)


class PersonLinkRow(Base):
    """What a person is called in another system; one id there is one person here."""

    __tablename__ = "people_links"
    __table_args__ = (Index("ix_people_links_person", "tenant", "person"),)

    source: Mapped[str] = mapped_column(Word, primary_key=True)
    external_id: Mapped[str] = mapped_column(Name, primary_key=True)
    person: Mapped[str] = mapped_column(PersonId)


class OrganisationPartRow(Base):
    """A role, group or post, or who is asked where nobody was found (`contracts.directory.Part` as JSON text)."""

    __tablename__ = "organisation_parts"

    kind: Mapped[str] = mapped_column(Word, primary_key=True)
    part: Mapped[str] = mapped_column(Name, primary_key=True)
    record: Mapped[str] = mapped_column(LongText())
    revision: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(PersonId)


class PeopleJobRow(Base):
    """Work on many cases that a change of people causes, done in batches. `cursor` is the last place that is done."""

    __tablename__ = "people_jobs"
    __table_args__ = (Index("ix_people_jobs_begun", "tenant", "created_at"),)

    job: Mapped[str] = mapped_column(Digest, primary_key=True)
    kind: Mapped[str] = mapped_column(Word)
    status: Mapped[str] = mapped_column(Word)
    args: Mapped[dict[str, Any]] = mapped_column(Json())
    cursor: Mapped[list[Any]] = mapped_column(Json())
    rounds: Mapped[int]
    done: Mapped[int]
    failed: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(PersonId)
    finished_at: Mapped[datetime | None]


class PeopleJobItemRow(Base):
    """What became of one case or task of a job. `path` is empty where the whole case was meant."""

    __tablename__ = "people_job_items"

    job: Mapped[str] = mapped_column(Digest, primary_key=True)
    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    path: Mapped[str] = mapped_column(VisitPath, primary_key=True)
    ok: Mapped[bool]
    code: Mapped[str] = mapped_column(Name)
    detail: Mapped[Any] = mapped_column(Json(), nullable=True)
    at: Mapped[datetime]
