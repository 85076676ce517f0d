"""Cases on a real Temporal server, with SQLite as their store."""

from __future__ import annotations

import pytest

from tests.support.databases import database, prepared  # noqa: F401 - fixtures
from tests.support.house import house, temporal  # noqa: F401 - fixtures


@pytest.fixture
def database_kind() -> str:
    """The store itself is tested on three databases elsewhere."""
    return "sqlite"
