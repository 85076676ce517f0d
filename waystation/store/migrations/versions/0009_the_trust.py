"""Trust: journals and audit logs are hash chains. What is there already is chained as it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC
from itertools import groupby
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

from waystation.store import schema

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_JOURNAL = sa.table(
    "journal",
    *(sa.column(name, sa.String()) for name in ("tenant", "case_id", "kind", "path", "node", "actor", "command")),
    sa.column("seq", sa.BigInteger()),
    sa.column("at", schema.UTC()),
    *(sa.column(name, sa.Text()) for name in ("data", "meta")),
    sa.column("chain", sa.String()),
)
_AUDIT = sa.table(
    "audit",
    *(sa.column(name, sa.String()) for name in ("tenant", "id", "actor", "action", "target", "result")),
    sa.column("at", schema.UTC()),
    sa.column("detail", sa.Text()),
    sa.column("seq", sa.BigInteger()),
    sa.column("chain", sa.String()),
)
_HEADS = sa.table("audit_heads", *(sa.column(name) for name in ("tenant", "seq", "chain")))


def upgrade() -> None:
    op.add_column("journal", sa.Column("chain", schema.Key(64), nullable=False, server_default=""))
    op.add_column("audit", sa.Column("seq", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("audit", sa.Column("chain", schema.Key(64), nullable=False, server_default=""))
    op.create_table(
        "audit_heads",
        sa.Column("tenant", schema.Key(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("chain", schema.Key(64), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_audit_heads"),
        **schema.TABLE_OPTIONS,
    )
    _chain_journals()
    _chain_audits()
    op.create_index("ix_audit_seq", "audit", ["tenant", "seq"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_audit_seq", "audit")
    op.drop_table("audit_heads")
    op.drop_column("audit", "chain")
    op.drop_column("audit", "seq")
    op.drop_column("journal", "chain")


def _link(before: str, *facts: Any) -> str:
    return hashlib.sha256(msgspec.json.encode([before, *facts])).hexdigest()


def _moment(row: Any) -> str:
    return str(row.at.astimezone(UTC).isoformat(timespec="microseconds"))


def _chain_journals() -> None:
    database = op.get_bind()
    cases = database.execute(sa.select(_JOURNAL.c.tenant, _JOURNAL.c.case_id).distinct()).all()
    for tenant, case_id in cases:
        here = (_JOURNAL.c.tenant == tenant, _JOURNAL.c.case_id == case_id)
        before = ""
        for row in database.execute(sa.select(_JOURNAL).where(*here).order_by(_JOURNAL.c.seq)).all():
            before = _link(
                before, tenant, case_id, row.seq, _moment(row), row.kind, row.path, row.node, row.actor, row.data,
                row.command, row.meta,
            )  # fmt: skip
            database.execute(sa.update(_JOURNAL).where(*here, _JOURNAL.c.seq == row.seq).values(chain=before))


def _chain_audits() -> None:
    database = op.get_bind()
    rows = database.execute(sa.select(_AUDIT).order_by(_AUDIT.c.tenant, _AUDIT.c.at, _AUDIT.c.id)).all()
    for tenant, records in groupby(rows, key=lambda row: row.tenant):
        seq, chain = _chain_audit(database, records)
        database.execute(sa.insert(_HEADS).values(tenant=tenant, seq=seq, chain=chain))


def _chain_audit(database: sa.Connection, records: Iterator[Any]) -> tuple[int, str]:
    seq, before = 0, ""
    for seq, row in enumerate(records, start=1):
        before = _link(
            before, row.tenant, seq, row.id, _moment(row), row.actor, row.action, row.target, row.result, row.detail
        )
        here = (_AUDIT.c.tenant == row.tenant, _AUDIT.c.id == row.id)
        database.execute(sa.update(_AUDIT).where(*here).values(seq=seq, chain=before))
    return seq, before
