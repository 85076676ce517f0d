"""Personal data at rest: sealed with a key per person, found by a keyed hash, and gone with the key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, select, text

from tests.store.journals import Story
from tests.store.moments import later
from tests.support.personal import META, NEW, OLD, publish
from waystation.contracts.errors import Refused
from waystation.contracts.events import EntryKind
from waystation.sealing.envelopes import ERASED
from waystation.sealing.ring import KeyRing
from waystation.store import comments, erasing, form_drafts, journal, person_keys, personal, states
from waystation.store.chain_check import check
from waystation.store.rebuild import rebuild
from waystation.store.schema import metadata
from waystation.store.session import Database
from waystation.store.tables.cases import CaseRow
from waystation.store.tables.journal import JournalRow

NOW = datetime.now(UTC)
#: What asks nothing particular of a database is tried on one.
ONE = pytest.mark.parametrize("database_kind", ["sqlite"])
PHONE, OTHER, NAME, ID = "13800138000", "13911112222", "WANG-XIAOMING", "11010519491231002X"


@pytest.fixture
async def sealing(database: Database) -> AsyncIterator[Database]:
    """A database whose personal data are sealed, with the process published."""
    database.ring = KeyRing.read(OLD)
    await publish(database, "t")
    yield database
    database.ring = None


def told(case: str = "c1", phone: str = PHONE, **data: Any) -> Story:
    """A case of somebody with this number, which asks bob."""
    data = {"phone": phone, "name": NAME, "papers": {"id_no": ID}, "note": "PLAIN-NOTE", **data}
    return Story(case).started(data=data, title=f"for {NAME}").asks("look", "bob")


async def store(database: Database, *stories: Story) -> None:
    for story in stories:
        async with database.write("t") as session:
            await journal.append(session, story.case_id, story.entries, META)


async def held(database: Database) -> str:
    """Every text of every table, as it stands there."""
    async with database.writer.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        rows = [
            (await connection.execute(text(f"SELECT * FROM {name}"))).all() for name in names if name in metadata.tables
        ]
    return repr(rows)


async def shown(database: Database, case: str = "c1") -> dict[str, Any]:
    async with database.read("t") as session:
        row = (await session.scalars(select(CaseRow).where(CaseRow.case_id == case))).one()
        found: dict[str, Any] = await personal.opened(session, {"title": row.title, **row.data})
        return found


async def test_nothing_personal_is_readable_at_rest(sealing: Database) -> None:
    """Journal, projections, titles and search terms hold neither name nor numbers; what is not personal stays."""
    await store(sealing, told())
    found = await held(sealing)
    assert not [secret for secret in (PHONE, NAME, NAME.lower()[:8], ID, ID.lower()[:8]) if secret in found]
    assert "PLAIN-NOTE" in found
    assert await shown(sealing) == {
        "title": f"for {NAME}", "phone": PHONE, "name": NAME, "papers": {"id_no": ID}, "note": "PLAIN-NOTE",
    }  # fmt: skip


@ONE
async def test_what_a_failure_repeats_is_sealed(sealing: Database) -> None:
    """Titles and details of failures may hold anything that an action was given."""
    story = told()
    story.tell(EntryKind.ACTION_FAILED, "look", code="x.no", title=f"no {NAME}", detail={"said": PHONE})
    story.tell(EntryKind.INCIDENT_OPENED, "look", code="x.no", title=f"no {NAME}", detail={"said": PHONE})
    await store(sealing, story)
    found = await held(sealing)
    assert (NAME in found, PHONE in found, "x.no" in found) == (False, False, True)
    assert (await rebuild(sealing, "t", check=True)).differences == []


async def test_what_people_write_is_sealed_and_goes_with_the_person(sealing: Database) -> None:
    """Comments and reasons, wherever an entry has them; erased with the key, while chains and a rebuild hold."""
    story = told()
    story.tell(EntryKind.VERB, "look", "bob", verb="comment", text="SAID-ONE", mentions=["ann"])
    story.tell(EntryKind.VERB, "", "bob", verb="comment", text="SAID-TWO", mentions=[])
    story.tell(EntryKind.ANSWERED, "look", "bob", answer="complete", outcome="done", form={}, comment="SAID-THREE")
    story.tell(EntryKind.COMMANDED, "", "bob", id="k", verb="cancel", args={"reason": "SAID-FOUR"}, answer={})
    await store(sealing, story.ended(), told("c2", OTHER).ended())
    assert "SAID-" not in await held(sealing)
    async with sealing.read("t") as session:
        page = await comments.comments(session, "c1")
        rows = [await personal.opened(session, row.sealed) for row in page.items]
        data = [await personal.opened(session, entry.data) for entry in await journal.entries(session, "c1")]
    assert rows == ["SAID-ONE", "SAID-TWO"]
    assert [data[-3]["comment"], data[-2]["args"]] == ["SAID-THREE", {"reason": "SAID-FOUR"}]
    await store(sealing, story)  # what comes again is known
    async with sealing.write("t") as session:
        await erasing.erase(session, "phone", PHONE, actor="dpo", reason="asked", at=NOW)
    async with sealing.read("t") as session:
        page = await comments.comments(session, "c1")
        assert [await personal.opened(session, row.sealed) for row in page.items] == [ERASED, ERASED]
    assert (await check(sealing, "t")).breaks == []
    assert (await rebuild(sealing, "t", check=True)).differences == []


@ONE
async def test_entries_that_come_again_are_known(sealing: Database) -> None:
    """Sealing is never the same twice, and a repetition still changes nothing; another text is another entry."""
    story = told()
    await store(sealing, story, story)
    with pytest.raises(journal.JournalBroken):
        await store(sealing, told(phone=OTHER))


async def test_people_are_found_by_the_same_number_spelt_otherwise(sealing: Database) -> None:
    """Exactly, by a keyed hash; and nobody is found in another tenant."""
    await store(sealing, told("c1"), told("c2"), told("c3", OTHER))
    async with sealing.read("t") as session:
        assert set(await erasing.cases_with(session, "phone", "+86 138-0013-8000", limit=9)) == {"c1", "c2"}
        assert await erasing.cases_with(session, "phone", "1380013800", limit=9) == []
        assert len(await erasing.cases_with(session, "id_number", ID.lower(), limit=9)) == 3
        both = await erasing.find(session, "phone", PHONE)
    assert (len(both.people), sorted(both.cases)) == (1, ["c1", "c2"])
    async with sealing.read("u") as session:
        assert await erasing.cases_with(session, "phone", PHONE, limit=9) == []


async def test_a_person_is_erased_and_everything_still_agrees(sealing: Database) -> None:
    """With the key the data are gone, in every case of that person and in no other; chains and a rebuild hold."""
    await store(sealing, told("c1").ended(), told("c2").ended(), told("c3", OTHER).ended())
    async with sealing.write("t") as session:
        gone = await erasing.erase(session, "phone", PHONE, actor="dpo", reason="asked", at=NOW)
    assert sorted(gone.cases) == ["c1", "c2"]
    seen = await shown(sealing)
    assert (seen["title"], seen["phone"], seen["name"], seen["note"]) == (ERASED, ERASED, ERASED, "PLAIN-NOTE")
    assert (await shown(sealing, "c3"))["phone"] == OTHER
    assert (await check(sealing, "t")).breaks == []
    report = await rebuild(sealing, "t", check=True)
    assert (report.cases, report.differences) == (3, [])
    await store(sealing, told("c1").ended())  # what comes again agrees with what can no longer be read
    async with sealing.write("t") as session:
        with pytest.raises(Refused, match="not_found"):
            await erasing.erase(session, "phone", PHONE, actor="dpo", reason="again", at=NOW)


@ONE
async def test_open_cases_keep_a_person_unless_it_is_forced(sealing: Database) -> None:
    """Forced, what such a case says of him later is never kept; he may come back in another case."""
    story = told()
    await store(sealing, story)
    async with sealing.write("t") as session:
        with pytest.raises(Refused, match="still_needed") as refused:
            await erasing.erase(session, "phone", PHONE, actor="dpo", reason="asked", at=NOW)
        assert refused.value.detail == {"cases": ["c1"], "count": 1}
        await erasing.erase(session, "phone", PHONE, actor="dpo", reason="asked", at=NOW, force=True)
    story.tell(EntryKind.DATA_CHANGED, fields={"phone": PHONE, "note": "later"}, local=False)
    await store(sealing, story, told("c2"))
    first, second = await shown(sealing), await shown(sealing, "c2")
    assert (first["phone"], first["note"], second["phone"]) == (ERASED, "later", PHONE)
    assert PHONE not in await held(sealing)


async def test_a_case_whose_time_is_over_lets_go_of_its_people(sealing: Database) -> None:
    """Only that case; whoever is in no other case is forgotten."""
    await store(sealing, told("c1").ended(), told("c2"), told("c3", OTHER).ended())
    async with sealing.write("t") as session:
        assert await erasing.let_go(session, "repair", later(0)) == 0
        assert await erasing.let_go(session, "repair", later(0) + timedelta(days=1)) == 2
        assert await erasing.let_go(session, "repair", later(0) + timedelta(days=1)) == 0
    assert [(await shown(sealing, case))["phone"] for case in ("c1", "c2", "c3")] == [ERASED, PHONE, ERASED]
    async with sealing.read("t") as session:
        assert (await erasing.find(session, "phone", OTHER)).people == []
    assert (await rebuild(sealing, "t", check=True)).differences == []


@ONE
async def test_the_state_of_an_ended_case_is_sealed_too(sealing: Database) -> None:
    """What a reopened case starts from is unreadable at rest; what was erased is null in it."""
    await store(sealing, told().ended())
    state = b'{"data":{"phone":"13800138000","note":"n"},"amount":0.10}'
    async with sealing.write("t") as session:
        await states.keep_ends(session, {"c1": states.EndState(state, META.plan_hash, 1, NOW)}, [])
        kept = await states.end_of(session, "c1")
        assert kept is not None
        assert kept.state == state
    assert PHONE not in await held(sealing)
    async with sealing.write("t") as session:
        await erasing.erase(session, "phone", PHONE, actor="dpo", reason="asked", at=NOW)
    async with sealing.read("t") as session:
        kept = await states.end_of(session, "c1")
    assert kept is not None
    assert kept.state == b'{"data":{"phone":null,"note":"n"},"amount":0.10}'


async def test_master_keys_change_under_sealed_data(sealing: Database) -> None:
    """After the keys of people are wrapped anew, the old master key opens nothing and is not needed."""
    await store(sealing, told())
    sealing.ring = KeyRing.read(f"{NEW} {OLD}")
    async with sealing.write("t") as session:
        assert await person_keys.rewrap(session, sealing.ring) >= 2
        assert await person_keys.rewrap(session, sealing.ring) == 0
    sealing.ring = KeyRing.read(NEW)
    assert (await shown(sealing))["phone"] == PHONE


@ONE
async def test_a_form_that_is_begun_is_sealed(sealing: Database) -> None:
    """A draft comes back as it was saved, and cannot be read at rest; so does one from before there were keys."""
    subject = form_drafts.start_form("repair")
    async with sealing.write("t") as session:
        assert await form_drafts.save(session, "bob", subject, {"phone": PHONE}, seen=0, at=NOW) == 1
        assert await form_drafts.save(session, "bob", subject, {"phone": OTHER}, seen=1, at=NOW) == 2
    assert OTHER not in await held(sealing)
    async with sealing.read("t") as session:
        assert [row.form for row in await form_drafts.drafts_of(session, "bob")] == [{"phone": OTHER}]


@ONE
async def test_without_keys_nothing_is_sealed(sealing: Database) -> None:
    """An installation that sets no keys works as before, and what was sealed cannot be read there."""
    await store(sealing, told())
    sealing.ring = None
    await store(sealing, told("c2", OTHER))
    assert ((await shown(sealing))["phone"], (await shown(sealing, "c2"))["phone"]) == (ERASED, OTHER)


@ONE
async def test_a_value_copied_to_another_case_does_not_open(sealing: Database) -> None:
    """Whoever can write the database cannot have a case show what another holds."""
    await store(sealing, told("c1"), told("c2", OTHER))
    async with sealing.write("t") as session:
        rows = {row.case_id: row for row in await session.scalars(select(JournalRow).where(JournalRow.seq == 1))}
        mine, theirs = rows["c1"].data["data"]["phone"]["$sealed"], rows["c2"].data["data"]["phone"]["$sealed"]
        assert await personal.opened(session, {"$sealed": [*theirs[:3], mine[3]]}) == ERASED
