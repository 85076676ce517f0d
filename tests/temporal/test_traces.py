"""A trace from the request through the workflow to the action, as a collector gets it; nothing of what people typed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import prometheus_client
import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from temporalio.client import Client

from activities._runtime import ActionRequest
from designer_api.auth import tokens
from designer_api.deps import Parts
from tests.support.applications import application
from tests.support.collector import Collector, collector
from tests.support.house import House, failing
from waystation.compiler.library import Library
from waystation.contracts.catalog import Catalog
from waystation.settings import Settings
from waystation.tracing import Tracing
from workflows.nodes import discover
from workflows.wire import WIRE

#: Like a name or a number that somebody types; nobody but the case may have it.
SECRET = "planted-5f1c-secret"
STEPS = """
    data: { phone: { type: string } }
    required: [phone]
    nodes:
      book: { kind: action, do: x.book, with: { phone: "${ data.phone }" }, next: tell }
      tell: { kind: action, do: x.tell, with: { phone: "${ data.phone }" }, next: end }
"""


async def book(request: ActionRequest) -> dict[str, str]:
    return {"booked": str(request.args["phone"])}


async def ask(house: House, tracing: Tracing, folder: Path) -> httpx.Response:
    """Start a case over HTTP, as a person, joining a trace of whoever calls."""
    async with house.database.write(house.tenant) as session:
        token = await tokens.make(session, "ann", datetime.now(UTC), kind=tokens.SIGNED_IN, lasts=timedelta(hours=1))
    parts = Parts(Settings(data_dir=folder), house.database, house.gateway, Catalog(discover(), {}), Library())
    app = application(parts, tracer=tracing.tracer)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        return await http.post(
            "/api/v1/cases?secret=" + SECRET,
            json={"process": "traced", "data": {"phone": SECRET}},
            headers={
                "Authorization": f"Bearer {token}",
                "X-Request-Id": "request-0001",
                "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
        )


@pytest.fixture
def kept() -> Iterator[Collector]:
    with collector() as made:
        yield made


async def test_a_trace_leads_from_the_request_to_the_action(house: House, kept: Collector, tmp_path: Path) -> None:
    """One trace: request, start, workflow, action; with ids of the case, and without a word of what was typed."""
    tracing = Tracing.to(OTLPSpanExporter(endpoint=f"{kept.url}/v1/traces", timeout=5), "waystation-test")
    client = await Client.connect(
        house.client.service_client.config.target_host, data_converter=WIRE, interceptors=[tracing.interceptor]
    )
    traced = House(client, house.database, house.tenant, f"q{uuid.uuid4().hex}")
    traced.actions = {"x.book": book, "x.tell": failing(f"no_{SECRET}", kind="business")}
    await traced.employ("ann")
    async with traced.open():
        await traced.publish("traced", STEPS, actions=("x.book", "x.tell"))
        answer = await ask(traced, tracing, tmp_path)
        assert answer.status_code == 201, answer.text
        case = answer.json()["case"]["id"]
        await traced.at(case, "tell")
    tracing.close()

    (request,) = kept.named("POST /api/v1/cases")
    told = {one.key: one.value.string_value or one.value.int_value for one in request.attributes}
    assert told["waystation.request"] == answer.headers["X-Request-Id"] == "request-0001"
    assert (told["http.route"], told["http.response.status_code"]) == ("/api/v1/cases", 201)
    assert told["waystation.tenant"] == house.tenant
    (action,) = kept.named("RunActivity:x.book")
    assert kept.above(action)[-1] == "POST /api/v1/cases"
    assert [name.partition(":")[0] for name in kept.above(action)] == [
        "StartActivity",
        "StartWorkflow",
        "POST /api/v1/cases",
    ]
    (run,) = [span for _, span in kept.spans if span.name.startswith("RunWorkflow:")]
    assert kept.above(run) == kept.above(action)[1:]
    assert {span.trace_id.hex() for span in (request, run, action)} == {"0af7651916cd43dd8448eb211c80319c"}
    assert {service for service, _ in kept.spans} == {"waystation-test"}
    assert all(SECRET.encode() not in body for body in kept.raw)
    assert SECRET not in prometheus_client.generate_latest().decode()


def test_nothing_is_traced_without_a_collector() -> None:
    """Traces are off until an address is set."""
    assert Tracing.of(Settings(), "waystation-api") is None
