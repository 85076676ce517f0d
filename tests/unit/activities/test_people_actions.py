"""Who is at home in a kind of work, going by what he has done: counted from tasks as they were answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.store.journals import Story
from tests.unit.activities.conftest import AT, Desk
from waystation.contracts.people import Organisation, Person
from waystation.store import people

pytestmark = pytest.mark.databases


async def tell(desk: Desk, case: str, by: str, node: str = "visit", **data: str) -> None:
    """A finished case in which somebody has answered a task."""
    story = Story(case).started(data=data).asks(node, by, "max").answered(node, by).ended()
    await story.store(desk.database, desk.tenant)


async def test_who_has_done_most(desk: Desk) -> None:
    """Of the same kind where one is named; of equals whoever did one last; nobody who has left; not too long ago."""
    staff = {name: Person(name, active=name != "old") for name in ("ann", "bob", "old", "max")}
    async with desk.database.write(desk.tenant) as session:
        await people.save_organisation(session, Organisation(staff), by="", at=AT)
    for number, (by, machine) in enumerate([("old", "M-7")] * 3 + [("ann", "M-7"), ("ann", "M-7"), ("bob", "M-9")]):
        await tell(desk, f"e{number}", by, machine=machine)
    await tell(desk, "e6", "bob", node="other", machine="M-7")
    asked = {"process": "repair", "node": "visit", "days": 3650}
    assert await desk.ok("people.experienced", **asked) == {
        "who": "ann",
        "all": [{"person": "ann", "done": 2}, {"person": "bob", "done": 1}],
    }
    assert (await desk.ok("people.experienced", **asked, field="machine", value="M-9"))["who"] == "bob"
    assert await desk.ok("people.experienced", **asked, field="machine", value="M-1") == {"who": None, "all": []}
    assert (await desk.ok("people.experienced", process="repair", node="other", days=3650))["who"] == "bob"
    assert (await desk.ok("people.experienced", node="visit", days=3650))["who"] is None
    desk.at = AT + timedelta(days=4000)
    assert (await desk.ok("people.experienced", **asked))["who"] is None
