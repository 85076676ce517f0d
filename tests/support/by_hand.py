"""An installation put together by hand, as the manifests under deploy/ do: PostgreSQL, Temporal, 2 API, 4 workers."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.databases import Server
from tests.support.installation import ROOT
from waystation.temporal_server import TemporalServer, free_port

_MADE = re.compile(r"^demo (\w+) (\S+)$", re.MULTILINE)
METRICS_KEY = "a-key-for-the-drill-0001"


@dataclass(slots=True)
class ByHand:
    """Processes of one installation; `url` is the first API's.

    Args:
        postgres: the database server, `store` the database in it.
        release: the folder whose code runs; processes of another release have another `mark`.
    """

    folder: Path
    postgres: Server
    store: str
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))
    health: int = 0
    passwords: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    temporal: TemporalServer | None = None
    release: Path = ROOT
    mark: str = ""
    settings: dict[str, str] = field(default_factory=lambda: {"WAYSTATION_METRICS_KEY": METRICS_KEY})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def database_url(self) -> str:
        return self.postgres.at(self.store)

    @property
    def temporal_data(self) -> Path:
        return self.folder / "temporal.db"

    def environment(self, port: int) -> dict[str, str]:
        assert self.temporal is not None
        given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return given | {
            "DATABASE_URL": self.database_url,
            "TEMPORAL_ADDRESS": self.temporal.address,
            "WAYSTATION_DATA_DIR": str(self.folder / "var"),
            "WAYSTATION_PORT": str(port),
            "PYTHONPATH": str(self.release),
            **self.settings,
        }

    @property
    def command(self) -> list[str | Path]:
        """`waystation` of the release."""
        return [sys.executable, "-m", "waystation.cli"]

    def upgrade(self, *more: str) -> None:
        """The store's tables and, with `--demo`, the demo people."""
        said = subprocess.run(
            [*self.command, "upgrade", *more],
            cwd=self.release,
            env=self.environment(self.ports[0]),
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        ).stdout
        self.passwords |= dict(_MADE.findall(said))

    def start_temporal(self) -> None:
        self.temporal = asyncio.run(TemporalServer.start(data=self.temporal_data, log=self.folder / "temporal.log"))

    def start(self) -> None:
        """Two API processes, two times two workers, ready."""
        self.health = free_port()
        for number, port in enumerate(self.ports, 1):
            self._spawn(f"{self.mark}api-{number}", port, "api")
        for number, health in ((1, self.health), (2, free_port())):
            name = f"{self.mark}worker-{number}"
            self._spawn(name, self.ports[0], "worker", "--processes", "2", "--name", name, "--health-port", str(health))
        for place in (*self.ports, self.health):
            self.wait_for(f"http://127.0.0.1:{place}/readyz")

    def _spawn(self, name: str, port: int, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as out:
            self.running.append(
                subprocess.Popen(
                    [*self.command, *arguments],
                    cwd=self.release,
                    env=self.environment(port),
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                )
            )

    def wait_for(self, address: str, seconds: float = 900) -> None:
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            assert all(process.poll() is None for process in self.running), f"see {self.folder}/*.log"
            try:
                with urllib.request.urlopen(address, timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            time.sleep(0.3)
        raise AssertionError(f"{address} is not ready after {seconds} s")

    def figures(self, port: int) -> str:
        """What `/metrics` says at a port."""
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {METRICS_KEY}"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return str(answer.read().decode())

    def leave(self) -> None:
        """Every process is told to end, as an orchestrator does it, and does."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        codes = {process.wait(120) for process in self.running}
        assert codes <= {0, -signal.SIGTERM}, codes
        self.running.clear()

    def kill(self) -> None:
        """`kill -9` of everything but the database server."""
        for process in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()
        self._kill_orphans()
        if self.temporal is not None:
            self.temporal.process.kill()
            self.temporal.process.wait()

    def _kill_orphans(self) -> None:
        """Worker processes stand in groups of their own, so they outlive who started them: end those of this folder."""
        mark = f"WAYSTATION_DATA_DIR={self.folder / 'var'}".encode()
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:
                continue

    # ------------------------------------------------------------------------------------ backup and restore
    def back_up(self, to: Path) -> None:
        """As docs/operations.md says: Temporal's data first, then the store's, while all goes on."""
        with (
            closing(sqlite3.connect(self.temporal_data)) as source,
            closing(sqlite3.connect(to / "temporal.db")) as copy,
        ):
            source.backup(copy)
        self._postgres("pg_dump", "--format=custom", f"--file={to / 'store.dump'}", self.database_url)

    def restore(self, source: Path) -> None:
        """Both, into an empty database and an empty folder. Nothing runs."""
        for left in self.folder.glob("temporal.db*"):
            left.unlink()
        shutil.copy(source / "temporal.db", self.temporal_data)
        maintenance = self.postgres.at(self.postgres.maintenance)
        self._postgres("psql", "-qc", f"DROP DATABASE {self.store} WITH (FORCE)", maintenance)
        self._postgres("psql", "-qc", f"CREATE DATABASE {self.store}", maintenance)
        self._postgres("pg_restore", "--exit-on-error", f"--dbname={self.database_url}", str(source / "store.dump"))

    def make_store(self) -> None:
        self._postgres("psql", "-qc", f"CREATE DATABASE {self.store}", self.postgres.at(self.postgres.maintenance))

    def ask_store(self, query: str) -> str:
        """What the store's database answers, a row a line."""
        asked = ["psql", "-qtAc", query, self.database_url]
        return subprocess.run(asked, check=True, timeout=300, capture_output=True, text=True).stdout

    def _postgres(self, program: str, *arguments: str) -> None:
        subprocess.run([program, *arguments], check=True, timeout=1_200)

    def check(self) -> str:
        """`waystation rebuild --check` and `waystation audit verify`: what they print, or an error."""
        said = ""
        for command in (["rebuild", "--check"], ["audit", "verify"]):
            ran = subprocess.run(
                [*self.command, *command],
                cwd=self.release,
                env=self.environment(self.ports[0]),
                capture_output=True,
                text=True,
                timeout=1_200,
                check=False,
            )
            assert ran.returncode == 0, ran.stdout + ran.stderr
            said += ran.stdout
        return said
