"""How to reach people who work here: sealed at rest, the same to whoever reads it, dropped with who is erased."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.store.moments import T0, later
from tests.store.test_personal import held
from tests.support.personal import NEW, OLD
from waystation.contracts.directory import PersonRecord
from waystation.contracts.errors import Refused
from waystation.sealing.ring import KeyRing
from waystation.store import erasing, personal_contacts, personal_exports
from waystation.store import organisation as rows
from waystation.store.session import Database

PHONE, MAIL = "13700007777", "planted.zoe@example.com"
ZOE = PersonRecord("zoe", "Zoe", email=MAIL, phone=PHONE)
ONE = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
async def sealing(database: Database) -> AsyncIterator[Database]:
    """A database with keys."""
    database.ring = KeyRing.read(OLD)
    yield database
    database.ring = None


async def add(database: Database, *records: PersonRecord) -> None:
    async with database.write("t") as session:
        await rows.add(session, records, by="root", at=T0)


async def read(database: Database, person: str = "zoe") -> PersonRecord:
    async with database.read("t") as session:
        found = await rows.person(session, person)
        assert found is not None
        assert found.record == (await rows.everybody(session))[person].record
        return found.record


async def test_mail_and_telephone_are_not_readable_at_rest(sealing: Database) -> None:
    """Names are, because lists are searched by them; who reads a person gets the whole record, changed or not."""
    await add(sealing, ZOE, PersonRecord("ann", "Ann"))
    assert await read(sealing) == ZOE
    async with sealing.write("t") as session:
        changed = PersonRecord("zoe", "Zoe", email=MAIL, phone="13700008888")
        await rows.change(session, changed, by="root", at=later(1), revision=1)
        same = await rows.change(session, changed, by="root", at=later(2))
        assert same.revision == 2
    assert await read(sealing) == changed
    found = await held(sealing)
    assert [secret for secret in (PHONE, MAIL, "13700008888") if secret in found] == []
    assert "Zoe" in found


async def test_what_was_there_before_the_keys_is_sealed(sealing: Database) -> None:
    """By one round, which finds nothing more afterwards; what a process without keys writes later counts."""
    ring, sealing.ring = sealing.ring, None
    await add(sealing, ZOE, PersonRecord("ann", "Ann", external={"email": "a-1"}))
    sealing.ring = ring
    assert await read(sealing) == ZOE
    async with sealing.write("t") as session:
        assert await personal_contacts.seal_all(session) == 1
        assert await personal_contacts.seal_all(session) == 0
    assert PHONE not in await held(sealing)
    assert await read(sealing) == ZOE
    assert (await read(sealing, "ann")).external == {"email": "a-1"}


@ONE
async def test_master_keys_change_under_contacts(sealing: Database) -> None:
    """Sealed again by the new key, the old one can go."""
    await add(sealing, ZOE)
    sealing.ring = KeyRing.read(f"{NEW},{OLD}")
    async with sealing.write("t") as session:
        assert await personal_contacts.rewrap(session, sealing.ring) == 1
        assert await personal_contacts.rewrap(session, sealing.ring) == 0
    sealing.ring = KeyRing.read(NEW)
    assert await read(sealing) == ZOE


@ONE
async def test_erasing_drops_how_to_reach_who_has_left(sealing: Database) -> None:
    """Not of somebody at work, unless it is forced; his record stays, with his name."""
    await add(sealing, ZOE)
    async with sealing.write("t") as session:
        with pytest.raises(Refused, match="nothing is held"):
            await erasing.erase(session, "member", "zoe", actor="dpo", reason="asked", at=T0)
        exported = await personal_exports.export(session, "member", "zoe")
        assert exported["member"]["record"]["phone"] == PHONE
        await erasing.erase(session, "member", "zoe", actor="dpo", reason="asked", at=T0, force=True)
    left = await read(sealing)
    assert (left.name, left.email, left.phone) == ("Zoe", "", "")
