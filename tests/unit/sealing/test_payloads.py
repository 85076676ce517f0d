"""Payloads on their way to Temporal: unreadable there, and of no use in another tenant."""

from __future__ import annotations

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext

from tests.support.personal import NEW, OLD
from waystation.contracts.errors import Unavailable
from waystation.sealing import payloads
from waystation.sealing.payloads import ENCODING, PayloadSeal
from waystation.sealing.ring import KeyRing

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'{"phone":"13800138000"}')


def seal(tenant: str = "demo", *keys: str) -> PayloadSeal:
    return PayloadSeal(KeyRing.read(" ".join(keys or (NEW, OLD))), tenant)


def test_a_payload_comes_back_and_says_nothing_meanwhile() -> None:
    """Only the id of the key is readable; the same payload is never the same twice."""
    sealed, again = seal().seal(PLAIN), seal().seal(PLAIN)
    assert dict(sealed.metadata) == {"encoding": ENCODING, "key": b"new"}
    assert b"138" not in sealed.SerializeToString()
    assert sealed.data != again.data
    assert seal().open(sealed) == PLAIN


def test_a_large_payload_is_compressed() -> None:
    """JSON of a case shrinks; what does not shrink stays as it is."""
    large = Payload(data=PLAIN.data * 1000)
    assert len(seal().seal(large).data) < 1000
    assert seal().open(seal().seal(large)) == large


def test_what_would_become_too_large_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small payload that inflates without end is refused before memory is gone."""
    sealed = seal().seal(Payload(data=b"0" * 100_000))
    monkeypatch.setattr(payloads, "MOST", 50_000)
    with pytest.raises(Unavailable, match="not_openable"):
        seal().open(sealed)


def test_a_payload_moved_to_another_tenant_does_not_open() -> None:
    """Whoever can write Temporal's database cannot have one tenant's case read another's data."""
    with pytest.raises(Unavailable, match="not_openable"):
        seal("other").open(seal("demo").seal(PLAIN))


def test_a_changed_payload_does_not_open() -> None:
    """Neither with other bytes nor under another key's id."""
    sealed = seal().seal(PLAIN)
    flipped = Payload(metadata=sealed.metadata, data=sealed.data[:-1] + bytes([sealed.data[-1] ^ 1]))
    renamed = Payload(metadata={**sealed.metadata, "key": b"old"}, data=sealed.data)
    for broken in (flipped, renamed, Payload(metadata=sealed.metadata), Payload(metadata={"encoding": ENCODING})):
        with pytest.raises(Unavailable):
            seal().open(broken)


def test_keys_rotate() -> None:
    """The first key seals; what an older one has sealed opens while it is on the ring."""
    before = seal("demo", OLD).seal(PLAIN)
    assert seal("demo", NEW, OLD).open(before) == PLAIN
    assert seal("demo", NEW, OLD).seal(PLAIN).metadata["key"] == b"new"
    with pytest.raises(Unavailable, match="key_missing"):
        seal("demo", NEW).open(before)


def test_what_was_never_sealed_is_taken_as_it_is() -> None:
    """Histories from before there were keys go on."""
    assert seal().open(PLAIN) == PLAIN


def test_the_tenant_is_that_of_the_workflow() -> None:
    """Of the case, of its activities, and of a schedule, whose id only begins the workflow's."""
    base = seal("")
    case = base.with_context(WorkflowSerializationContext("default", "demo/0197"))
    tick = base.with_context(WorkflowSerializationContext("default", "demo/tick/repair"))
    work = base.with_context(ActivitySerializationContext("default", "1", "a", "q", "demo/0197", "w", is_local=True))
    assert (case.tenant, tick.tenant, work.tenant) == ("demo", "demo", "demo")
    assert case.open(work.seal(PLAIN)) == PLAIN
