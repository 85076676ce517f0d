"""Starts that must not be: each is refused with one line a language, before anything runs."""

from __future__ import annotations

import io
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

import pytest

from tests.support.installation import Installation
from tests.support.product import PATIENCE
from waystation.cli import run

pytestmark = pytest.mark.slow


def is_said(code: int, told: str, said: str, installed: Installation) -> None:
    """Exit code 2, one line in each language that both have `said`, and no database."""
    assert code == 2, told
    assert [said in line for line in told.strip().splitlines()] == [True, True]
    assert not (installed.folder / "var" / "waystation.db").exists()


def refused(installed: Installation, said: str, **variables: str) -> None:
    """As its owner runs it."""
    done = installed.run("up", **variables)
    is_said(done.returncode, done.stderr, said, installed)


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    """A start that is not refused would go on for ever: it gets a Ctrl-C."""
    before = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def refused_here(installed: Installation, said: str, **variables: str) -> None:
    """The same command in this process: to start another takes longer than to refuse."""
    told = io.StringIO()
    with pytest.MonkeyPatch.context() as patched, redirect_stderr(told), no_longer_than(PATIENCE):
        for name, value in installed.environment(**variables).items():
            patched.setenv(name, value)
        code = run(["up"])
    is_said(code, told.getvalue(), said, installed)


def test_demo_people_stay_on_this_machine(tmp_path: Path) -> None:
    """Their passwords are printed; a bind that others reach refuses to start with them."""
    refused(Installation(tmp_path), "--no-demo", WAYSTATION_HOST="0.0.0.0")
    for host in ("192.0.2.7", "::"):
        refused_here(Installation(tmp_path), "--no-demo", WAYSTATION_HOST=host)


def test_each_port_is_named_by_its_variable(tmp_path: Path) -> None:
    """Whoever meets a taken port is told which variable chooses another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused(Installation(tmp_path), "WAYSTATION_PORT", WAYSTATION_PORT=port)
        for variable in ("WAYSTATION_TEMPORAL_PORT", "WAYSTATION_TEMPORAL_UI_PORT"):
            refused_here(Installation(tmp_path), variable, **{variable: port})


def test_the_doctor_names_what_is_missing(tmp_path: Path) -> None:
    """A taken port and a database out of reach: exit code 1, and for each how to get on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = Installation(tmp_path).run(
            "doctor", WAYSTATION_PORT=port, DATABASE_URL="postgresql://nobody:none@127.0.0.1:1/none"
        )
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"MISSING  port {port}" in done.stdout
    assert "WAYSTATION_PORT" in done.stdout
    assert "DATABASE_URL" in done.stdout
    assert "nobody:none" not in done.stdout
