"""Tenants, their settings and people; who may log in; which files are kept; who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, LongText
from waystation.store.tables.columns import CaseId, Digest, Name, PersonId, Word


class TenantRow(Base):
    """A tenant. Its id is the column that every table has."""

    __tablename__ = "tenants"

    title: Mapped[Any] = mapped_column(Json(), nullable=True)
    timezone: Mapped[str] = mapped_column(Name)
    created_at: Mapped[datetime]


class SettingRow(Base):
    """One setting of a tenant, by dotted name. What has no row has its default."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(Name, primary_key=True)
    value: Mapped[Any] = mapped_column(Json(), nullable=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(PersonId)


class OrganisationRow(Base):
    """One version of the organisation (`contracts.people.Organisation` as JSON text)."""

    __tablename__ = "organisations"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organisation: Mapped[str] = mapped_column(LongText())
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(PersonId)


class UserRow(Base):
    """A person who may log in. `password_hash` is an argon2 text, empty where there is no password."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("tenant", "login"),)

    person: Mapped[str] = mapped_column(PersonId, primary_key=True)
    login: Mapped[str] = mapped_column(Name)
    password_hash: Mapped[str] = mapped_column(LongText())
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class TokenRow(Base):
    """A bearer token or session, known by the SHA-256 of its secret; the secret itself is not kept."""

    __tablename__ = "tokens"
    __table_args__ = (Index("ix_tokens_digest", "digest"), Index("ix_tokens_person", "tenant", "person"))

    digest: Mapped[str] = mapped_column(Digest, primary_key=True)
    person: Mapped[str] = mapped_column(PersonId)
    kind: Mapped[str] = mapped_column(Word)
    label: Mapped[str] = mapped_column(Name)
    scopes: Mapped[list[Any]] = mapped_column(Json())
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class FileRow(Base):
    """What is known of a stored file; its bytes are in the object store under `sha256`.

    With keys they are sealed with a key of the file's own, and lie under `stored_as`; `name` is empty. Key and name are
    `wrapped` by a master key until the file is put with a case that holds personal data: then `sealed` has them, in
    envelopes of that case.
    """

    __tablename__ = "files"
    __table_args__ = (Index("ix_files_case", "tenant", "case_id"), Index("ix_files_sha256", "tenant", "sha256"))

    id: Mapped[str] = mapped_column(Digest, primary_key=True)
    name: Mapped[str] = mapped_column(LongText())
    media_type: Mapped[str] = mapped_column(Name)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Digest)
    stored_as: Mapped[str | None] = mapped_column(Digest)
    wrapped: Mapped[str | None] = mapped_column(LongText())
    sealed: Mapped[dict[str, Any] | None] = mapped_column(Json())
    case_id: Mapped[str | None] = mapped_column(CaseId)
    original: Mapped[str | None] = mapped_column(Digest)
    facts: Mapped[dict[str, Any]] = mapped_column(Json())
    stored_at: Mapped[datetime]
    stored_by: Mapped[str] = mapped_column(PersonId)
    deleted_at: Mapped[datetime | None]


class AuditRow(Base):
    """Who did or tried what outside a case's journal: logins, settings, refused commands, reads of personal data.

    `seq` counts a tenant's rows from 1; `chain` is a hash over the row and the one before.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "tenant", "at"),
        Index("ix_audit_actor", "tenant", "actor", "at"),
        Index("ix_audit_target", "tenant", "target", "at"),
        Index("ix_audit_seq", "tenant", "seq", unique=True),
    )

    id: Mapped[str] = mapped_column(Digest, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(PersonId)
    action: Mapped[str] = mapped_column(Name)
    target: Mapped[str] = mapped_column(Name)
    result: Mapped[str] = mapped_column(Name)
    detail: Mapped[dict[str, Any]] = mapped_column(Json())
    seq: Mapped[int]
    chain: Mapped[str] = mapped_column(Digest)


class AuditHeadRow(Base):
    """Number and hash of a tenant's last audit row (`store.chains`). Locked while one is added."""

    __tablename__ = "audit_heads"

    seq: Mapped[int]
    chain: Mapped[str] = mapped_column(Digest)
