"""What operators and machines look at: whether the process lives, what it lacks to be ready, and its figures."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import prometheus_client
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from temporalio.service import RPCError

from designer_api.auth.entrance import address_of, unauthenticated
from designer_api.auth.needs import anybody
from designer_api.deps import Held, Parts
from waystation.contracts.errors import Unavailable
from waystation.store.figures import Figures, figures

#: Name -> what it says, and where it stands.
_Figure = tuple[str, Callable[[Figures], Mapping[Any, float]]]
_BY_PROCESS: dict[str, _Figure] = {
    "waystation_cases_open": ("Open and suspended cases.", lambda known: known.cases),
    "waystation_cases_overdue": ("Open cases past their time.", lambda known: known.cases_overdue),
    "waystation_tasks_open": ("Tasks that wait for somebody.", lambda known: known.tasks),
    "waystation_tasks_overdue": ("Open tasks past their time.", lambda known: known.tasks_overdue),
    "waystation_incidents_open": ("Incidents that wait for an operator.", lambda known: known.incidents),
}
_BY_KIND: dict[str, _Figure] = {
    "waystation_outbox_waiting": ("What is decided and not yet done.", lambda known: known.waiting),
    "waystation_outbox_dead": ("What was given up.", lambda known: known.dead),
}
router = APIRouter(tags=["operations"], dependencies=[anybody])

#: Figures of the business are counted anew after this long, however often somebody asks.
_FRESH = timedelta(seconds=15)
#: Seconds that database and engine get to answer.
_PATIENCE = 5.0
OK = "ok"
#: Headers that say that a proxy is between us and who asks.
_PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip")


@router.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> str:
    """The process is alive."""
    return OK


@router.get("/readyz", response_class=PlainTextResponse)
async def readyz(held: Held) -> str:
    """Database and Temporal server answer. Not ready: `detail` has the code of what is wrong, by part."""
    database, engine = await asyncio.gather(_database(held), _engine(held))
    if (database, engine) != (OK, OK):
        raise Unavailable(
            "not_ready",
            f"not ready: database {database}, engine {engine}",
            f"尚未就绪：数据库 {database}，流程引擎 {engine}",
            {"database": database, "engine": engine},
        )
    return "ready"


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request, held: Held) -> Response:
    """Prometheus metrics, for this machine and for who has the key of `WAYSTATION_METRICS_KEY`."""
    if not may_measure(request, held.settings.metrics_key):
        raise unauthenticated()
    counted = await request.app.state.business.text(held)
    own = prometheus_client.generate_latest()
    return Response(own + counted, media_type=prometheus_client.CONTENT_TYPE_LATEST)


def may_measure(request: Request, key: str | None) -> bool:
    """Whether somebody may read the figures: with the key; without any, on this machine and not through a proxy."""
    if key is not None:
        sent = request.headers.get("authorization", "")
        return hmac.compare_digest(sent.encode(), f"Bearer {key}".encode())
    if any(name in request.headers for name in _PROXIED):
        return False
    try:
        return ip_address(address_of(request)).is_loopback
    except ValueError:
        return False


async def _database(held: Parts) -> str:
    try:
        async with asyncio.timeout(_PATIENCE):
            await held.database.ping()
    except Unavailable as error:
        return error.code
    except TimeoutError:
        return "database_unavailable"
    return OK


async def _engine(held: Parts) -> str:
    try:
        async with asyncio.timeout(_PATIENCE):
            healthy = await held.gateway.client.service_client.check_health()
    except (RPCError, RuntimeError, TimeoutError):  # a call given up is an RPCError; RuntimeError: never reached at all
        return "engine_unavailable"
    return OK if healthy else "engine_unavailable"


@dataclass(slots=True)
class Business:
    """The figures of the business as this process has counted them last."""

    counted_at: datetime | None = None
    known: Figures | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def text(self, held: Parts) -> bytes:
        """For Prometheus; without the business where the database does not answer, which is itself a figure."""
        async with self.lock:
            at = datetime.now(UTC)
            if self.counted_at is None or at - self.counted_at >= _FRESH:
                try:
                    self.known = await figures(held.database, at)
                except Unavailable:
                    self.known = None
                self.counted_at = at
            registry = CollectorRegistry()
            registry.register(_Shown(self.known))
            return prometheus_client.generate_latest(registry)


#: Name -> labels of every figure of the business.
FAMILIES: dict[str, tuple[str, ...]] = {
    "waystation_database_up": (),
    "waystation_outbox_oldest_seconds": ("tenant",),
    **dict.fromkeys(_BY_PROCESS, ("tenant", "process")),
    **dict.fromkeys(_BY_KIND, ("tenant", "kind")),
}


class _Shown(Collector):
    def __init__(self, known: Figures | None) -> None:
        self._known = known

    def collect(self) -> Iterable[Metric]:
        known = self._known
        yield GaugeMetricFamily("waystation_database_up", "1 while the database answers.", value=int(known is not None))
        if known is None:
            return
        for name, (text, counts) in (_BY_PROCESS | _BY_KIND).items():
            yield _family(name, text, counts(known))
        late = {(tenant,): seconds for tenant, seconds in known.oldest.items()}
        yield _family("waystation_outbox_oldest_seconds", "How long what is due and not done is past its time.", late)


def _family(name: str, text: str, values: Mapping[Any, float]) -> GaugeMetricFamily:
    made = GaugeMetricFamily(name, text, labels=FAMILIES[name])
    for labels, value in sorted(values.items()):
        made.add_metric(labels, value)
    return made
