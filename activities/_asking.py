"""Finding people for the machine: the tenant's organisation and the figures that an allocation needs, from the store.

Who is asked is decided by a pure function that the entry point hands in; this module only looks up what it needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from activities._computing import RunAhead
from waystation.contracts.events import Entry, PeopleResolved, ResolvePeople
from waystation.contracts.people import Organisation, Request, Resolution
from waystation.contracts.runs import ActionDone, CaseMark, RecordRequest
from waystation.store.session import TenantSession
from waystation.store.tables.cases import Seen, TaskPersonRow, TaskRow

#: Strategies that give a task to one of several; only these need figures.
ALLOCATING = frozenset({"least_loaded", "round_robin", "random"})


@dataclass(frozen=True, slots=True)
class Figures:
    """What choosing one of several needs: open tasks per person, turns by `process/node`, and a seed."""

    open: dict[str, int] = field(default_factory=dict)
    cursor: dict[str, int] = field(default_factory=dict)
    seed: str = ""


#: The organisation of the session's tenant as it is now.
OrganisationOf = Callable[[TenantSession], Awaitable[Organisation]]
#: Who is asked: a pure function.
Resolve = Callable[[Organisation, Request, Figures], Resolution]
#: The entries that the answers to a request lead to; none where that is left to the workflow.
Ahead = Callable[[RecordRequest, Sequence[PeopleResolved]], list[Entry]]


def _nothing(_request: RecordRequest, _answers: Sequence[PeopleResolved]) -> list[Entry]:
    return []


async def _as_it_is(request: RecordRequest, _attempt: object) -> tuple[RecordRequest, list[ActionDone]]:
    return request, []


@dataclass(frozen=True, slots=True)
class Asking:
    """How people are found, and what the case makes of them and of actions that only compute."""

    organisation: OrganisationOf
    resolve: Resolve
    ahead: Ahead = _nothing
    run_ahead: RunAhead = _as_it_is

    async def answer(
        self, session: TenantSession, mark: CaseMark, questions: list[ResolvePeople]
    ) -> list[PeopleResolved]:
        """The people for each question, in order; questions of one batch take turns among themselves."""
        if not questions:
            return []
        organisation = await self.organisation(session)
        asked: Counter[str] = Counter()
        answers = []
        for question in questions:
            figures = await _figures(session, mark, question, asked)
            resolution = self.resolve(organisation, question.request, figures)
            answers.append(PeopleResolved(mark.at, question.path, question.key, resolution))
        return answers


async def _figures(session: TenantSession, mark: CaseMark, question: ResolvePeople, asked: Counter[str]) -> Figures:
    request = question.request
    seed = f"{mark.case}/{question.path}/{question.key}"
    if request.strategy not in ALLOCATING:
        return Figures(seed=seed)
    turn = f"{request.process}/{request.node}"
    before = await _turns(session, request.process, request.node) + asked[turn]
    if question.key == "assign":
        asked[turn] += 1
    return Figures(await _sole_tasks(session), {turn: before}, seed)


async def _turns(session: TenantSession, process: str, node: str) -> int:
    """How often people have been asked at a node: once for every task that was opened there."""
    query = select(func.count()).select_from(TaskRow).where(TaskRow.process == process, TaskRow.node == node)
    return await session.scalar(query) or 0


async def _sole_tasks(session: TenantSession) -> dict[str, int]:
    """How many open tasks each person has that nobody else could do: claimed ones, and those he alone is asked for."""
    query = (
        select(func.min(TaskPersonRow.person))
        .where(TaskPersonRow.status == Seen.OPEN)
        .group_by(TaskPersonRow.case_id, TaskPersonRow.path)
        .having(func.count() == 1)
    )
    return dict(Counter(await session.scalars(query)))
