"""Journals of several cases appended in one transaction are what each would be alone."""

from __future__ import annotations

import pytest

from tests.store.journals import META, Story
from tests.store.moments import later
from waystation.contracts.events import EntryKind
from waystation.gateway.arrivals import Arrivals, Seen
from waystation.store import chain_check, counters, journal
from waystation.store.journal import Addition
from waystation.store.rebuild import rebuild
from waystation.store.session import Database


def stories() -> list[Story]:
    """Three cases at different points: one ends, one asks, one is only begun."""
    over = Story("c1").started().asks("visit", "bob", due=60).answered("visit", "bob").ended()
    asking = Story("c2").started(key="K-2").asks("visit", "bob").asks("check#1", "ann", "cid", due=90)
    return [over, asking, Story("c3").started().tell(EntryKind.NODE_ENTERED, "run", kind="action")]


async def append_from(database: Database, told: list[Story], since: int, until: int | None = None) -> int:
    async with database.write("t") as session:
        additions = [Addition(story.case_id, story.entries[since:until], META) for story in told]
        return sum((await journal.append_all(session, additions)).values())


async def test_several_cases_are_as_each_alone(database: Database) -> None:
    """In two steps, of which the second brings some of it again: journals, rows, counts and chains hold."""
    told = stories()
    assert 6 == await append_from(database, told, 0, 2)
    rest = sum(len(story.entries) - 2 for story in told)
    assert rest == await append_from(database, told, 1)
    assert 0 == await append_from(database, told, 0)
    report = await rebuild(database, "t", check=True)
    assert (3, sum(len(story.entries) for story in told), []) == (report.cases, report.entries, report.differences)
    assert [] == (await chain_check.check(database, "t")).breaks
    async with database.read("t") as session:
        for story in told:
            kept = await journal.entries(session, story.case_id)
            assert [entry.seq for entry in story.entries] == [entry.seq for entry in kept]
        totals = await counters.totals(session, later(-7200), later(7200))
    assert {"started": 3, "task_opened": 3, "answered": 1, "task_closed": 1, "done": 1} == {
        name: count for _, name, _, count in totals
    }


async def test_one_that_does_not_fit_leaves_nothing_of_the_others(database: Database) -> None:
    """It is one transaction; whoever puts cases together takes it apart."""
    told = stories()
    told[1].entries = told[1].entries[1:]
    with pytest.raises(journal.JournalBroken, match="c2"):
        await append_from(database, told, 0)
    async with database.read("t") as session:
        assert [0, 0, 0] == [await journal.last_seq(session, story.case_id) for story in told]


async def test_new_cases_are_told_of_as_far_as_they_are(database: Database) -> None:
    """Who has asked all, or ended, has arrived; where more is under way its workflow is asked; else patience ends."""
    arrivals = Arrivals(database)
    finding = Story("c4").started().tell(EntryKind.NODE_ENTERED, "visit", kind="task")
    await append_from(database, [*stories(), finding], 0)
    assert Seen.ASKED is await arrivals.wait("t", "c1", 20)
    assert Seen.ASKED is await arrivals.wait("t", "c2", 20)
    assert Seen.STORED is await arrivals.wait("t", "c3", 20)
    assert Seen.STORED is await arrivals.wait("t", "c4", 20)
    assert Seen.NOTHING is await arrivals.wait("t", "c9", 0.1)
    assert Seen.NOTHING is await arrivals.wait("other", "c1", 0.1)
