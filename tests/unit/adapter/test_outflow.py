"""What a case has decided and the store has not written: sent whole, crossed off once, never lost."""

from __future__ import annotations

from datetime import UTC, datetime

from waystation.contracts.events import (
    AwaitMessage,
    Effect,
    Entry,
    EntryKind,
    FreeLock,
    RunAction,
    SendNotice,
    TakeLock,
)
from waystation.contracts.runs import CaseMark
from workflows.machine import CaseState
from workflows.machine.state import Ending
from workflows.outflow import Outflow

NOW = datetime(2026, 3, 2, tzinfo=UTC)
MARK = CaseMark("t", "c", "p", 1, "h", NOW)


def entry(seq: int) -> Entry:
    return Entry(seq, NOW, EntryKind.NODE_ENTERED, f"n{seq}")


def state(seq: int, *, ended: bool = False) -> CaseState:
    found = CaseState("t", "c", "p", 1, "h", NOW, NOW, seq=seq, data={"n": 1}, caller="outer|call")
    if ended:
        found.status, found.ending = "ended", Ending("failed", code="x.lost")
    return found


def test_actions_are_handed_back_and_notices_go_with_their_entries() -> None:
    """Only what the store carries out waits for it."""
    outflow = Outflow()
    notice = SendNotice("a", "n:1", ("ann",), "hello", (), 3, {})
    action = RunAction("a", "a", "x.do", {})
    assert [action] == outflow.add([], [notice, action])
    assert outflow.is_empty
    assert not outflow.unsent


def test_what_is_sent_is_sent_once_until_it_fails() -> None:
    """Sending marks everything as sent; a failure makes all that is unwritten unsent again."""
    outflow = Outflow()
    _ = outflow.add([entry(1), entry(2)], [])
    request, sent = outflow.request(MARK, state(2))
    assert [1, 2] == [each.seq for each in request.entries]
    assert not outflow.unsent
    outflow.failed()
    after_failing = outflow.unsent
    outflow.done(sent)
    assert (True, False) == (after_failing, outflow.unsent)
    assert (2, True) == (outflow.written, outflow.is_empty)


def test_two_senders_of_the_same_entries_cross_them_off_once() -> None:
    """With an action, and alone because somebody waits: whichever comes back first, nothing is dropped unwritten."""
    outflow = Outflow()
    _ = outflow.add([entry(1)], [])
    _, riding = outflow.request(MARK, state(1))
    _ = outflow.add([entry(2)], [])
    request, alone = outflow.request(MARK, state(2))
    assert [1, 2] == [each.seq for each in request.entries]
    outflow.done(alone)
    _ = outflow.add([entry(3)], [])
    outflow.done(riding)
    assert 2 == outflow.written
    assert [3] == [each.seq for each in outflow.entries.items]


def test_only_effects_without_an_answer_may_ride() -> None:
    """What the store answers to is written alone, or the answer would be lost with a failing action."""
    quiet: list[Effect] = [FreeLock("a", "tenant:b", "tenant")]
    loud: list[Effect] = [TakeLock("a", "tenant:b", "tenant"), AwaitMessage("a", "paid", "", None, True)]
    outflow = Outflow()
    _ = outflow.add([], quiet)
    assert outflow.is_quiet
    for effect in loud:
        other = Outflow()
        _ = other.add([], [effect])
        assert not other.is_quiet


def test_the_end_tells_the_caller_and_leaves_a_state() -> None:
    """A failed case tells its caller the code of its failure; the state left behind can be opened again."""
    outflow = Outflow()
    _ = outflow.add([entry(9)], [])
    request, _ = outflow.request(MARK, state(9, ended=True))
    ended = request.ended
    assert ended is not None
    assert ("outer|call", "failed", "x.lost", {"n": 1}) == (ended.caller, ended.outcome, ended.error, ended.data)
    assert b'"seq":9' in bytes(ended.state)
