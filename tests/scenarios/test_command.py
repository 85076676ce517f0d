"""The command `waystation test`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from waystation.commands.test import log_apart


@pytest.fixture
def _logs_as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("_logs_as_before")
def test_nothing_is_logged_into_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    """With `--real --json` standard output is JSON and nothing else, whatever the store has to say."""
    structlog.configure(cache_logger_on_first_use=False)
    log_apart()
    structlog.get_logger("store").warning("entries_taken_back", case="c1")
    said = capsys.readouterr()
    assert said.out == ""
    assert "entries_taken_back" in said.err
