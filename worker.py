"""One worker process: works cases until it is asked to stop, and says how it is.

`waystation worker` runs one of these per core. A signal lets running actions end, then the process leaves; whatever it
had in hand is taken up by another worker. `/healthz`, `/readyz` and `/metrics` answer on the health port.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address

import prometheus_client
import structlog
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from activities._engine import CatalogRunner
from designer_api.events.deliveries import Webhooks
from waystation import collector
from waystation.bootstrap import build_catalog
from waystation.case_worker import Beside, PlanLoader, case_worker
from waystation.contracts.errors import Unavailable
from waystation.gateway.contact_pulls import ContactPulls
from waystation.gateway.doubts import doubt_recent
from waystation.gateway.wire import converter
from waystation.housekeeping import Housekeeper, Rules
from waystation.logs import configure_logs
from waystation.outside import Outside
from waystation.post import Post
from waystation.sealing.ring import KeyRing
from waystation.server import open_database, temporal_address
from waystation.settings import Settings
from waystation.store.session import Database
from waystation.temporal_server import knows_marks
from waystation.tracing import Tracing

#: Seconds between tries while Temporal or the database is not there yet.
_AGAIN = 0.5

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Health:
    """What the health port says.

    Args:
        figures: where the Temporal library shows its own metrics.
        lacks: what it waits for before it can work.
        key: who sends it may read the figures; without one, only where nobody but this machine can ask (`loopback`).
    """

    database: Database
    figures: str | None = None
    working: bool = False
    lacks: str = "starting"
    key: str | None = None
    loopback: bool = True
    leaving: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, path: str, authorization: str = "") -> tuple[int, str]:
        """Status and text for a path."""
        match path:
            case "/healthz":
                return 200, "ok\n"
            case "/readyz":
                return await self._readiness()
            case "/metrics" if not self._may_measure(authorization):
                return 401, "unauthenticated\n"
            case "/metrics":
                own = prometheus_client.generate_latest().decode()
                return 200, own + (await _fetch(self.figures) if self.figures else "")
        return 404, "not found\n"

    def _may_measure(self, authorization: str) -> bool:
        if self.key is None:
            return self.loopback
        return hmac.compare_digest(authorization.encode(), f"Bearer {self.key}".encode())

    async def _readiness(self) -> tuple[int, str]:
        if self.leaving.is_set():
            return 503, "not ready: stopping\n"
        if not self.working:
            return 503, f"not ready: {self.lacks}\n"
        try:
            await self.database.ping()
        except Unavailable as error:
            return 503, f"not ready: {error.code}\n"
        return 200, "ready\n"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of HTTP/1.0; more than a path is never needed here."""
        with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(5):
                line = (await reader.readline()).decode("latin-1").split(" ")
                sent = ""
                while head := (await reader.readline()).decode("latin-1").strip():
                    name, _, value = head.partition(":")
                    sent = value.strip() if name.lower() == "authorization" else sent
                status, text = await self.answer(line[1] if len(line) > 1 else "", sent)
                body = text.encode()
                head = f"HTTP/1.0 {status} -\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}"
                writer.write(head.encode() + b"\r\n\r\n" + body)
                await writer.drain()
        writer.close()


async def run_worker(
    settings: Settings, *, name: str = "worker", health_port: int | None = None, health_host: str = "127.0.0.1"
) -> None:
    """Work cases until SIGTERM or SIGINT.

    Args:
        name: tells this process from others in logs and on Temporal's page.
        health_port: where it answers; nowhere without one.
    """
    configure_logs(settings.log_level)
    outside, tracing = Outside.of(settings), Tracing.of(settings, "waystation-worker")
    database = open_database(settings)
    figures = f"127.0.0.1:{_free_port()}" if health_port else None
    health = Health(database, figures, key=settings.metrics_key, loopback=ip_address(health_host).is_loopback)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, health.leaving.set)
    listening = await asyncio.start_server(health.serve, health_host, health_port) if health_port else None
    try:
        client = await _connect(settings, figures, health, tracing)
        if client is not None:
            collector.settle()
            await _work(client, database, name, health, outside, _beside(database, settings, outside, name))
    finally:
        if listening is not None:
            listening.close()
        if tracing is not None:
            await asyncio.to_thread(tracing.close)
        await database.close()


def _beside(database: Database, settings: Settings, outside: Outside, name: str) -> list[Beside]:
    own = f"{name}@{socket.gethostname()}:{os.getpid()}"
    post, told = Post.of(database, settings, outside.reach).carrier(own), Webhooks(database, outside.reach, own)
    return [Housekeeper(database, Rules.of(settings)), ContactPulls(database, settings), post, told]


async def _work(
    client: Client, database: Database, name: str, health: Health, outside: Outside, beside: Sequence[Beside]
) -> None:
    catalog = build_catalog()
    identity = f"{name}@{socket.gethostname()}:{os.getpid()}"
    marks = await knows_marks(client)
    await _load_plans(database, health.leaving)
    runner = CatalogRunner(catalog.actions, database, outside)
    async with case_worker(client, database, runner, name=identity, marks=marks, beside=beside):
        health.working = True
        _log.info("working", worker=identity)
        await health.leaving.wait()
        _log.info("stopping", worker=identity)


async def _load_plans(database: Database, leaving: asyncio.Event) -> None:
    """Plans of open cases beforehand, so that the first tasks need not wait for them; after a crash, doubts too."""
    while not leaving.is_set():
        try:
            await PlanLoader(database).load_in_use()
            await doubt_recent(database)
        except Unavailable as error:
            _log.warning("database_not_answering", code=error.code)
            await asyncio.sleep(_AGAIN)
        else:
            return


async def _connect(settings: Settings, figures: str | None, health: Health, tracing: Tracing | None) -> Client | None:
    """A client once the server answers; None when the process is asked to stop before."""
    leaving, interceptors = health.leaving, [tracing.interceptor] if tracing is not None else []
    address, wire = temporal_address(settings), converter(KeyRing.of(settings))
    runtime = Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(figures))) if figures else None
    said = False
    while not leaving.is_set():
        try:
            client = await Client.connect(
                address,
                namespace=settings.temporal_namespace,
                data_converter=wire,
                runtime=runtime,
                interceptors=interceptors,
            )
        except RuntimeError as error:
            health.lacks = "engine_unavailable"
            if not said:
                _log.warning("temporal_not_answering", address=address, cause=str(error))
            said = True
            with suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN):
                    await leaving.wait()
        else:
            health.lacks = "plans_not_loaded"
            return client
    return None


async def _fetch(address: str) -> str:
    """The metrics of the Temporal library, which serves them itself."""
    host, _, port = address.partition(":")
    try:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /metrics HTTP/1.0\r\n\r\n")
        await writer.drain()
        answer = await reader.read()
        writer.close()
    except OSError:
        return ""
    return answer.decode(errors="replace").partition("\r\n\r\n")[2]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
