"""The actions of people: who is at home in a kind of work, going by what he has done."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from activities._runtime import ActionContext, Given, Gives, Name, action
from waystation.store import people
from waystation.store.tables.cases import CaseRow, Seen, TaskPersonRow, TaskRow


class ExperiencedIn(Given):
    """Look among those who have answered a node's tasks.

    Args:
        node: whose tasks count.
        process: whose node it is; default: the process that asks.
        days: how far back answers count.
        field: a field of the case that must have this `value`: the same customer, the same kind of machine.
    """

    node: Name
    process: Name | None = None
    days: Annotated[int, Field(ge=1, le=3650)] = 365
    field: Name | None = None
    value: str | int | bool | None = None


class Practised(Gives):
    person: str
    done: int


class ExperiencedOut(Gives):
    """`who` has done most of them, of equals whoever did one last; None where nobody has, or who has is gone. `all`
    are at most twenty, the most experienced first."""

    who: str | None
    all: list[Practised]


#: People that are told, and the latest answers that are counted.
_TOLD, _COUNTED = 20, 5_000


@action(
    "people.experienced",
    zh="按历史选人",
    en="Find the experienced",
    about_zh="从过去的任务中找出做得最多的人，可限定同一客户、同一机型等。",
    icon="history",
)
async def experienced(ctx: ActionContext, args: ExperiencedIn) -> ExperiencedOut:
    """Who has answered most tasks of a node, among those who still work here."""
    query = (
        select(TaskPersonRow.person, CaseRow.data)
        .join(TaskRow, (TaskRow.case_id == TaskPersonRow.case_id) & (TaskRow.path == TaskPersonRow.path))
        .join(CaseRow, CaseRow.case_id == TaskPersonRow.case_id)
        .where(
            TaskRow.process == (args.process or ctx.request.process),
            TaskRow.node == args.node,
            TaskPersonRow.status == Seen.DONE,
            TaskPersonRow.changed_at >= ctx.at - timedelta(days=args.days),
        )
        .order_by(TaskPersonRow.changed_at.desc(), TaskPersonRow.case_id, TaskPersonRow.path)
        .limit(_COUNTED)
    )
    here = (await people.organisation(ctx.session)).people
    answers: Counter[str] = Counter()  # keeps the order in which they came: of equals the latest is first
    for person, data in await ctx.session.execute(query):
        fits = args.field is None or data.get(args.field) == args.value
        if fits and person in here and here[person].active:
            answers[person] += 1
    found = [Practised(person=person, done=done) for person, done in answers.most_common(_TOLD)]
    return ExperiencedOut(who=found[0].person if found else None, all=found)
