"""What takes seconds of sealed payloads: tries that fail first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from temporalio.service import RPCError, RPCStatusCode

from activities._runtime import ActionRequest
from tests.support.house import House, eventually
from tests.support.personal import NEW, OLD
from tests.support.sealing import PROCESS, raw, with_keys
from waystation.contracts.events import MessageArrived
from waystation.sealing.ring import KeyRing
from waystation.store import erasing


async def fault(_: ActionRequest) -> Any:
    raise RuntimeError("FAULT-ZZ91")


async def test_what_an_action_dies_of_is_sealed(house: House) -> None:
    """An error that nobody expected carries its text and its trace to Temporal; neither can be read there."""
    house = await with_keys(house, NEW)
    house.actions["probe.call"] = fault
    await house.employ("bob")
    await house.publish("p", PROCESS, actions=("probe.call",))
    async with house.open():
        case = await house.start("p", {"phone": "1"})

        async def failed() -> bool:
            return b"Encoded failure" in await raw(house, case)

        await eventually(failed)
        found = await raw(house, case)
    assert b"FAULT-ZZ91" not in found
    assert b"Traceback" not in found
    assert b"test_sealing.py" not in found


async def test_a_worker_without_the_key_leaves_the_case_alone(house: House) -> None:
    """Its workflow tasks fail and are done again, by a worker that has the key: nothing is lost, no case fails."""
    before, after = await with_keys(house, OLD), await with_keys(house, NEW, OLD)
    await house.employ("bob")
    await house.publish("p", PROCESS, actions=("probe.call",))
    async with after.open():
        case = await after.start("p", {"phone": "1"})
        await after.at(case, "ask")
    # Nobody waits for this message in the case.
    async with before.open(cached=0):
        await after.gateway.deliver_message(after.tenant, case, MessageArrived(datetime.now(UTC), "m1", "nothing", {}))

        async def refused() -> int:
            return (await after.events(case))["WORKFLOW_TASK_FAILED"]

        await eventually(refused)
    async with after.open(cached=0):
        await after.does(case, "bob", "complete", "ask", outcome="done", form={"answer": "x"})
        assert (await after.ended(case)).data["answer"] == "x"


async def test_an_erased_person_is_gone_from_temporal_too(house: House) -> None:
    """The histories of his ended cases are deleted; the case stands in the store as before, without him."""
    house = await with_keys(house, NEW)
    house.database.ring = KeyRing.read(NEW)
    await house.employ("bob")
    personal = PROCESS.replace("phone: { type: string }", "phone: { type: string, personal: phone }")
    await house.publish("p", personal, actions=("probe.call",))
    async with house.open():
        case = await house.start("p", {"phone": "13800138000"})
        await house.does(case, "bob", "complete", "ask", outcome="done", form={"answer": "x"})
        await house.ended(case)
        async with house.database.write(house.tenant) as session:
            at = datetime.now(UTC)
            await erasing.erase(session, "phone", "13800138000", actor="dpo", reason="asked", at=at)

        async def forgotten() -> bool:
            try:
                await house.handle(case).describe()
            except RPCError as error:
                return error.status == RPCStatusCode.NOT_FOUND
            return False

        await eventually(forgotten)
        state = await house.ended(case)
    assert state.data == {"phone": None, "answer": "x"}
