"""What travels through Temporal arrives as it was: exact decimals, times, structs, and no plan that is not known."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata

from waystation.contracts.events import Command
from waystation.contracts.plan import Body, Node, Plan, Start, canonical_json, plan_hash
from waystation.contracts.runs import Carried, CaseInput
from workflows.plans import PlanMissing, Plans
from workflows.wire import WIRE

CONVERTER = WIRE.payload_converter
NOW = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)


def test_decimals_stay_exact() -> None:
    """0.10 is neither a float nor 0.1 written otherwise."""
    payload = CONVERTER.to_payload({"price": Decimal("0.10"), "n": 3})
    found = CONVERTER.from_payload(payload)
    assert ("0.10", 3) == (str(found["price"]), found["n"])
    assert isinstance(found["price"], Decimal)


def test_structs_arrive_as_what_they_were() -> None:
    """A command and the input of a run, with a state inside, are read back by their types."""
    command = Command(NOW, "c1", "complete", "ann", "ask", {"form": {"amount": Decimal("1.50")}})
    given = CaseInput("t", "c", "p", 1, "h", carried=Carried(msgspec.Raw(b'{"seq":3}')), command=command)
    found: CaseInput = CONVERTER.from_payload(CONVERTER.to_payload(given), CaseInput)
    assert command == found.command
    assert found.carried is not None
    assert b'{"seq":3}' == bytes(found.carried.state)
    assert b"null" == bytes(CONVERTER.from_payload(CONVERTER.to_payload(Carried()), Carried).state)


def test_temporals_own_messages_pass() -> None:
    """Its page asks workflows for their details in messages of its own."""
    assert CONVERTER.to_payload(WorkflowMetadata(current_details="x")) is not None


def test_a_missing_plan_is_asked_for_and_found_later() -> None:
    """A miss fails, and says to whoever loads plans what is missing; the next look finds it."""
    plan = Plan("p", Start("a"), Body("a", {"a": Node("end")}))
    plans, wanted = Plans(), []
    plans.load_with(lambda tenant, digest: wanted.append((tenant, digest)))
    with pytest.raises(PlanMissing):
        plans.find("t", plan_hash(plan))
    assert [("t", plan_hash(plan))] == wanted
    made = plans.put(plan_hash(plan), canonical_json(plan))
    assert plans.find("t", plan_hash(plan)) is made is plans.put(plan_hash(plan), canonical_json(plan))
    assert len(wanted) == 1
