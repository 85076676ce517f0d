"""Designs in the store, on every database: one of two saves wins, named saves stay, rights are a whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from waystation.contracts.errors import Refused
from waystation.store import designs
from waystation.store.designs import Content, Facts
from waystation.store.session import Database

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FACTS = Facts("leave", {"zh": "请假"}, "approval")
pytestmark = pytest.mark.databases


async def test_of_two_saves_of_one_revision_one_wins(database: Database) -> None:
    """The second one is told, changes nothing, and both saves that took place can be read again."""
    async with database.write("acme") as session:
        first = await designs.add(session, Content("a: 1", "", {"nodes": {}}), FACTS, by="amy", at=AT)
        seen = await designs.design(session, first.id)
    assert seen == first
    async with database.write("acme") as session:
        assert await designs.save(session, seen, Content("a: 2"), FACTS, by="bob", at=AT) is not None
    async with database.write("acme") as session:
        assert await designs.save(session, seen, Content("a: 3"), FACTS, by="amy", at=AT) is None
    async with database.read("acme") as session:
        now = await designs.design(session, first.id)
        assert now is not None
        assert (now.content.text, now.revision, now.changed_by) == ("a: 2", 2, "bob")
        before = await designs.revision(session, first.id, 1)
        assert before is not None
        assert before.content == Content("a: 1", "", {"nodes": {}})
    async with database.read("other") as session:
        assert await designs.design(session, first.id) is None


async def test_named_saves_outlive_the_others(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many saves without a name are kept; dropping a design drops all of them."""
    monkeypatch.setattr(designs, "KEPT", 3)
    async with database.write("acme") as session:
        design = await designs.add(session, Content("0"), FACTS, by="amy", at=AT)
        await designs.give_name(session, design.id, 1, "第一版", "备注")
        for number in range(1, 6):
            saved = await designs.save(session, design, Content(str(number)), FACTS, by="amy", at=AT)
            assert saved is not None
            design = saved
    async with database.read("acme") as session:
        kept = [save.revision for save in await designs.saves(session, design.id)]
        assert kept == [6, 5, 4, 1]
    async with database.write("acme") as session:
        await designs.drop(session, design.id)
        assert await designs.saves(session, design.id) == []
        with pytest.raises(Refused, match="not kept"):
            await designs.give_name(session, design.id, 1, "x", "")


async def test_rights_are_put_as_a_whole(database: Database) -> None:
    """What is not in the new list is gone; the same twice counts once."""
    rows = [
        ("leave", "*", "edit", "user:amy"),
        ("leave", "华东", "see", "role:lead"),
        ("leave", "*", "edit", "user:amy"),
    ]
    async with database.write("acme") as session:
        await designs.set_rights(session, rows)
    async with database.write("acme") as session:
        await designs.set_rights(session, rows[1:2])
        found = [(row.process, row.region, row.right, row.who) for row in await designs.rights(session)]
    assert found == [("leave", "华东", "see", "role:lead")]
