"""A case from its start to its end on a real server: people, actions, timers, refusals, and what the store shows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError, CancelledError

from tests.support.house import QUICK, House, eventually, failing
from waystation.contracts.errors import Refused, Unavailable
from waystation.contracts.events import Command, EntryKind
from waystation.store import task_lists

ASK_THEN_DO = """
    data: { note: { type: string } }
    nodes:
      ask: { kind: task, assign: [{ user: ann }], save: { note: "${ form.note ?? 'none' }" }, next: one }
      one: { kind: action, do: x.one, next: two }
      two: { kind: action, do: x.two, next: end }
"""
FIVE = """
    nodes:
      a: { kind: action, do: x.a, next: b }
      b: { kind: action, do: x.b, next: c }
      c: { kind: action, do: x.c, next: d }
      d: { kind: action, do: x.d, next: e }
      e: { kind: action, do: x.e, next: end }
"""
TRY = """
    nodes:
      go: { kind: action, do: x.go, retry: { max_attempts: 4, first: 1s, factor: 1, max: 1s }, next: end }
"""
BOOK_THEN_WAIT = """
    nodes:
      book: { kind: action, do: x.book, undo: { do: x.unbook, with: { reason: "off" } }, next: hold }
      hold: { kind: task, assign: [{ user: ann }], next: end }
"""


async def test_a_start_answers_when_people_have_been_asked(house: House) -> None:
    """Whoever starts a case finds its first task in the inbox when the answer arrives."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", ASK_THEN_DO, actions=("x.one", "x.two"))
        case = await house.start("p", actor="bob")
        async with house.database.read(house.tenant) as session:
            inbox = await task_lists.inbox(session, "ann")
    assert [(case, "ask")] == [(item.task.case_id, item.task.path) for item in inbox.items]


async def test_a_case_that_is_being_started_is_not_an_unknown_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started and not yet written, it answers "try again", and then the command; a case that was never started, 404."""
    monkeypatch.setattr("waystation.gateway.line.FIRST_PATIENCE", timedelta(milliseconds=100))
    await house.employ("ann")
    async with house.open():
        await house.publish("p", ASK_THEN_DO, actions=("x.one", "x.two"))
    case = await house.start("p")
    with pytest.raises(Unavailable) as unavailable:
        await house.does(case, "ann", "complete", "ask", command="c")
    assert unavailable.value.code == "engine_unavailable"
    with pytest.raises(Refused) as refused:
        await house.does("0" * 32, "ann", "complete", "ask")
    assert refused.value.code == "not_found"
    monkeypatch.undo()
    async with house.open():
        assert (await house.does(case, "ann", "complete", "ask", command="c"))["revision"] > 0


async def test_a_command_answers_when_its_effect_is_stored(house: House) -> None:
    """Read your writes: when an answer arrives the inbox has changed. The same command again gives the same answer."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", ASK_THEN_DO, actions=("x.one", "x.two"))
        case = await house.start("p")
        answer = await house.does(case, "ann", "complete", "ask", outcome="done", form={"note": "hi"}, command="k")
        async with house.database.read(house.tenant) as session:
            assert [] == (await task_lists.inbox(session, "ann")).items
        state = await house.ended(case)
        again = await house.does(case, "ann", "complete", "ask", outcome="done", command="k")
    assert ("done", {"note": "hi"}) == (state.ending and state.ending.status, state.data)
    assert answer == again == {"revision": 1, "status": "running"}
    assert ["one", "two"] == [request.path for request in house.calls]


async def test_a_refused_command_is_no_event(house: House) -> None:
    """A validator refuses before anything is written; the refusal arrives with its code and both sentences."""
    await house.employ("ann", "bob")
    async with house.open():
        await house.publish("p", ASK_THEN_DO, actions=("x.one", "x.two"))
        case = await house.start("p")
        state = await house.gateway.state(house.tenant, case)  # answered once the first workflow task is through
        before = await house.events(case)
        with pytest.raises(Refused) as refused:
            await house.does(case, "bob", "complete", "ask", outcome="done")
        assert "not_yours" == refused.value.code
        assert refused.value.zh != refused.value.en != ""
        assert before == await house.events(case)
        assert state == await house.gateway.state(house.tenant, case)


async def test_five_short_actions_cost_six_events(house: House) -> None:
    """What one action decided is written with the next one's effect: six local activities in one workflow task."""
    async with house.open():
        await house.publish("p", FIVE, actions=("x.a", "x.b", "x.c", "x.d", "x.e"))
        case = await house.start("p")
        _ = await house.ended(case)
        events = await house.events(case)
    assert ["a", "b", "c", "d", "e"] == house.rides
    assert 6 == events["MARKER_RECORDED"]
    assert events["WORKFLOW_TASK_COMPLETED"] <= 2, "a slow machine may need a second one"
    entries = await house.journal(case)
    assert list(range(1, len(entries) + 1)) == [entry.seq for entry in entries]


async def test_a_failed_action_loses_nothing_that_rode_with_it(house: House) -> None:
    """A failing action rolls its transaction back; what was to be written with it is written after all."""
    house.actions["x.go"] = failing("x.sold_out", times=1)
    async with house.open():
        await house.publish("p", TRY, actions=("x.go",))
        case = await house.start("p")
        state = await house.at(case, "go", phase="incident")
        failure = state.acts["go"].failure
        assert failure is not None
        assert ("x.sold_out", "出错了 · it went wrong") == (failure.code, failure.title)
        kinds = [entry.kind for entry in await house.journal(case)]
        assert [
            EntryKind.CASE_STARTED,
            EntryKind.NODE_ENTERED,
            EntryKind.ACTION_STARTED,
            EntryKind.ACTION_FAILED,
            EntryKind.INCIDENT_OPENED,
        ] == kinds
        await house.does(case, "", "retry", "go")
        assert "done" == (await house.ended(case)).ending.status  # type: ignore[union-attr]


