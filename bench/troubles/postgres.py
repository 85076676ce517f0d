"""A PostgreSQL of its own, as safe as one in production: it may be killed at any moment, and comes back."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from waystation.temporal_server import free_port

#: Seconds until it must answer, also after a crash.
_START_LIMIT = 90


class Postgres:
    """One server in a folder, without a database yet; `start` it first."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("initdb") or max(glob.glob("/usr/lib/postgresql/*/bin/initdb"), default="")
        if not found:
            raise RuntimeError("PostgreSQL is not installed: tools/install-databases")
        self.binaries, self.folder, self.port = Path(found).resolve().parent, folder, free_port()
        self.crashes = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._as_user: dict[str, Any] = {"cwd": "/", "stdin": subprocess.DEVNULL}
        folder.mkdir(parents=True)
        if os.geteuid() == 0:  # the server refuses to run as root
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
            self._as_user |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]
        self._run("initdb", "-D", str(folder / "data"), *options)

    def url(self, port: int | None = None) -> str:
        """Of the database `waystation`, by way of another port if given."""
        return f"postgresql://postgres@127.0.0.1:{port or self.port}/waystation"

    def start(self) -> None:
        """Start it, or start it again after a crash; returns once it answers."""
        place = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-p", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.binaries / "postgres", *place, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"],
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as_user,
            )
        give_up = time.monotonic() + _START_LIMIT
        while self._ask("pg_isready") != 0:
            if time.monotonic() > give_up or self._process.poll() is not None:
                raise RuntimeError(f"PostgreSQL does not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)

    def create(self) -> None:
        """The database `waystation`."""
        self._run("createdb", *self._place(), "waystation")

    def kill(self) -> None:
        """`kill -9`, the whole of it."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.crashes += 1
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)

    def _place(self) -> list[str]:
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]

    def _ask(self, program: str) -> int:
        command = [str(self.binaries / program), *self._place()]
        return subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as_user)
