"""Hash chains: whoever changes, removes or inserts a row of a journal or an audit log is found out."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import text

from tests.store.journals import Story
from tests.store.moments import T0, later
from waystation.contracts.events import EntryKind
from waystation.store import audit, lost_entries, migrate
from waystation.store.chain_check import Break, check
from waystation.store.chains import moment
from waystation.store.session import Database, TenantSession

#: What is done to the five entries of case c1, and what is found.
JOURNAL = {
    "data": ("UPDATE journal SET data = '{}' WHERE seq = 2", [Break("case/c1", 2, "changed")]),
    "spelling": ("UPDATE journal SET data = CONCAT(data, ' ') WHERE seq = 2", [Break("case/c1", 2, "changed")]),
    "actor": ("UPDATE journal SET actor = 'eve' WHERE seq = 4", [Break("case/c1", 4, "changed")]),
    "chain": (
        "UPDATE journal SET chain = '' WHERE seq = 3",
        [Break("case/c1", 3, "changed"), Break("case/c1", 4, "changed")],
    ),
    "middle": ("DELETE FROM journal WHERE seq = 3", [Break("case/c1", 3, "missing"), Break("case/c1", 4, "changed")]),
    "first": ("DELETE FROM journal WHERE seq = 1", [Break("case/c1", 1, "missing"), Break("case/c1", 2, "changed")]),
    "end": ("DELETE FROM journal WHERE seq = 5", [Break("case/c1", 5, "missing")]),
    "all": ("DELETE FROM journal WHERE seq > 0", [Break("case/c1", 1, "missing")]),
    "added": (
        (
            "INSERT INTO journal (tenant, case_id, seq, at, kind, path, node, actor, data, command, meta, chain) "
            "SELECT tenant, case_id, 6, at, kind, path, node, actor, data, command, meta, chain "
            "FROM journal WHERE seq = 5"
        ),
        [Break("case/c1", 6, "changed"), Break("case/c1", 6, "unexpected")],
    ),
    "moved": ("UPDATE journal SET case_id = 'c2' WHERE seq > 0", None),
}
#: What is done to three audit rows.
AUDIT = {
    "result": ("UPDATE audit SET result = 'ok' WHERE seq = 2", [Break("audit", 2, "changed")]),
    "middle": ("DELETE FROM audit WHERE seq = 2", [Break("audit", 2, "missing"), Break("audit", 3, "changed")]),
    "end": ("DELETE FROM audit WHERE seq = 3", [Break("audit", 3, "missing")]),
    "added": (
        (
            "INSERT INTO audit (tenant, id, at, actor, action, target, result, detail, seq, chain) "
            "SELECT tenant, 'x', at, actor, action, target, result, detail, 4, chain FROM audit WHERE seq = 3"
        ),
        [Break("audit", 4, "changed"), Break("audit", 4, "unexpected")],
    ),
    "head": (
        "UPDATE audit_heads SET seq = 2 WHERE seq = 3",
        [Break("audit", 3, "unexpected")],
    ),
}


async def tampered(database: Database, tenant: str, statement: str) -> None:
    """Carry out a statement past the store, as somebody with the database's password would."""
    if database.writer.dialect.name == "sqlite":
        statement = statement.replace("CONCAT(data, ' ')", "data || ' '")
    async with database.writer.begin() as connection:
        await connection.execute(text(f"{statement} AND tenant = '{tenant}'"))


async def tell(database: Database, tenant: str) -> None:
    story = Story().started().asks("a", "ann").answered("a", "ann")
    story.entries = story.entries[:5]
    await story.store(database, tenant)


async def note(session: TenantSession, number: int, result: str = "bad_credentials") -> None:
    await audit.record(session, "ann", "session.start", at=later(number), result=result, detail={"n": number})


async def test_what_is_written_by_and_by_is_one_chain(database: Database) -> None:
    """Entries in several transactions, again and again the same, and audit rows of two tenants: all intact."""
    story = Story().started().asks("a", "ann").answered("a", "ann").ended()
    for end in range(1, len(story.entries) + 1):
        async with database.write("t") as session:
            await Story.append(_part(story, end), session)
            await note(session, end)
    await tell(database, "u")
    found = await check(database, "t")
    assert (found.breaks, found.cases, found.entries) == ([], 1, len(story.entries))
    assert found.records == len(story.entries)
    assert (await check(database, "u")).breaks == []
    assert (await check(database, "nobody")).breaks == []


def _part(story: Story, end: int) -> Story:
    part = Story(story.case_id)
    part.entries = story.entries[:end]
    return part


