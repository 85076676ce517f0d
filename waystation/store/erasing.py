"""Finding people by what they are known by, erasing them, and letting the data of old cases go.

Erasing destroys keys and touches no journal: chains, projections and reports stay as they are, and what was sealed can
never be read again. What the store keeps beside the journal for a while is emptied as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, or_, select, type_coerce, update

from waystation.contracts.errors import Refused
from waystation.sealing.personal import FOUND_BY
from waystation.store import audit, exact_json, organisation, outbox, person_keys
from waystation.store.ids import new_id
from waystation.store.schema import LongText
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, CaseStatus
from waystation.store.tables.desk import FormDraftRow
from waystation.store.tables.effects import OutboxRow
from waystation.store.tables.messages import DeliveryRow, MessageRow
from waystation.store.tables.personal import PersonalTermRow, PersonKeyRow, SealedCaseRow
from waystation.store.tables.shared import IdempotencyRow

#: The kind of outbox row that has Temporal's histories of an ended case deleted.
FORGET_HISTORY = "forget_history"
#: What a person may be looked for by: what fields hold, all that one case knows, or the id of a key.
LOOKED_FOR_BY = (*sorted(FOUND_BY), "case", "person")
_OPEN = (CaseStatus.OPEN, CaseStatus.SUSPENDED)
#: Cases that one refusal names, and that one round of letting go takes.
_NAMED, _ROUND = 20, 100


@dataclass(slots=True)
class Found:
    """What the store holds of somebody.

    Args:
        people: ids of keys that are his own.
        others: ids of keys of somebody else in whose data he occurs.
        cases: ids of cases with data under a key of his own -> numbers of these keys.
    """

    people: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    cases: dict[str, list[int]] = field(default_factory=dict)


async def find(session: TenantSession, by: str, value: str) -> Found:
    """Look for somebody.

    Raises:
        Refused: `not_sealed`, there is no ring, so nothing was sealed; `bad_request`.
    """
    if session.ring is None:
        raise Refused("not_sealed", "nothing is sealed here: no keys are set", "未设置密钥，没有加密的个人数据")
    if by not in LOOKED_FOR_BY:
        known = ", ".join(LOOKED_FOR_BY)
        raise Refused("bad_request", f"look for people by {known}", f"查找方式须为 {known}")
    own, others = await _keys_of(session, by, value)
    rows = await session.scalars(
        select(SealedCaseRow).where(SealedCaseRow.key.in_(own)).order_by(SealedCaseRow.case_id)
    )
    found = Found(sorted(own), sorted(others))
    for row in rows:
        found.cases.setdefault(row.case_id, []).append(row.number)
    return found


async def _keys_of(session: TenantSession, by: str, value: str) -> tuple[set[str], set[str]]:
    """Keys that are somebody's own, and keys of others in whose data he occurs."""
    assert session.ring is not None, "looked at before"
    if by == "person":
        return set(await session.scalars(select(PersonKeyRow.key).where(_living(), PersonKeyRow.key == value))), set()
    if by == "case":
        query = select(SealedCaseRow.key, PersonKeyRow.subject).join_from(
            SealedCaseRow, PersonKeyRow, PersonKeyRow.key == SealedCaseRow.key
        )
        rows = (await session.execute(query.where(SealedCaseRow.case_id == value, _living()))).all()
        return {key for key, subject in rows if not subject}, {key for key, subject in rows if subject}
    term = person_keys.term_of(await person_keys.index_key(session, session.ring), by, value)
    own = set(await session.scalars(select(PersonKeyRow.key).where(PersonKeyRow.subject == term, _living())))
    query = (
        select(SealedCaseRow.key, PersonKeyRow.subject)
        .join_from(
            PersonalTermRow,
            SealedCaseRow,
            (SealedCaseRow.case_id == PersonalTermRow.case_id) & (SealedCaseRow.number == PersonalTermRow.number),
        )
        .join(PersonKeyRow, PersonKeyRow.key == SealedCaseRow.key)
        .where(PersonalTermRow.term == term, _living())
    )
    rows = (await session.execute(query)).all()
    own |= {key for key, subject in rows if not subject}
    return own | await _before_he_was_known(session, own), {key for key, subject in rows if subject} - own


async def _before_he_was_known(session: TenantSession, own: set[str]) -> set[str]:
    """Keys of the same cases and slots from before these said whose data they were."""
    known = select(SealedCaseRow.case_id, SealedCaseRow.slot).where(SealedCaseRow.key.in_(own))
    found: set[str] = set()
    for case_id, slot in (await session.execute(known)).all():
        query = (
            select(SealedCaseRow.key)
            .join(PersonKeyRow, PersonKeyRow.key == SealedCaseRow.key)
            .where(SealedCaseRow.case_id == case_id, SealedCaseRow.slot == slot, PersonKeyRow.subject == "", _living())
        )
        found |= set(await session.scalars(query))
    return found


def _living() -> Any:
    return PersonKeyRow.wrapped.is_not(None)


async def erase(
    session: TenantSession, by: str, value: str, *, actor: str, reason: str, at: datetime, force: bool = False
) -> Found:
    """Destroy the keys of somebody, and note it in the audit log, without saying who it was.

    Args:
        force: even while cases that need him are open. What these say of him from now on is never kept.

    Raises:
        Refused: `not_sealed`, `bad_request`, `not_found`, `ambiguous_person`, `still_needed`.
    """
    found = await find(session, by, value)
    left = by == "member" and await organisation.forget_contact(session, value, by=actor, at=at, force=force)
    if not found.people and not left:
        raise _nobody(found)
    waiting, ended = await _open_and_ended(session, list(found.cases))
    if waiting and not force:
        raise Refused(
            "still_needed",
            f"open cases need this person: {', '.join(waiting[:_NAMED])}; end them, or force it",
            f"进行中的流程仍需要此人的数据：{'、'.join(waiting[:_NAMED])}；请先结束，或强制删除",
            {"cases": waiting[:_NAMED], "count": len(waiting)},
        )
    await _destroy(session, found, actor, at)
    await _empty(session, ended)
    detail = {"people": found.people, "cases": len(found.cases), "open": len(waiting), "reason": reason, "by": by}
    await audit.record(
        session, actor, "person.erase", at=at, target=f"person/{(found.people or ['member'])[0]}", detail=detail
    )
    return found


