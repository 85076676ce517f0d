"""Drafts, receipts, comments and attachments: what people keep on their desks."""

from __future__ import annotations

import asyncio

import pytest

from tests.store.journals import Story
from tests.store.moments import T0, later
from waystation.contracts.errors import Refused
from waystation.contracts.events import EntryKind
from waystation.store import attachments, comments, files, form_drafts, idempotency, receipts, tasks
from waystation.store.attachments import Scan, ScanState
from waystation.store.files import StoredFile
from waystation.store.form_drafts import start_form, task_form
from waystation.store.rebuild import rebuild
from waystation.store.session import Database, TenantSession


async def test_a_draft_belongs_to_one_person_and_one_form(database: Database) -> None:
    """Others have drafts of their own for the same task; each save raises the revision of one of them."""
    task, start = task_form("c1", "visit"), start_form("leave")
    async with database.write("t") as session:
        assert await form_drafts.save(session, "ann", task, {"note": "a"}, seen=None, at=T0) == 1
        assert await form_drafts.save(session, "bob", task, {"note": "b"}, seen=0, at=T0) == 1
        assert await form_drafts.save(session, "ann", start, {"days": 2}, seen=None, at=later(2)) == 1
        assert await form_drafts.save(session, "ann", task, {"note": "c"}, seen=1, at=later(1)) == 2
    async with database.read("t") as session:
        mine = await form_drafts.drafts_of(session, "ann")
        assert [(row.kind, row.target, row.form, row.revision) for row in mine] == [
            ("start", ["leave"], {"days": 2}, 1),
            ("task", ["c1", "visit"], {"note": "c"}, 2),
        ]
        his = await form_drafts.draft(session, "bob", task)
        assert his is not None
        assert his.form == {"note": "b"}
    async with database.read("u") as session:
        assert await form_drafts.draft(session, "ann", task) is None


async def test_a_draft_is_never_overwritten_unawares(database: Database) -> None:
    """An older revision, or none named, is refused; so is forgetting a draft that has been saved since."""
    task = task_form("c1", "visit")
    async with database.write("t") as session:
        _ = await form_drafts.save(session, "ann", task, {"n": 1}, seen=None, at=T0)
        _ = await form_drafts.save(session, "ann", task, {"n": 2}, seen=1, at=T0)
    changed = "changed_meanwhile"
    for seen, code in ((None, "revision_needed"), (0, changed), (1, changed), (7, changed)):
        with pytest.raises(Refused, match=code):
            async with database.write("t") as session:
                _ = await form_drafts.save(session, "ann", task, {"n": 9}, seen=seen, at=T0)
    with pytest.raises(Refused, match="changed_meanwhile"):
        async with database.write("t") as session:
            _ = await form_drafts.drop(session, "ann", task, seen=1)
    async with database.write("t") as session:
        assert await form_drafts.drop(session, "ann", task, seen=2)
        assert not await form_drafts.drop(session, "ann", task)
        assert not await form_drafts.drop(session, "ann", task, seen=2)