async def test_a_tampered_journal_is_found_out(database: Database) -> None:
    """Each row changed, removed, added or moved to another case, one tenant each; nothing else is reported."""
    for name, (statement, expected) in JOURNAL.items():
        await tell(database, name)
        await tampered(database, name, statement)
        breaks = (await check(database, name)).breaks
        if expected is None:
            assert {found.chain for found in breaks} == {"case/c1", "case/c2"}, name
        else:
            assert breaks == expected, name


async def test_a_tampered_audit_log_is_found_out(database: Database) -> None:
    for name, (statement, expected) in AUDIT.items():
        async with database.write(name) as session:
            for number in range(3):
                await note(session, number)
        await tampered(database, name, statement)
        assert (await check(database, name)).breaks == expected, name


async def test_a_log_that_was_written_anew_is_found_out_by_its_old_head(database: Database) -> None:
    """Whoever can write everything can make a whole new chain; a head that was kept elsewhere tells."""
    async with database.write("t") as session:
        await note(session, 1)
        await note(session, 2)
    kept = (await check(database, "t")).head
    async with database.write("t") as session:
        await note(session, 3)
    assert (await check(database, "t", kept)).breaks == []
    for table in ("audit", "audit_heads"):
        await tampered(database, "t", f"DELETE FROM {table} WHERE seq > 0")
    async with database.write("t") as session:
        for number in (1, 2, 3):
            await note(session, number, "ok")
    assert (await check(database, "t")).breaks == []
    assert (await check(database, "t", kept)).breaks == [Break("audit", 2, "changed")]


async def test_audit_rows_that_come_together_are_chained_one_after_another(database: Database) -> None:
    """Twenty at once: numbers 1 to 20, one chain."""

    async def one(number: int) -> None:
        await database.transact("t", lambda session: note(session, number))

    await asyncio.gather(*(one(number) for number in range(20)))
    found = await check(database, "t")
    assert (found.breaks, found.records, found.head.partition(":")[0]) == ([], 20, "20")


async def test_lost_entries_leave_a_whole_chain_and_a_note(database: Database) -> None:
    """What never became history is taken back; the journal goes on from where it then ends, and the audit log says."""
    story = Story().started().asks("a", "ann").answered("a", "ann")
    await story.store(database)
    kept = len(story.entries) - 2
    async with database.write("t") as session:
        assert await lost_entries.take_back(session, "c1", kept + 1) == 2
    assert (await check(database, "t")).breaks == []
    other = _part(story, kept)
    other.tell(EntryKind.VERB, "a", "bob", verb="urge", args={})
    async with database.write("t") as session:
        assert await other.append(session, kept) == 1
    assert (await check(database, "t")).breaks == []
    async with database.read("t") as session:
        notes = (await audit.records(session, target="case/c1")).items
    assert [(row.action, row.detail["since"], row.detail["count"]) for row in notes] == [
        ("journal.taken_back", kept + 1, 2)
    ]


async def test_what_was_there_before_is_chained_by_the_migration(database_url: str) -> None:
    """Rows of the release before are chained as they stand, and new ones follow them."""
    await migrate.upgrade(database_url, "0008")
    database = Database(database_url)
    async with database.writer.begin() as connection:
        at = {"at": T0.replace(tzinfo=None) if database.writer.dialect.name != "postgresql" else T0}
        for seq in (1, 2):
            await connection.execute(
                text(
                    "INSERT INTO journal (tenant, case_id, seq, at, kind, path, node, actor, data, command, meta) "
                    f"VALUES ('t', 'old', {seq}, :at, 'note', 'a', 'a', 'ann', '{{}}', '', NULL)"
                ),
                at,
            )
        await connection.execute(
            text(
                "INSERT INTO audit (tenant, id, at, actor, action, target, result, detail) "
                "VALUES ('t', 'r1', :at, 'ann', 'x.y', '', 'ok', '{}')"
            ),
            at,
        )
    await migrate.upgrade(database_url)
    async with database.write("t") as session:
        await note(session, 1)
    found = await check(database, "t")
    assert found.records == 2
    assert found.breaks == [Break("case/old", 1, "unexpected")]  # the planted entries have no case
    await database.close()


@pytest.mark.parametrize("zone", ["+00:00", "+08:00"])
def test_a_moment_is_spelt_alike_in_every_zone(zone: str) -> None:
    told = {"+00:00": "2026-01-01T00:00:00+00:00", "+08:00": "2026-01-01T08:00:00+08:00"}[zone]
    assert moment(datetime.fromisoformat(told)) == "2026-01-01T00:00:00.000000+00:00"
