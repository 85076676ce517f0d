"""With keys, Temporal keeps nothing that can be read; cases run, replay and change keys all the same."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.support.house import House, failing
from tests.support.personal import NEW, OLD
from tests.support.sealing import PROCESS, raw, with_keys
from waystation.contracts.errors import Refused
from workflows.graph import CaseWorkflow

SECRETS = (b"PHONE-13800138000", b"ANSWER-XQ77")


async def test_a_case_leaves_nothing_readable_and_replays(house: House) -> None:
    """Arguments, results, answers, refusals and failures of a case are sealed; its history replays with the keys."""
    house = await with_keys(house, NEW)
    house.actions["probe.call"] = failing("probe.no", times=1, then={})
    await house.employ("bob")
    await house.publish("p", PROCESS, actions=("probe.call",))
    async with house.open():
        case = await house.start("p", {"phone": "PHONE-13800138000"})
        await house.at(case, "ask")
        with pytest.raises(Refused, match="not_yours"):
            await house.does(case, "eve", "complete", "ask", outcome="done", form={"answer": "ANSWER-XQ77"})
        await house.does(case, "bob", "complete", "ask", outcome="done", form={"answer": "ANSWER-XQ77"})
        state = await house.ended(case)
    assert state.data == {"phone": "PHONE-13800138000", "answer": "ANSWER-XQ77"}
    found = await raw(house, case)
    assert b"binary/waystation-sealed" in found
    assert not [secret for secret in SECRETS if secret in found]
    replayer = Replayer(workflows=[CaseWorkflow], data_converter=house.client.data_converter)
    history = WorkflowHistory(house.handle(case).id, (await house.runs(case))[0].events)
    assert (await replayer.replay_workflow(history)).replay_failure is None


async def test_keys_are_changed_under_open_cases(house: House) -> None:
    """A case that began under the old key goes on under the new one; a worker without a key waits for it."""
    before, after = await with_keys(house, OLD), await with_keys(house, NEW, OLD)
    await house.employ("bob")
    await house.publish("p", PROCESS, actions=("probe.call",))
    async with before.open(cached=0):
        case = await before.start("p", {"phone": "1"})
        await before.at(case, "ask")
    async with after.open(cached=0):
        await after.does(case, "bob", "complete", "ask", outcome="done", form={"answer": "x"})
        state = await after.ended(case)
    assert state.data == {"phone": "1", "answer": "x"}
    assert b"old" in await raw(after, case)
    assert b"new" in await raw(after, case)
