"""People: a row for each, their parts (roles, groups, posts), ids elsewhere, and work that a change of people causes.

What an organisation's newest version knew becomes rows; nothing else of it changes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from waystation.store import schema
from waystation.store.migrations.creating import create_table

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "people",
        ["tenant", "person"],
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("name", schema.LongText(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("record", schema.LongText(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.Column("changed_at", schema.UTC(), nullable=False),
        sa.Column("changed_by", schema.Key(100), nullable=False),
        sa.Index("ix_people_place", "tenant", "place"),
    )
    create_table(
        "people_links",
        ["tenant", "source", "external_id"],
        sa.Column("source", schema.Key(40), nullable=False),
        sa.Column("external_id", schema.Key(200), nullable=False),
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Index("ix_people_links_person", "tenant", "person"),
    )
    create_table(
        "organisation_parts",
        ["tenant", "kind", "part"],
        sa.Column("kind", schema.Key(40), nullable=False),
        sa.Column("part", schema.Key(200), nullable=False),
        sa.Column("record", schema.LongText(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", schema.UTC(), nullable=False),
        sa.Column("changed_by", schema.Key(100), nullable=False),
    )
    _create_jobs()
    _rows_of_organisations()


def _create_jobs() -> None:
    create_table(
        "people_jobs",
        ["tenant", "job"],
        sa.Column("job", schema.Key(64), nullable=False),
        sa.Column("kind", schema.Key(40), nullable=False),
        sa.Column("status", schema.Key(40), nullable=False),
        sa.Column("args", schema.Json(), nullable=False),
        sa.Column("cursor", schema.Json(), nullable=False),
        sa.Column("rounds", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.Column("created_by", schema.Key(100), nullable=False),
        sa.Column("finished_at", schema.UTC(), nullable=True),
        sa.Index("ix_people_jobs_begun", "tenant", "created_at"),
    )
    create_table(
        "people_job_items",
        ["tenant", "job", "case_id", "path"],
        sa.Column("job", schema.Key(64), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("code", schema.Key(200), nullable=False),
        sa.Column("detail", schema.Json(), nullable=True),
        sa.Column("at", schema.UTC(), nullable=False),
    )


def _rows_of_organisations() -> None:
    bind, meta = op.get_bind(), sa.MetaData()
    versions = sa.Table("organisations", meta, autoload_with=bind)
    newest = sa.select(versions.c.tenant, sa.func.max(versions.c.version).label("version")).group_by(versions.c.tenant)
    latest = newest.subquery()
    query = sa.select(versions.c.tenant, versions.c.organisation).join(
        latest, (latest.c.tenant == versions.c.tenant) & (latest.c.version == versions.c.version)
    )
    at = datetime.now(UTC)
    for tenant, text in bind.execute(query).all():
        organisation = json.loads(text)
        _insert("people", [_person(tenant, place, one, at) for place, one in enumerate(_people(organisation), 1)])
        _insert("organisation_parts", [_part(tenant, part, at) for part in _parts(organisation)])


def _people(organisation: dict[str, Any]) -> list[dict[str, Any]]:
    return list(organisation.get("people", {}).values())


def _person(tenant: str, place: int, person: dict[str, Any], at: datetime) -> dict[str, Any]:
    record = {key: value for key, value in person.items() if key != "proxy"}
    if person.get("proxy"):
        record["proxies"] = [{"id": str(index), "proxy": one} for index, one in enumerate(person["proxy"], 1)]
    return {
        "tenant": tenant,
        "person": person["id"],
        "place": place,
        "name": person.get("name", ""),
        "active": person.get("active", True),
        "record": json.dumps(record, ensure_ascii=False),
        "revision": 1,
        "created_at": at,
        "changed_at": at,
        "changed_by": "",
    }


def _parts(organisation: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"kind": "role", "id": role, "inherits": inherited}
        for role, inherited in organisation.get("inherits", {}).items()
    ]
    if organisation.get("admins"):
        found.append({"kind": "admins", "id": "admins", "people": organisation["admins"]})
    return found


def _part(tenant: str, part: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "kind": part["kind"],
        "part": part["id"],
        "record": json.dumps(part, ensure_ascii=False),
        "revision": 1,
        "changed_at": at,
        "changed_by": "",
    }


def _insert(name: str, rows: list[dict[str, Any]]) -> None:
    columns: dict[str, Any] = {"created_at": schema.UTC(), "changed_at": schema.UTC(), "record": schema.LongText()}
    if rows:
        table = sa.table(name, *(sa.column(column, columns.get(column)) for column in rows[0]))
        op.bulk_insert(table, rows)


def downgrade() -> None:
    for name in ("people_job_items", "people_jobs", "organisation_parts", "people_links", "people"):
        op.drop_table(name)
