"""What orders and tickets hold of customers: sealed at rest, found, exported and erased with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from activities.orders.tables import RawOrder, SalesOrder
from activities.tickets.tables import Ticket
from tests.store.test_personal import held
from tests.support.personal import OLD
from tests.unit.activities.conftest import AT, Desk
from tests.unit.activities.test_orders import shop, taken_in
from waystation.sealing.ring import KeyRing
from waystation.store import erasing, personal_exports, personal_rows
from waystation.store.schema import Base

pytestmark = pytest.mark.databases

PHONE, NAME, STREET = "13988887777", "PLANTED-NAME-LI", "PLANTED-STREET-9"
SAID, REMARK = "PLANTED-TEXT-A 漏水", "PLANTED-REMARK-B"
PLANTED = (PHONE, NAME, STREET, SAID, REMARK)


@pytest.fixture
async def sealing(desk: Desk) -> AsyncIterator[Desk]:
    """A desk whose database has keys."""
    desk.database.ring = KeyRing.read(OLD)
    yield desk
    desk.database.ring = None


def bought(customer: str = "cafe", **more: Any) -> dict[str, Any]:
    order = shop(**more)
    receiver = {**order["receiver"], "name": NAME, "phone": PHONE, "street": STREET}
    return {**order, "customer": {"id": customer}, "receiver": receiver}


async def ticket(desk: Desk, customer: str = "cafe") -> None:
    made = await desk.ok("tickets.open", customer=customer, category="technical", text=SAID)
    await desk.ok("tickets.close", ticket=made["ticket"], satisfaction=2, minutes=5, remark=REMARK)


async def kept(desk: Desk, table: type[Base]) -> Any:
    async with desk.database.read(desk.tenant) as session:
        return (await session.scalars(select(table))).one()


async def planted_in(desk: Desk) -> list[str]:
    found = await held(desk.database)
    return [secret for secret in PLANTED if secret in found]


async def test_rows_are_sealed_and_actions_read_them(sealing: Desk) -> None:
    """Nothing planted stands in any table; the order says the same of its receiver, also when it comes again."""
    first = await taken_in(sealing, bought())
    await ticket(sealing)
    assert await planted_in(sealing) == []
    again = await sealing.ok("orders.intake", case="case-2", channel="shop_json", payload=bought())
    changed = await sealing.ok("orders.intake", case="case-2", channel="shop_json", payload=bought(note="x"))
    assert (again["verdict"], changed["verdict"]) == ("same", "changed")
    assert first["receiver"] == again["receiver"] == changed["receiver"]
    assert (first["receiver"]["phone"], first["receiver"]["name"][0]) == ("139****7777", "P")
    assert first["to"] == again["to"]
    assert await planted_in(sealing) == []


async def test_a_customer_is_found_exported_and_erased(sealing: Desk) -> None:
    """By his id; by the receiver's number he is found in data of that customer. Orders stay, without the person."""
    await taken_in(sealing, bought())
    await ticket(sealing)
    await taken_in(sealing, bought("other", no="2"))
    async with sealing.database.write(sealing.tenant) as session:
        by_phone = await erasing.find(session, "phone", PHONE)
        assert (by_phone.people, len(by_phone.others)) == ([], 2)
        exported = (await personal_exports.export(session, "customer", "cafe"))["rows"]
        assert {row["table"] for row in exported} == {"raw_order", "sales_order", "ticket"}
        assert [row["text"] for row in exported if row["table"] == "ticket"] == [SAID]
        await erasing.erase(session, "customer", "cafe", actor="dpo", reason="asked", at=AT)
    async with sealing.database.read(sealing.tenant) as session:
        query = select(SalesOrder.receiver).order_by(SalesOrder.customer)
        receivers = [
            await personal_rows.opened(session, receiver, erased=None) for receiver in await session.scalars(query)
        ]
    assert [receiver and receiver["phone"] for receiver in receivers] == [None, PHONE]
    text = (await kept(sealing, Ticket)).text
    async with sealing.database.read(sealing.tenant) as session:
        assert await personal_rows.opened_text(session, text, erased="gone") == "gone"
    assert (await taken_in(sealing, bought()))["verdict"] == "same"


async def test_what_was_there_before_the_keys_is_sealed(desk: Desk) -> None:
    """All of it, once; it opens as before and goes with its customer."""
    await taken_in(desk, bought())
    await ticket(desk)
    assert await planted_in(desk) == list(PLANTED)
    desk.database.ring = KeyRing.read(OLD)
    try:
        async with desk.database.write(desk.tenant) as session:
            assert await personal_rows.seal_some(session, limit=2) == 2
            assert await personal_rows.seal_some(session) == 1
            assert await personal_rows.seal_some(session) == 0
        assert await planted_in(desk) == []
        assert (await taken_in(desk, bought()))["receiver"]["phone"] == "139****7777"
        async with desk.database.write(desk.tenant) as session:
            raw = (await session.scalars(select(RawOrder))).one()
            assert await personal_rows.opened(session, raw.payload, erased=None) == bought()
            gone = await erasing.erase(session, "customer", "cafe", actor="dpo", reason="asked", at=AT)
            assert len(gone.cases) == 3
            assert await personal_rows.opened(session, raw.payload, erased=None) is None
    finally:
        desk.database.ring = None


async def test_a_text_that_looks_sealed_is_a_text(sealing: Desk) -> None:
    """Whoever writes the form of an envelope gets his own text back, and nobody else's."""
    async with sealing.database.write(sealing.tenant) as session:
        said = '{"$sealed":["case-9",1,"x","AAAA"]}'
        kept_text = await personal_rows.sealed_text(session, "case-1", "cafe", said)
        assert await personal_rows.opened_text(session, kept_text, erased="") == said