async def test_passing_failures_are_tried_again_by_the_server(house: House) -> None:
    """The first try is quick and local; the others are an activity with the node's retry rule, counted on."""
    house.actions["x.go"] = failing("x.down", times=2, kind="transient")
    async with house.open():
        await house.publish("p", TRY, actions=("x.go",))
        case = await house.start("p", trial=QUICK)
        _ = await house.ended(case)
        events = await house.events(case)
    assert [1, 2, 3] == [request.attempt for request in house.calls]
    assert 1 == events["ACTIVITY_TASK_SCHEDULED"]


async def test_used_up_tries_are_an_incident_with_the_deepest_cause(house: House) -> None:
    """The code and detail that the action gave reach the case, however many layers carried them."""
    house.actions["x.go"] = failing("x.down", kind="transient")
    async with house.open():
        await house.publish("p", TRY, actions=("x.go",))
        case = await house.start("p", trial=QUICK)
        state = await house.at(case, "go", phase="incident")
    failure = state.acts["go"].failure
    assert failure is not None
    assert ("x.down", {"try": 4}) == (failure.code, failure.detail)
    assert 4 == len(house.calls)


async def test_an_answer_does_not_wait_for_an_outside_action(house: House) -> None:
    """An action with an effect outside is an activity of its own; the command that led to it is answered before."""
    go_on = asyncio.Event()

    async def slow(_: object) -> dict[str, int]:
        await go_on.wait()
        return {}

    await house.employ("ann")
    house.actions["x.one"] = slow
    async with house.open():
        await house.publish("p", ASK_THEN_DO, actions=("x.one", "x.two"), outside="x.one")
        case = await house.start("p")
        await house.does(case, "ann", "complete", "ask", outcome="done")
        assert ["acting"] == [act.phase for act in (await house.gateway.state(house.tenant, case)).acts.values()]
        go_on.set()
        _ = await house.ended(case)


async def test_cancelling_in_temporal_runs_undo(house: House) -> None:
    """The cancel button of Temporal's page means what the command means: undo runs, then the case is cancelled."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", BOOK_THEN_WAIT, actions=("x.book", "x.unbook"))
        case = await house.start("p")
        await house.handle(case).cancel()
        with pytest.raises(WorkflowFailureError) as closed:
            await house.handle(case).result()
        state = await house.ended(case)
    assert isinstance(closed.value.cause, CancelledError)
    assert "cancelled" == (state.ending and state.ending.status)
    assert ["book", "undo:book"] == [request.key for request in house.calls]


async def test_a_failed_case_is_a_failed_workflow(house: House) -> None:
    """Temporal's page shows failed cases as failed, by their code."""
    async with house.open():
        await house.publish("p", "nodes: { stop: { kind: end, error: out_of_stock } }")
        case = await house.start("p")
        with pytest.raises(WorkflowFailureError) as closed:
            await house.handle(case).result()
    assert isinstance(closed.value.cause, ApplicationError)
    assert "out_of_stock" == closed.value.cause.type


async def test_temporals_page_shows_the_business_state(house: House) -> None:
    """Summary and current details are for somebody who runs the business, in both languages."""
    await house.employ("ann")
    async with house.open():
        text = "title: { zh: 借书, en: Lending }\n" + ASK_THEN_DO.replace("\n    ", "\n")
        await house.publish("p", text, actions=("x.one", "x.two"))
        case = await house.start("p")
        about = await house.handle(case).describe()
        assert "借书 · Lending" == await about.static_summary()
        shown = await house.handle(case).query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert "`ask`" in shown.current_details
    assert "ann" in shown.current_details


async def test_a_timer_rings_by_itself(house: House) -> None:
    """A wait ends without anybody's doing."""
    async with house.open():
        await house.publish("p", "nodes: { nap: { kind: wait, for: 1s, next: end } }")
        began = datetime.now(UTC)
        state = await house.ended(await house.start("p"))
    assert (state.ended_at or began) >= began.replace(microsecond=0)
    assert 1.0 <= ((state.ended_at or began) - state.started).total_seconds() < 10


async def test_an_ended_case_is_opened_again(house: House) -> None:
    """Reopening starts from the stored end: same case, data kept, command ids still known."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", ASK_THEN_DO, actions=("x.one", "x.two"))
        case = await house.start("p")
        await house.does(case, "ann", "complete", "ask", outcome="done", form={"note": "hi"}, command="k")
        _ = await house.ended(case)
        with pytest.raises(Refused, match="not_open"):
            await house.does(case, "ann", "complete", "ask", outcome="done")
        answer = await house.does(case, "", "reopen", node="two", reason="once more", command="again")
        assert answer == await house.does(case, "", "reopen", node="two", reason="once more", command="again")
        await eventually(lambda: _calls(house, 3))
        state = await house.ended(case)
    assert {"note": "hi"} == state.data
    assert ["one", "two", "two#2"] == [request.path for request in house.calls]
    entries = await house.journal(case)
    assert list(range(1, len(entries) + 1)) == [entry.seq for entry in entries]


async def test_nobody_answers_for_a_case_that_is_not_there(house: House) -> None:
    """An unknown case is not_found."""
    async with house.open():
        with pytest.raises(Refused, match="not_found"):
            await house.gateway.command(house.tenant, "nobody", Command(datetime.now(UTC), "c", "cancel"))


async def _calls(house: House, number: int) -> bool:
    return len(house.calls) >= number