async def test_drafts_have_limits(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too large and too many are refused; one more save of a draft that is there is not."""
    monkeypatch.setattr(form_drafts, "MOST_DRAFTS", 2)
    large = {"text": "中" * form_drafts.MOST_BYTES}
    with pytest.raises(Refused, match="too_large"):
        async with database.write("t") as session:
            _ = await form_drafts.save(session, "ann", start_form("a"), large, seen=None, at=T0)
    async with database.write("t") as session:
        for process in ("a", "b"):
            _ = await form_drafts.save(session, "ann", start_form(process), {}, seen=None, at=T0)
        assert await form_drafts.save(session, "ann", start_form("b"), {}, seen=1, at=T0) == 2
        with pytest.raises(Refused, match="too_many"):
            _ = await form_drafts.save(session, "ann", start_form("c"), {}, seen=None, at=T0)


async def test_only_the_first_opening_counts(database: Database) -> None:
    """However often somebody opens a task, his receipt says when he did so first."""
    async with database.write("t") as session:
        assert await receipts.opened(session, "c1", "visit", "bob", at=later(1))
        assert await receipts.opened(session, "c1", "visit", "ann", at=T0)
        assert not await receipts.opened(session, "c1", "visit", "bob", at=later(9))
    async with database.read("t") as session:
        found = await receipts.receipts(session, "c1", "visit")
        assert [(row.person, row.opened_at) for row in found] == [("ann", T0), ("bob", later(1))]
        assert await receipts.receipts(session, "c1", "") == []


async def test_a_copy_is_read_once_it_is_opened_or_said_to_be(database: Database) -> None:
    """Of those a case was sent to, one opens it, one says `read`, one does neither; they may all see it."""
    story = Story().started().asks("visit", "bob")
    story.tell(EntryKind.VERB, "visit", "bob", verb="cc", who=["cat", "dan", "eve"])
    story.tell(EntryKind.VERB, "visit", "cat", verb="read")
    await story.store(database)
    async with database.write("t") as session:
        _ = await receipts.opened(session, "c1", receipts.WHOLE_CASE, "dan", at=later(99))
    async with database.read("t") as session:
        copies = await receipts.copies_of_case(session, "c1")
        assert [(copy.person, copy.read_at) for copy in copies] == [
            ("cat", later(5)), ("dan", later(99)), ("eve", None),
        ]  # fmt: skip
        assert [await tasks.sees(session, person, "c1") for person in ("cat", "eve", "bob", "max")] == [
            True, True, True, False,
        ]  # fmt: skip
        for person, count in (("cat", 0), ("dan", 0), ("eve", 1)):
            page = await receipts.copies_for(session, person, only_unread=True)
            assert len(page.items) == count
        whole = await receipts.copies_for(session, "dan")
        assert [(copy.case_id, copy.process, copy.title) for copy in whole.items] == [("c1", "repair", "A case")]


async def test_comments_are_made_from_the_journal(database: Database) -> None:
    """Those of a task and those of the case, in order and in pages; rebuilding finds no difference."""
    story = Story().started().asks("visit", "bob")
    for number, path in enumerate(("visit", "", "visit")):
        story.tell(EntryKind.VERB, path, "bob", verb="comment", text=f"第 {number} 条", mentions=["ann"])
    await story.store(database)
    async with database.read("t") as session:
        page = await comments.comments(session, "c1", limit=2)
        rest = await comments.comments(session, "c1", cursor=page.next, limit=2)
        assert [row.text for row in (*page.items, *rest.items)] == ["第 0 条", "第 1 条", "第 2 条"]
        assert [row.mentions for row in rest.items] == [["ann"]]
        own = await comments.comments(session, "c1", "")
        assert [row.text for row in own.items] == ["第 1 条"]
    assert (await rebuild(database, "t", check=True)).differences == []


async def stored(session: TenantSession, name: str, by: str = "ann") -> None:
    await files.add_file(session, StoredFile(name, f"{name}.png", "image/png", 3, "a" * 64), by=by, at=T0)


async def test_files_are_put_with_a_case_by_who_stored_them(database: Database) -> None:
    """Twice is once; somebody else's file, another case's and an unknown one are refused."""
    async with database.write("t") as session:
        for name in ("f1", "f2"):
            await stored(session, name)
        await attachments.attach(session, "f1", "c1", "visit", by="ann", at=T0)
        await attachments.attach(session, "f1", "c1", "visit", by="ann", at=later(5))
        await attachments.attach(session, "f2", "c1", "", by="ann", at=later(1))
    for file, case, by, code in (
        ("f1", "c2", "ann", "not_allowed"), ("f1", "c2", "bob", "not_allowed"), ("no", "c1", "ann", "not_found"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=code):
            async with database.write("t") as session:
                await attachments.attach(session, file, case, "", by=by, at=T0)
    async with database.read("t") as session:
        found = await attachments.attachments(session, "c1")
        assert [(one.file.id, one.path, one.at) for one in found] == [("f1", "visit", T0), ("f2", "", later(1))]
        assert [one.file.id for one in await attachments.attachments(session, "c1", "visit")] == ["f1"]
    async with database.read("u") as session:
        assert await attachments.attachments(session, "c1") == []


async def test_a_file_in_quarantine_is_not_attached(database: Database) -> None:
    """Until a later scan clears it."""
    async with database.write("t") as session:
        await stored(session, "f1")
        assert await attachments.scan_of(session, "f1") == Scan(ScanState.UNSCANNED)
        await attachments.save_scan(session, "f1", Scan(ScanState.QUARANTINED, "scan_failed"), at=T0)
    with pytest.raises(Refused, match="quarantined"):
        async with database.write("t") as session:
            await attachments.attach(session, "f1", "c1", "", by="ann", at=T0)
    async with database.write("t") as session:
        await attachments.save_scan(session, "f1", Scan(ScanState.CLEAN), at=later(1))
        await attachments.attach(session, "f1", "c1", "", by="ann", at=T0)
        assert [one.scan.state for one in await attachments.attachments(session, "c1")] == ["clean"]


async def test_the_first_to_settle_an_answer_wins(database: Database) -> None:
    """Two who carried out the same request at once answer alike, now and later."""

    async def begin() -> dict[str, str]:
        return {"seed": "s"}

    async def settle(name: str) -> str:
        async def work(session: TenantSession) -> str:
            answer = await idempotency.settle(session, "bulk", "k", {"items": [name]})
            return str(answer["items"][0])

        return await database.transact("t", work)

    async with database.write("t") as session:
        _ = await idempotency.once(session, "bulk", "k", {}, begin)
    first, second = await asyncio.gather(settle("a"), settle("b"))
    assert first == second
    async with database.read("t") as session:
        assert await idempotency.answer_of(session, "bulk", "k") == {"seed": "s", "items": [first]}
