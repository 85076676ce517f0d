"""A store for events; that it works on three databases is shown where the store is tested."""

from __future__ import annotations

import pytest

from tests.support.databases import database, prepared  # noqa: F401 - fixtures


@pytest.fixture
def database_kind() -> str:
    return "sqlite"