def _nobody(found: Found) -> Refused:
    if not found.others:
        return Refused("not_found", "nothing is held of this person", "没有此人的数据")
    people = found.others[:_NAMED]
    return Refused(
        "ambiguous_person",
        "this occurs only in data of others; say whom you mean by the id of a key",
        "该值只出现在他人的数据中；请用密钥编号指明要删除的人",
        {"people": people},
    )


async def _open_and_ended(session: TenantSession, cases: Sequence[str]) -> tuple[list[str], list[str]]:
    """Which of these cases still go on, and which have ended; rows that no case has written stand in neither."""
    query = select(CaseRow.case_id, CaseRow.status).where(CaseRow.case_id.in_(cases)).order_by(CaseRow.case_id)
    found = (await session.execute(query)).all()
    return [case for case, status in found if status in _OPEN], [case for case, status in found if status not in _OPEN]


async def _destroy(session: TenantSession, found: Found, actor: str, at: datetime) -> None:
    gone = {"wrapped": None, "subject": "", "erased_at": at, "erased_by": actor}
    await session.execute(update(PersonKeyRow).where(PersonKeyRow.key.in_(found.people)).values(**gone))
    await session.execute(update(SealedCaseRow).where(SealedCaseRow.key.in_(found.people)).values(wrapped=None))
    for case, numbers in found.cases.items():
        mine = (PersonalTermRow.case_id == case, PersonalTermRow.number.in_(numbers))
        await session.execute(delete(PersonalTermRow).where(*mine))


async def _empty(session: TenantSession, ended: Sequence[str]) -> None:
    """What is kept of ended cases beside their journals, for repetitions that no longer come; and have Temporal's
    histories of them deleted."""
    for case in ended:
        await outbox.put(session, FORGET_HISTORY, f"{case}/{new_id()}", {}, at=datetime.now(UTC), case_id=case)
        drafts = type_coerce(FormDraftRow.target, LongText()).startswith(
            exact_json.encode([case])[:-1], autoescape=True
        )
        here = (FormDraftRow.kind == "task", drafts)
        await session.execute(delete(FormDraftRow).where(*here).execution_options(synchronize_session=False))
        await session.execute(
            update(OutboxRow).where(OutboxRow.case_id == case, OutboxRow.status == "done").values(body={})
        )
        await session.execute(
            update(IdempotencyRow).where(IdempotencyRow.scope == f"action:{case}").values(response=None)
        )
        given = select(DeliveryRow.id).where(DeliveryRow.case_id == case)
        await session.execute(update(MessageRow).where(MessageRow.id.in_(given)).values(fields={}))


async def let_go(session: TenantSession, process: str, before: datetime) -> int:
    """Erase what cases of a process that ended before `before` hold of people; how many cases this round took.

    Only the keys of these cases go. Whoever is in no other case loses his own as well.
    """
    query = (
        select(SealedCaseRow.case_id)
        .join(CaseRow, CaseRow.case_id == SealedCaseRow.case_id)
        .where(SealedCaseRow.wrapped.is_not(None), CaseRow.process == process)
        .where(CaseRow.status.not_in(_OPEN), CaseRow.ended_at < before)
    )
    cases = list(await session.scalars(query.distinct().order_by(SealedCaseRow.case_id).limit(_ROUND)))
    if not cases:
        return 0
    keys = set(await session.scalars(select(SealedCaseRow.key).where(SealedCaseRow.case_id.in_(cases))))
    await session.execute(update(SealedCaseRow).where(SealedCaseRow.case_id.in_(cases)).values(wrapped=None))
    await session.execute(delete(PersonalTermRow).where(PersonalTermRow.case_id.in_(cases)))
    await _drop_unused(session, keys, before)
    await _empty(session, cases)
    return len(cases)


async def _drop_unused(session: TenantSession, keys: set[str], at: datetime) -> None:
    living = select(SealedCaseRow.key).where(SealedCaseRow.key.in_(keys), SealedCaseRow.wrapped.is_not(None))
    gone = keys - set(await session.scalars(living))
    values = {"wrapped": None, "subject": "", "erased_at": at, "erased_by": ""}
    await session.execute(update(PersonKeyRow).where(PersonKeyRow.key.in_(gone)).values(**values))


async def cases_with(session: TenantSession, by: str, value: str, *, limit: int) -> list[str]:
    """Ids of cases in which exactly this telephone number, identity number or the like occurs, newest first."""
    index = await person_keys.known_index_key(session, session.ring) if session.ring is not None else None
    if index is None or by not in FOUND_BY:
        return []
    term = person_keys.term_of(index, by, value)
    owned = (
        select(SealedCaseRow.case_id)
        .join(PersonKeyRow, PersonKeyRow.key == SealedCaseRow.key)
        .where(PersonKeyRow.subject == term, SealedCaseRow.wrapped.is_not(None))
    )
    named = select(PersonalTermRow.case_id).where(PersonalTermRow.term == term)
    query = select(CaseRow.case_id).where(or_(CaseRow.case_id.in_(owned), CaseRow.case_id.in_(named)))
    return list(await session.scalars(query.order_by(CaseRow.started_at.desc(), CaseRow.case_id).limit(limit)))
