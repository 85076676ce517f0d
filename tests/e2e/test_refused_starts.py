"""Starts that must not be: each is refused with one line a language, before anything runs."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.support.installation import Installation

pytestmark = pytest.mark.slow


def refused(installed: Installation, said: str, *arguments: str, **variables: str) -> None:
    done = installed.run(*arguments, **variables)
    assert done.returncode == 2, done.stdout + done.stderr
    assert [said in line for line in done.stderr.strip().splitlines()] == [True, True]
    assert not (installed.folder / "var" / "waystation.db").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::"])
def test_demo_people_stay_on_this_machine(tmp_path: Path, host: str) -> None:
    """Their passwords are printed; a bind that others reach refuses to start with them."""
    refused(Installation(tmp_path), "--no-demo", "up", WAYSTATION_HOST=host)


def test_each_port_is_named_by_its_variable(tmp_path: Path) -> None:
    """Whoever meets a taken port is told which variable chooses another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for variable in ("WAYSTATION_PORT", "WAYSTATION_TEMPORAL_PORT", "WAYSTATION_TEMPORAL_UI_PORT"):
            refused(Installation(tmp_path), variable, "up", **{variable: port})


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
