"""Everything on one machine: Temporal, database, worker and API, started in order, kept running, stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from designer_api.temporal_page import CODEC
from waystation.bootstrap import build_catalog
from waystation.contracts.errors import Refused, Unavailable
from waystation.provision import DEMO, Provisioned, provision_demo
from waystation.sealing.ring import KeyRing
from waystation.server import database_url, open_database, temporal_address
from waystation.settings import PREFIX, Settings
from waystation.store import migrate
from waystation.temporal_server import TemporalServer

#: Seconds until the API must answer.
READY_LIMIT = 60.0
#: Seconds that a child gets to stop by itself.
STOP_LIMIT = 30.0
#: A child that ends is started again, not faster than this many seconds apart.
RESTART_PAUSE = 1.0


@dataclass(slots=True)
class Child:
    """A process of ours: what starts it, and the running one."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


@dataclass(slots=True)
class Children:
    """Processes kept running: one that ends is started again, because a case waits and is not lost.

    Args:
        logs: folder of a log per child; without one they write where we do.
    """

    settings: Settings
    logs: Path | None = None
    all: list[Child] = field(default_factory=list)

    def start(self, name: str, *arguments: str) -> None:
        """Start one by its arguments to `waystation`."""
        child = Child(name, [sys.executable, "-m", "waystation.cli", *arguments])
        self.all.append(child)
        self._spawn(child)

    def _spawn(self, child: Child) -> None:
        """In a group of its own, so that Ctrl-C comes to us, who stop things in order."""
        out = self.log(child).open("ab") if self.logs is not None else None
        try:
            child.process = subprocess.Popen(
                child.arguments,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                env=environment(self.settings),
            )
        finally:
            if out is not None:
                out.close()

    def log(self, child: Child) -> Path:
        return (self.logs or Path()) / f"{child.name}.log"

    def ended(self) -> list[Child]:
        """Those that run no more."""
        return [child for child in self.all if child.has_ended]

    def start_again(self) -> None:
        """Start those that have ended."""
        for child in self.ended():
            code = child.process.returncode if child.process is not None else None
            print(f"{child.name} ended with {code}; starting it again  {child.name} 已退出，正在重启", flush=True)
            self._spawn(child)

    async def stop(self) -> None:
        """Ask all to stop, last started first, and wait for them."""
        for child in reversed(self.all):
            if child.process is not None and not child.has_ended:
                child.process.terminate()
        for child in reversed(self.all):
            if child.process is not None:
                await asyncio.to_thread(_wait_or_kill, child.process)


@dataclass(slots=True)
class Supervisor:
    """Runs a whole installation in the foreground.

    Args:
        demo: load the tenant `demo`; refused on any bind but loopback.
    """

    settings: Settings
    demo: bool = True
    workers: int = 1
    children: Children = field(init=False)
    temporal: TemporalServer | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.children = Children(self.settings, self.settings.data_dir)

    async def run(self) -> int:
        """Start everything, wait for a signal, stop everything. The exit code."""
        _on_signal(self.stopping)
        try:
            await self._start()
            while not await _asked(self.stopping, RESTART_PAUSE):
                await self._look_after()
        finally:
            await self._stop()
        return 0

    # ------------------------------------------------------------------------------------------- starting
    async def _start(self) -> None:
        settings = self.settings
        if self.demo and not settings.loopback:
            raise Refused(
                "demo_not_local",
                f"demo people are for this machine only; {settings.host} can be reached from outside: use --no-demo",
                f"演示账号只能用于本机，而 {settings.host} 可从外部访问：请使用 --no-demo",
            )
        refuse_taken(settings.host, settings.port)
        if settings.temporal_address is None:
            refuse_taken("127.0.0.1", settings.temporal_port, "WAYSTATION_TEMPORAL_PORT")
            refuse_taken("127.0.0.1", settings.temporal_ui_port, "WAYSTATION_TEMPORAL_UI_PORT")
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if settings.temporal_address is None:
            self.temporal = await self._start_temporal()
        await migrate.upgrade(database_url(settings))
        made = await self._provision() if self.demo else Provisioned()
        for number in range(1, self.workers + 1):
            self.children.start(f"worker-{number}", "worker", "--processes", "1", "--name", f"worker-{number}")
        self.children.start("api", "api")
        await self._wait_until_ready()
        print(self._greeting(made), flush=True)

    async def _provision(self) -> Provisioned:
        database = open_database(self.settings)
        try:
            return await provision_demo(database, build_catalog())
        finally:
            await database.close()

    async def _start_temporal(self) -> TemporalServer:
        settings = self.settings
        return await TemporalServer.start(
            data=settings.data_dir / "temporal.db",
            port=settings.temporal_port,
            ui_port=settings.temporal_ui_port,
            log=settings.data_dir / "temporal.log",
            namespace=settings.temporal_namespace,
            codec=f"{settings.url}{CODEC}" if KeyRing.of(settings) is not None else None,
        )

    async def _wait_until_ready(self) -> None:
        loop = asyncio.get_running_loop()
        give_up = loop.time() + READY_LIMIT
        while not self.stopping.is_set():
            if await asyncio.to_thread(answers, f"{self.settings.url}/readyz"):
                return
            dead = self.children.ended()
            if dead or loop.time() > give_up:
                raise _not_starting(self.children.log((dead or self.children.all[-1:])[0]))
            await asyncio.sleep(0.1)

    # -------------------------------------------------------------------------------------------- running
    async def _look_after(self) -> None:
        if self.temporal is not None and self.temporal.process.poll() is not None:
            print("Temporal ended; starting it again  Temporal 已退出，正在重启", flush=True)
            try:
                self.temporal = await self._start_temporal()
            except (Refused, Unavailable) as error:
                print(f"{error.en}  {error.zh}", flush=True)
        self.children.start_again()

    async def _stop(self) -> None:
        """API first, then workers, then Temporal."""
        await self.children.stop()
        if self.temporal is not None:
            await self.temporal.stop()

    # ------------------------------------------------------------------------------------------- greeting
    def _greeting(self, made: Provisioned) -> str:
        settings = self.settings
        lines = ["", f"  Waystation 驿站   {settings.url}", ""]
        if self.temporal is not None:
            lines.append(f"  Temporal          {self.temporal.ui_url}")
        else:
            lines.append(f"  Temporal          {temporal_address(settings)}")
        if self.demo:
            lines += ["", *_sign_ins(made)]
        lines += ["", "  Ctrl-C stops everything; cases go on next time.  按 Ctrl-C 停止，流程下次继续。", ""]
        return "\n".join(lines)


