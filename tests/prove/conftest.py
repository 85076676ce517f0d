"""Proofs take minutes: they run by `make prove`, not with the tests."""

from __future__ import annotations

import pytest

from tests.support.databases import database, prepared  # noqa: F401 - fixtures
from tests.support.house import house, temporal  # noqa: F401 - fixtures


@pytest.fixture
def database_kind() -> str:
    """Proofs that need one database take SQLite."""
    return "sqlite"
