"""How Alembic runs here: on the connection that `waystation.store.migrate` hands over, and only so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, LargeBinary

from waystation.store import schema

_OURS = {schema.UTC: "UTC()", schema.LongText: "LongText()", schema.Json: "Json()"}


def _render(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """The portable types by their own names, so that a generated migration runs on every database."""
    if kind != "type":
        return False
    if isinstance(item, schema.Key):
        return f"schema.Key({item.length})"
    if isinstance(item, LargeBinary):
        return "schema.Blob"
    return next((f"schema.{name}" for of, name in _OURS.items() if isinstance(item, of)), False)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Processes that start together bring the database up one after another; all but the first find nothing to do."""
    match connection.dialect.name:
        case "sqlite":  # the transaction has the write lock from its beginning
            yield
        case "postgresql":  # given back when the transaction ends
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7220187)")
            yield
        case _:
            connection.exec_driver_sql("SELECT GET_LOCK('waystation_migrations', 120)")
            yield
            connection.exec_driver_sql("SELECT RELEASE_LOCK('waystation_migrations')")


def run(connection: Connection) -> None:
    """Run the command at hand in one transaction where the database can do that with its shape."""
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes["metadata"],
        compare_type=True,
        include_object=context.config.attributes["include_object"],
        render_item=_render,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=connection.dialect.name in ("sqlite", "postgresql"),
    )
    with context.begin_transaction(), _alone(connection):
        context.run_migrations()


run(context.config.attributes["connection"])