def _sign_ins(made: Provisioned) -> list[str]:
    """One sign-in per role; passwords are known only when they are made."""
    if not made.passwords:
        return [
            f"  Sign-ins of tenant {DEMO} are as printed the first time; forgotten: waystation people password USER",
            f"  租户 {DEMO} 的账号密码只在首次启动时显示；忘记可运行：waystation people password USER",
        ]
    lines = [f"  Sign in to tenant {DEMO} (shown once):  登录租户 {DEMO}（仅显示一次）："]
    shown: set[str] = set()
    for person in made.organisation.people.values():
        role = next((role for role in person.roles if role not in shown), None)
        if role is not None and person.id in made.passwords:
            shown.add(role)
            lines.append(f"    {role:<20} {person.id:<12} {made.passwords[person.id]}   {person.name}")
    return lines


def answers(url: str) -> bool:
    """Does an address answer with success?"""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def refuse_taken(host: str, port: int, name: str = "WAYSTATION_PORT") -> None:
    """Raise `port_in_use` when somebody listens there; `name` is the variable that would choose another."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise Refused(
                "port_in_use",
                f"port {port} is in use; stop what listens there or set {name}",
                f"端口 {port} 已被占用：请停止占用者，或设置 {name}",
                {"port": port},
            ) from None


def environment(settings: Settings) -> Mapping[str, str]:
    """Our own settings for a child, whatever they came from."""
    own = {name: field for name, field in Settings.variables().items() if name.startswith(PREFIX)}
    values = {name: getattr(settings, field) for name, field in own.items()}
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
        **{name: str(value) for name, value in values.items() if value is not None},
        "PYTHONUNBUFFERED": "1",
    }


async def keep_workers(
    settings: Settings, number: int, name: str, health_port: int | None, health_host: str = "127.0.0.1"
) -> None:
    """Run several workers until a signal; one that ends is started again."""
    stopping = asyncio.Event()
    _on_signal(stopping)
    children = Children(settings)
    try:
        for each in range(number):
            port = []
            if health_port is not None:
                port = ["--health-port", str(health_port + each), "--health-host", health_host]
            children.start(f"{name}-{each + 1}", "worker", "--processes", "1", "--name", f"{name}-{each + 1}", *port)
        while not await _asked(stopping, RESTART_PAUSE):
            children.start_again()
    finally:
        await children.stop()


def _on_signal(stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)


async def _asked(stopping: asyncio.Event, seconds: float) -> bool:
    """Whether we are asked to stop, after at most this long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()
    return stopping.is_set()


def _not_starting(log: Path) -> Unavailable:
    name, end = log.stem, _tail(log)
    return Unavailable(
        "not_starting",
        f"{name} does not start; its log is {log}:\n{end}",
        f"{name} 无法启动，日志见 {log}：\n{end}",
    )


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: Path, lines: int = 15) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
