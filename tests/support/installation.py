"""A whole installation as its owner runs it: `waystation up` in a folder of its own, with real child processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from waystation.temporal_server import free_port

ROOT = Path(__file__).parent.parent.parent
WAYSTATION = Path(sys.executable).with_name("waystation")
_SIGN_IN = re.compile(r"^    (\w+) +(\w+) +(\S+)   ", re.MULTILINE)


@dataclass(slots=True)
class Installation:
    """One data folder and its ports; may be run several times.

    Args:
        passwords: person -> password, as printed at the first start.
        patience: seconds that a start may take on a busy machine.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    temporal_port: int = field(default_factory=free_port)
    page_port: int = field(default_factory=free_port)
    passwords: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    patience: float = 120

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def printed(self) -> str:
        return (self.folder / "up.txt").read_text("utf-8")

    def environment(self, **more: str) -> dict[str, str]:
        """The variables that `waystation` is run with here."""
        given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return given | {
            "WAYSTATION_DATA_DIR": str(self.folder / "var"),
            "WAYSTATION_PORT": str(self.port),
            "WAYSTATION_TEMPORAL_PORT": str(self.temporal_port),
            "WAYSTATION_TEMPORAL_UI_PORT": str(self.page_port),
            **more,
        }

    def up(self, **more: str) -> None:
        """Run `waystation up` until it has printed its address; `more` are variables."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "up.txt").open("wb") as out:
            self.process = subprocess.Popen(
                [WAYSTATION, "up"],
                cwd=ROOT,
                env=self.environment(**more),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        give_up = time.monotonic() + self.patience
        while "Ctrl-C" not in self.printed:
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < give_up, self.printed
            time.sleep(0.1)
        self.passwords |= {person: password for _, person, password in _SIGN_IN.findall(self.printed)}

    def stop(self) -> int:
        """Press Ctrl-C and wait; the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Another `waystation` command on this installation."""
        return subprocess.run(
            [WAYSTATION, *arguments],
            cwd=ROOT,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def children(self, pattern: str) -> list[int]:
        """Ids of the processes of this installation whose command line contains this."""
        found: list[int] = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                ours = f"WAYSTATION_PORT={self.port}".encode() in (entry / "environ").read_bytes()
            except OSError:
                continue
            if pattern in line and (ours or str(self.temporal_port) in line) and "waystation up" not in line:
                found.append(int(entry.name))
        return found

    def kill(self, pattern: str) -> None:
        """`kill -9` them, and see that there were some."""
        found = self.children(pattern)
        assert found, f"nothing runs that is called {pattern}"
        for number in found:
            os.kill(number, signal.SIGKILL)

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Until database and engine answer through the API."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"not ready after {seconds} s")
