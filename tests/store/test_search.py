"""Search by words: nothing that contains what is looked for is missed, in Chinese or in other scripts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.journals import Story
from waystation.contracts.events import EntryKind
from waystation.store import case_lists, task_lists, words
from waystation.store.case_lists import CaseFilter
from waystation.store.rebuild import rebuild
from waystation.store.session import Database
from waystation.store.task_lists import TaskFilter


async def found(database: Database, text: str, unseen: tuple[str, ...] = ()) -> list[str]:
    async with database.read("t") as session:
        wanted = CaseFilter(text=text, unseen=unseen)
        return [row.case_id for row in (await case_lists.search(session, wanted, descending=False)).items]


@pytest.fixture
async def told(database: Database) -> Database:
    data: dict[str, Any] = {"note": "阀门老化，需更换", "salary": 88123, "more": {"colour": "ultramarine"}}
    await (
        Story("c1").started(title="朝阳区空调维修", key="WS-2026-0017", data=data).asks("visit", "bob").store(database)
    )
    await Story("c2").started(title={"zh": "水管漏水", "en": "Burst PIPE"}, data={"tel": "13800138000"}).store(database)
    await Story("c3").started(title="空调维修").store(database, "other")
    return database


@pytest.mark.parametrize(
    ("text", "cases"),
    [
        ("空调", ["c1"]),
        ("调维", ["c1"]),
        ("朝阳区空调维修", ["c1"]),
        ("维 修", ["c1"]),
        ("漏", ["c2"]),
        ("阀门 朝阳", ["c1"]),
        ("维修空调", []),
        ("ｐｉｐｅ", ["c2"]),
        ("bur", ["c2"]),
        ("urst", []),
        ("0017", ["c1"]),
        ("ws-2026", ["c1"]),
        ("8000", ["c2"]),
        ("13800138000", ["c2"]),
        ("任务", ["c1"]),
        ("  ", ["c1", "c2"]),
        ("%_", []),
    ],
)
async def test_cases_are_found_by_their_words(told: Database, text: str, cases: list[str]) -> None:
    """By title in any language, key, form texts and task titles; another tenant's never."""
    assert await found(told, text) == cases


async def test_what_one_may_not_read_finds_nothing(told: Database) -> None:
    """A field that is hidden or masked is not searched, nor are the depths that could hold it."""
    assert await found(told, "88123") == ["c1"]
    assert await found(told, "88123", ("salary",)) == []
    assert await found(told, "ultramarine", ("colour",)) == []
    assert await found(told, "阀门", ("salary",)) == ["c1"]


async def test_words_follow_what_changes(told: Database) -> None:
    """What was overwritten is found no more, in the same transaction; a rebuild finds nothing to mend."""
    story = Story("c4").started(title="电梯", data={"note": "旧的说明"}).asks("visit", "bob")
    await story.store(told)
    story.tell(EntryKind.DATA_CHANGED, fields={"note": "新的说明"})
    story.tell(EntryKind.CASE_TITLED, title="扶梯", priority=1)
    await story.store(told)
    assert (await found(told, "旧的"), await found(told, "新的"), await found(told, "电梯")) == ([], ["c4"], [])
    async with told.read("t") as session:
        inbox = await task_lists.inbox(session, "bob", TaskFilter(text="扶梯 任务"))
    assert [item.task.case_id for item in inbox.items] == ["c4"]
    assert (await rebuild(told, "t", check=True)).differences == []


_TEXTS = st.text(
    st.one_of(st.sampled_from("空调维修漏水a1ｂ2 -éИ가"), st.characters(exclude_categories=["Cs"])), max_size=30
)


@given(text=_TEXTS, start=st.integers(0, 30), length=st.integers(1, 20))
def test_no_part_of_a_text_is_missed(text: str, start: int, length: int) -> None:
    """Any part that begins where one may begin to look has each of its spans among the terms of the text."""
    folded = " ".join(words._pieces(text))
    beginnings = [0, *(index for index in range(1, len(folded)) if _may_begin(folded, index))]
    start = beginnings[start % len(beginnings)]
    kept = words.terms([text])
    for span in words.spans(folded[start : start + length]) if len(folded) <= 100 else []:
        assert any(span.low <= term < span.high for term in kept), (folded, span)


def _may_begin(text: str, index: int) -> bool:
    before, here = (words._kind(character) for character in text[index - 1 : index + 1])
    return text[index - 1] == " " or here != "word" or before != "word"
