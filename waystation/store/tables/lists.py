"""What lists stand on beside the projections: the terms that cases are found by, and saved views."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from waystation.store.schema import Base, Json, Key
from waystation.store.tables.columns import CaseId, Digest, Name, PersonId, VisitPath, Word
from waystation.store.words import WIDTH


class Term(Key):
    """A term, compared by code point on every database, so that those with one beginning stand together."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.VARCHAR(self.length, collation="C"))
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(self.length))
        return super().load_dialect_impl(dialect)


class SearchTermRow(Base):
    """A term of a case's own texts (`part` is empty) or of the title of one of its tasks (`part` is its path)."""

    __tablename__ = "search_terms"
    __table_args__ = (Index("ix_search_terms_term", "tenant", "term", "case_id"),)

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    term: Mapped[str] = mapped_column(Term(WIDTH), primary_key=True)
    part: Mapped[str] = mapped_column(VisitPath, primary_key=True)


class SavedViewRow(Base):
    """A list with a name: what is filtered, how it is sorted, what is shown. `role`: who else sees it, if anybody."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("tenant", "owner", "of", "name"),
        Index("ix_saved_views_role", "tenant", "role"),
    )

    view: Mapped[str] = mapped_column(Digest, primary_key=True)
    owner: Mapped[str] = mapped_column(PersonId)
    role: Mapped[str] = mapped_column(Name)
    of: Mapped[str] = mapped_column(Word)
    name: Mapped[str] = mapped_column(Name)
    filter: Mapped[dict[str, Any]] = mapped_column(Json())
    sort: Mapped[str] = mapped_column(Word)
    descending: Mapped[bool]
    columns: Mapped[Any] = mapped_column(Json())
    revision: Mapped[int]
    changed_at: Mapped[datetime]
