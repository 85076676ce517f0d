"""The store: definitions, journals and their projections, messages, locks, people, files, outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waystation.store import schema
from waystation.store.migrations.creating import create_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "audit",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Column("actor", schema.Key(100), nullable=False),
        sa.Column("action", schema.Key(200), nullable=False),
        sa.Column("target", schema.Key(200), nullable=False),
        sa.Column("result", schema.Key(200), nullable=False),
        sa.Column("detail", schema.Json(), nullable=False),
        sa.Index("ix_audit_actor", "tenant", "actor", "at"),
        sa.Index("ix_audit_at", "tenant", "at"),
        sa.Index("ix_audit_target", "tenant", "target", "at"),
    )
    create_table(
        "carried_states",
        ["tenant", "hash"],
        sa.Column("hash", schema.Key(64), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("state", schema.Blob, nullable=False),
        sa.Column("kept_at", schema.UTC(), nullable=False),
        sa.Index("ix_carried_states_case", "tenant", "case_id"),
    )
    create_table(
        "case_keys",
        ["tenant", "process", "key"],
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("key", schema.Key(64), nullable=False),
        sa.Column("text", schema.LongText(), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("input_digest", schema.Key(64), nullable=False),
        sa.Column("since", schema.UTC(), nullable=False),
        sa.Index("ix_case_keys_case", "tenant", "case_id"),
    )
    create_table(
        "cases",
        ["tenant", "case_id"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("plan_hash", schema.Key(64), nullable=False),
        sa.Column("key", schema.Key(64), nullable=True),
        sa.Column("key_text", schema.Json(), nullable=True),
        sa.Column("title", schema.Json(), nullable=True),
        sa.Column("status", schema.Key(40), nullable=False),
        sa.Column("outcome", schema.Key(200), nullable=False),
        sa.Column("initiator", schema.Key(100), nullable=False),
        sa.Column("parent_case", schema.Key(64), nullable=True),
        sa.Column("parent_path", schema.Key(400), nullable=False),
        sa.Column("data", schema.Json(), nullable=False),
        sa.Column("nodes", schema.Json(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("due_at", schema.UTC(), nullable=True),
        sa.Column("incidents", sa.BigInteger(), nullable=False),
        sa.Column("breaches", sa.BigInteger(), nullable=False),
        sa.Column("started_at", schema.UTC(), nullable=False),
        sa.Column("ended_at", schema.UTC(), nullable=True),
        sa.Column("changed_at", schema.UTC(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Index("ix_cases_initiator", "tenant", "initiator", "started_at"),
        sa.Index("ix_cases_key", "tenant", "process", "key"),
        sa.Index("ix_cases_parent", "tenant", "parent_case"),
        sa.Index("ix_cases_plan_hash", "tenant", "plan_hash", "status"),
        sa.Index("ix_cases_process_status", "tenant", "process", "status", "started_at"),
        sa.Index("ix_cases_started_at", "tenant", "started_at"),
    )
    create_table(
        "clocks",
        ["tenant", "case_id", "clock"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("clock", schema.Key(420), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("kind", schema.Key(40), nullable=False),
        sa.Column("calendar", schema.Key(200), nullable=False),
        sa.Column("due_at", schema.UTC(), nullable=True),
        sa.Column("next_at", schema.UTC(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("status", schema.Key(40), nullable=False),
        sa.Column("set_at", schema.UTC(), nullable=False),
        sa.Index("ix_clocks_next", "tenant", "status", "next_at"),
    )
    create_table(
        "commands",
        ["tenant", "case_id", "command"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("command", schema.Key(200), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("verb", schema.Key(40), nullable=False),
        sa.Column("actor", schema.Key(100), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Column("reason", schema.Json(), nullable=True),
        sa.Column("answer", schema.Json(), nullable=True),
    )
    create_table(
        "counters",
        ["tenant", "process", "name", "hour", "shard"],
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("name", schema.Key(40), nullable=False),
        sa.Column("hour", schema.UTC(), nullable=False),
        sa.Column("shard", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
    )
    create_table(
        "data_changes",
        ["tenant", "case_id", "seq", "field"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("field", schema.Key(200), nullable=False),
        sa.Column("value", schema.Json(), nullable=True),
        sa.Column("local", sa.Boolean(), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Column("actor", schema.Key(100), nullable=False),
        sa.Index("ix_data_changes_field", "tenant", "case_id", "field"),
    )
    create_table(
        "drafts",
        ["tenant", "kind", "name"],
        sa.Column("kind", schema.Key(40), nullable=False),
        sa.Column("name", schema.Key(200), nullable=False),
        sa.Column("source", schema.LongText(), nullable=False),
        sa.Column("layout", schema.Json(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", schema.UTC(), nullable=False),
        sa.Column("changed_by", schema.Key(100), nullable=False),
    )
    create_table(
        "end_states",
        ["tenant", "case_id"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("state", schema.Blob, nullable=False),
        sa.Column("plan_hash", schema.Key(64), nullable=False),
        sa.Column("engine", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", schema.UTC(), nullable=False),
    )
    create_table(
        "files",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("name", schema.LongText(), nullable=False),
        sa.Column("media_type", schema.Key(200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", schema.Key(64), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=True),
        sa.Column("original", schema.Key(64), nullable=True),
        sa.Column("facts", schema.Json(), nullable=False),
        sa.Column("stored_at", schema.UTC(), nullable=False),
        sa.Column("stored_by", schema.Key(100), nullable=False),
        sa.Column("deleted_at", schema.UTC(), nullable=True),
        sa.Index("ix_files_case", "tenant", "case_id"),
        sa.Index("ix_files_sha256", "tenant", "sha256"),
    )
    create_table(
        "idempotency",
        ["tenant", "scope", "key"],
        sa.Column("scope", schema.Key(200), nullable=False),
        sa.Column("key", schema.Key(64), nullable=False),
        sa.Column("key_text", schema.LongText(), nullable=False),
        sa.Column("request_hash", schema.Key(64), nullable=False),
        sa.Column("response", schema.Json(), nullable=True),
        sa.Column("state", schema.Key(40), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Index("ix_idempotency_at", "tenant", "at"),
    )
    create_table(
        "incidents",
        ["tenant", "case_id", "seq"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("node", schema.Key(400), nullable=False),
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("code", schema.Key(200), nullable=False),
        sa.Column("title", schema.Json(), nullable=True),
        sa.Column("detail", schema.Json(), nullable=True),
        sa.Column("status", schema.Key(40), nullable=False),
        sa.Column("opened_at", schema.UTC(), nullable=False),
        sa.Column("closed_at", schema.UTC(), nullable=True),
        sa.Column("closed_by", schema.Key(100), nullable=False),
        sa.Column("how", schema.Key(40), nullable=False),
        sa.Index("ix_incidents_status", "tenant", "status", "opened_at"),
    )
    create_table(
        "journal",
        ["tenant", "case_id", "seq"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Column("kind", schema.Key(40), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("node", schema.Key(400), nullable=False),
        sa.Column("actor", schema.Key(100), nullable=False),
        sa.Column("data", schema.Json(), nullable=False),
        sa.Column("command", schema.Key(200), nullable=False),
        sa.Column("meta", schema.Json(), nullable=True),
        sa.Index("ix_journal_actor", "tenant", "actor", "at"),
        sa.Index("ix_journal_at", "tenant", "at"),
    )
    create_table(
        "lock_claims",
        ["tenant", "case_id", "path", "lock"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("lock", schema.Key(64), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("since", schema.UTC(), nullable=False),
        sa.Index("ix_lock_claims_ticket", "tenant", "lock", "ticket", unique=True),
    )
    create_table(
        "locks",
        ["tenant", "lock"],
        sa.Column("lock", schema.Key(64), nullable=False),
        sa.Column("name", schema.LongText(), nullable=False),
        sa.Column("tickets", sa.BigInteger(), nullable=False),
    )
    create_table(
        "message_gates",
        ["tenant", "gate"],
        sa.Column("gate", schema.Key(40), nullable=False),
    )
    create_table(
        "messages",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("message", schema.Key(200), nullable=False),
        sa.Column("name", schema.Key(200), nullable=False),
        sa.Column("fields", schema.Json(), nullable=False),
        sa.Column("digest", schema.Key(64), nullable=False),
        sa.Column("state", schema.Key(40), nullable=False),
        sa.Column("received_at", schema.UTC(), nullable=False),
        sa.Column("expires_at", schema.UTC(), nullable=False),
        sa.Index("ix_messages_expires", "tenant", "state", "expires_at"),
    )
    create_table(
        "notices",
        ["tenant", "notice", "person"],
        sa.Column("notice", schema.Key(64), nullable=False),
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("template", schema.Key(200), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("body", schema.Json(), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Column("read_at", schema.UTC(), nullable=True),
        sa.Index("ix_notices_case", "tenant", "case_id"),
        sa.Index("ix_notices_person", "tenant", "person", "read_at", "at"),
    )
    create_table(
        "organisations",
        ["tenant", "version"],
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("organisation", schema.LongText(), nullable=False),
        sa.Column("saved_at", schema.UTC(), nullable=False),
        sa.Column("saved_by", schema.Key(100), nullable=False),
    )
    create_table(
        "outbox",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("kind", schema.Key(40), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=True),
        sa.Column("body", schema.Json(), nullable=False),
        sa.Column("status", schema.Key(40), nullable=False),
        sa.Column("place", schema.Key(64), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.Column("due_at", schema.UTC(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", schema.Key(200), nullable=False),
        sa.Column("error", schema.LongText(), nullable=False),
        sa.Column("done_at", schema.UTC(), nullable=True),
        sa.Index("ix_outbox_case", "tenant", "case_id"),
        sa.Index("ix_outbox_due", "status", "kind", "due_at"),
    )
    create_table(
        "plans",
        ["tenant", "hash"],
        sa.Column("hash", schema.Key(64), nullable=False),
        sa.Column("plan", schema.Blob, nullable=False),
        sa.Column("kept_at", schema.UTC(), nullable=False),
    )
    create_table(
        "processes",
        ["tenant", "process"],
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", schema.UTC(), nullable=True),
        sa.Column("retired_by", schema.Key(100), nullable=False),
    )
    create_table(
        "readers",
        ["tenant", "case_id", "person"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("sent_at", schema.UTC(), nullable=False),
        sa.Column("read_at", schema.UTC(), nullable=True),
        sa.Index("ix_readers_person", "tenant", "person", "sent_at"),
    )
    create_table(
        "settings",
        ["tenant", "name"],
        sa.Column("name", schema.Key(200), nullable=False),
        sa.Column("value", schema.Json(), nullable=True),
        sa.Column("changed_at", schema.UTC(), nullable=False),
        sa.Column("changed_by", schema.Key(100), nullable=False),
    )
    create_table(
        "task_people",
        ["tenant", "case_id", "path", "person"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("status", schema.Key(40), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("due_at", schema.UTC(), nullable=False),
        sa.Column("opened_at", schema.UTC(), nullable=False),
        sa.Column("answered_at", schema.UTC(), nullable=True),
        sa.Column("draft", schema.Json(), nullable=True),
        sa.Index("ix_task_people_due", "tenant", "person", "status", "due_at"),
        sa.Index("ix_task_people_opened", "tenant", "person", "status", "opened_at"),
        sa.Index("ix_task_people_priority", "tenant", "person", "status", "priority", "due_at"),
    )
    create_table(
        "tasks",
        ["tenant", "case_id", "path"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("node", schema.Key(400), nullable=False),
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("kind", schema.Key(40), nullable=False),
        sa.Column("title", schema.Json(), nullable=True),
        sa.Column("form", schema.Json(), nullable=True),
        sa.Column("fields", schema.Json(), nullable=True),
        sa.Column("outcomes", schema.Json(), nullable=True),
        sa.Column("allow", schema.Json(), nullable=True),
        sa.Column("candidates", schema.Json(), nullable=False),
        sa.Column("seats", schema.Json(), nullable=True),
        sa.Column("claimer", schema.Key(100), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("due_at", schema.UTC(), nullable=True),
        sa.Column("breached", sa.Boolean(), nullable=False),
        sa.Column("status", schema.Key(40), nullable=False),
        sa.Column("opened_at", schema.UTC(), nullable=False),
        sa.Column("closed_at", schema.UTC(), nullable=True),
        sa.Column("outcome", schema.Key(200), nullable=False),
        sa.Column("answered_by", schema.Key(100), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Index("ix_tasks_process", "tenant", "process", "status"),
        sa.Index("ix_tasks_status_due", "tenant", "status", "due_at"),
    )
    create_table(
        "tenants",
        ["tenant"],
        sa.Column("title", schema.Json(), nullable=True),
        sa.Column("timezone", schema.Key(200), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
    )
    create_table(
        "tokens",
        ["tenant", "digest"],
        sa.Column("digest", schema.Key(64), nullable=False),
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("kind", schema.Key(40), nullable=False),
        sa.Column("label", schema.Key(200), nullable=False),
        sa.Column("scopes", schema.Json(), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.Column("expires_at", schema.UTC(), nullable=True),
        sa.Column("used_at", schema.UTC(), nullable=True),
        sa.Column("revoked_at", schema.UTC(), nullable=True),
        sa.Index("ix_tokens_digest", "digest"),
        sa.Index("ix_tokens_person", "tenant", "person"),
    )
    create_table(
        "users",
        ["tenant", "person"],
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("login", schema.Key(200), nullable=False),
        sa.Column("password_hash", schema.LongText(), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.Column("disabled_at", schema.UTC(), nullable=True),
        sa.UniqueConstraint("tenant", "login", name="uq_users_tenant_login"),
    )
    create_table(
        "visits",
        ["tenant", "case_id", "path"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("node", schema.Key(400), nullable=False),
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("kind", schema.Key(40), nullable=False),
        sa.Column("status", schema.Key(40), nullable=False),
        sa.Column("outcome", schema.Key(200), nullable=False),
        sa.Column("entered_at", schema.UTC(), nullable=False),
        sa.Column("left_at", schema.UTC(), nullable=True),
        sa.Index("ix_visits_status", "tenant", "process", "status", "entered_at"),
    )
    create_table(
        "waiters",
        ["tenant", "case_id", "path", "match"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("match", schema.Key(64), nullable=False),
        sa.Column("name", schema.Key(200), nullable=False),
        sa.Column("field", schema.Key(200), nullable=False),
        sa.Column("value", schema.Json(), nullable=True),
        sa.Column("keep", sa.Boolean(), nullable=False),
        sa.Column("since", schema.UTC(), nullable=False),
        sa.Index("ix_waiters_match", "tenant", "match", "since"),
    )
    create_table(
        "message_deliveries",
        ["tenant", "id", "case_id", "path"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("state", schema.Key(40), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "id"],
            ["messages.tenant", "messages.id"],
            name="fk_message_deliveries_tenant_messages",
            ondelete="CASCADE",
        ),
        sa.Index("ix_message_deliveries_case", "tenant", "case_id"),
    )
    create_table(
        "message_matches",
        ["tenant", "id", "match"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("match", schema.Key(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "id"],
            ["messages.tenant", "messages.id"],
            name="fk_message_matches_tenant_messages",
            ondelete="CASCADE",
        ),
        sa.Index("ix_message_matches_match", "tenant", "match"),
    )
    create_table(
        "versions",
        ["tenant", "process", "number"],
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("plan_hash", schema.Key(64), nullable=False),
        sa.Column("source", schema.LongText(), nullable=False),
        sa.Column("notes", schema.LongText(), nullable=False),
        sa.Column("published_at", schema.UTC(), nullable=False),
        sa.Column("published_by", schema.Key(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "plan_hash"], ["plans.tenant", "plans.hash"], name="fk_versions_tenant_plans"
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "process"], ["processes.tenant", "processes.process"], name="fk_versions_tenant_processes"
        ),
        sa.Index("ix_versions_plan_hash", "tenant", "plan_hash"),
    )


def downgrade() -> None:
    op.drop_table("versions")
    op.drop_table("message_matches")
    op.drop_table("message_deliveries")
    op.drop_table("waiters")
    op.drop_table("visits")
    op.drop_table("users")
    op.drop_table("tokens")
    op.drop_table("tenants")
    op.drop_table("tasks")
    op.drop_table("task_people")
    op.drop_table("settings")
    op.drop_table("readers")
    op.drop_table("processes")
    op.drop_table("plans")
    op.drop_table("outbox")
    op.drop_table("organisations")
    op.drop_table("notices")
    op.drop_table("messages")
    op.drop_table("message_gates")
    op.drop_table("locks")
    op.drop_table("lock_claims")
    op.drop_table("journal")
    op.drop_table("incidents")
    op.drop_table("idempotency")
    op.drop_table("files")
    op.drop_table("end_states")
    op.drop_table("drafts")
    op.drop_table("data_changes")
    op.drop_table("counters")
    op.drop_table("commands")
    op.drop_table("clocks")
    op.drop_table("cases")
    op.drop_table("case_keys")
    op.drop_table("carried_states")
    op.drop_table("audit")
