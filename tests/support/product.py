"""The whole product as a user has it: `waystation up` in a folder and on ports of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
#: Seconds that a start or a stop may take on a busy machine.
PATIENCE = 120
_PASSWORD = re.compile(r"^ {4}\w+ +(\w+) +([\w-]{12}) ", re.MULTILINE)


@dataclass(frozen=True)
class Product:
    """A running `waystation up` and what it said."""

    process: subprocess.Popen[str]
    url: str
    said: str

    @property
    def passwords(self) -> dict[str, str]:
        return dict(_PASSWORD.findall(self.said))

    def stop(self) -> int:
        """Ctrl-C, as a terminal sends it."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@contextmanager
def up(data: Path, ports: list[int]) -> Iterator[Product]:
    """The product with its data in this folder, on ports for the API, Temporal and Temporal's page."""
    names = ("WAYSTATION_PORT", "WAYSTATION_TEMPORAL_PORT", "WAYSTATION_TEMPORAL_UI_PORT")
    settings = {"WAYSTATION_DATA_DIR": str(data), **{name: str(port) for name, port in zip(names, ports, strict=True)}}
    log = data.with_suffix(".log")
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "waystation.cli", "up"],
            env={**os.environ, **settings, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        yield Product(process, f"http://127.0.0.1:{ports[0]}", _said(process, log))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)


def _said(process: subprocess.Popen[str], log: Path) -> str:
    """What stands on the terminal once the product is ready."""
    until = time.monotonic() + PATIENCE
    while "Ctrl-C" not in (text := log.read_text("utf-8")):
        assert process.poll() is None, text
        assert time.monotonic() < until, text
        time.sleep(0.2)
    return text
