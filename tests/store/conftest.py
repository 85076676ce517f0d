"""The store's tests run on three databases."""

from __future__ import annotations

from tests.support.databases import (  # noqa: F401 - fixtures
    database,
    database_kind,
    database_url,
    mariadb_server,
    postgresql_server,
    prepared,
)
