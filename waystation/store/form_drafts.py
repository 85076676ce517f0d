"""Forms that people have begun to fill in: kept until submitted, each for one person alone.

A draft has a revision that rises with each save. Who saves says which revision he has seen, so two windows of one
person never overwrite each other unawares.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from waystation.contracts.errors import Refused
from waystation.store import exact_json, prepared, tenant_seal
from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.desk import FormDraftRow

#: Bytes of one draft as JSON, and drafts of one person.
MOST_BYTES = 256 * 1024
MOST_DRAFTS = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """What a form is for: a task (`case id, visit path`) or the start of a process (`process`)."""

    kind: Literal["task", "start"]
    target: tuple[str, ...]

    @property
    def key(self) -> str:
        return exact_json.digest([self.kind, *self.target])


def task_form(case_id: str, path: str) -> Subject:
    return Subject("task", (case_id, path))


def start_form(process: str) -> Subject:
    return Subject("start", (process,))


async def draft(session: TenantSession, person: str, subject: Subject) -> FormDraftRow | None:
    found = await prepared.row(session, FormDraftRow, person, subject.key)
    return None if found is None else _opened(session, found)


async def save(
    session: TenantSession, person: str, subject: Subject, form: dict[str, Any], *, seen: int | None, at: datetime
) -> int:
    """Put a form in place of what was saved before; returns its revision.

    Args:
        seen: the revision that this one follows; 0: none was there; None: not said, which suits only a first draft.
    Raises:
        Refused: `too_large`, `too_many`, `revision_needed`, `changed_meanwhile`.
    """
    if len(exact_json.encode(form).encode()) > MOST_BYTES:
        raise Refused("too_large", f"a draft has at most {MOST_BYTES} bytes", f"草稿不得超过 {MOST_BYTES} 字节")
    if not seen and await _first(session, person, subject, form, at):
        return 1
    if seen is None:
        raise Refused(
            "revision_needed", "say in If-Match which draft this follows", "请用 If-Match 说明所基于的草稿版本"
        )
    changed = await session.execute(
        update(FormDraftRow)
        .where(*_one(person, subject), FormDraftRow.revision == seen)
        .values(form=tenant_seal.sealed(session, form), revision=seen + 1, saved_at=at)
    )
    assert isinstance(changed, CursorResult)
    if changed.rowcount == 0:
        raise changed_meanwhile(await _revision(session, person, subject))
    return seen + 1


async def _first(session: TenantSession, person: str, subject: Subject, form: dict[str, Any], at: datetime) -> bool:
    count = select(func.count()).select_from(FormDraftRow).where(FormDraftRow.person == person)
    if int(await session.scalar(count) or 0) >= MOST_DRAFTS and await _revision(session, person, subject) == 0:
        raise Refused("too_many", f"at most {MOST_DRAFTS} drafts are kept", f"最多保留 {MOST_DRAFTS} 份草稿")
    return await insert_if_new(
        session, FormDraftRow, person=person, subject=subject.key, kind=subject.kind, target=list(subject.target),
        form=tenant_seal.sealed(session, form), revision=1, saved_at=at,
    )  # fmt: skip


async def drop(session: TenantSession, person: str, subject: Subject, *, seen: int | None = None) -> bool:
    """Forget a draft, where `seen` is given only if it is still that revision. False: there was none.

    Raises:
        Refused: `changed_meanwhile`.
    """
    gone = delete(FormDraftRow).where(*_one(person, subject))
    result = await session.execute(gone if seen is None else gone.where(FormDraftRow.revision == seen))
    assert isinstance(result, CursorResult)
    if result.rowcount == 0 and seen is not None and (now := await _revision(session, person, subject)):
        raise changed_meanwhile(now)
    return result.rowcount == 1


async def drafts_of(session: TenantSession, person: str) -> list[FormDraftRow]:
    """A person's drafts, last saved first."""
    query = select(FormDraftRow).where(FormDraftRow.person == person)
    rows = await session.scalars(query.order_by(FormDraftRow.saved_at.desc(), FormDraftRow.subject))
    return [_opened(session, row) for row in rows]


def _opened(session: TenantSession, row: FormDraftRow) -> FormDraftRow:
    """The row with its form as it was given; that it was sealed is no change of it."""
    set_committed_value(row, "form", tenant_seal.opened(session, row.form))
    return row


async def _revision(session: TenantSession, person: str, subject: Subject) -> int:
    return int(await session.scalar(select(FormDraftRow.revision).where(*_one(person, subject))) or 0)


def _one(person: str, subject: Subject) -> tuple[Any, ...]:
    return FormDraftRow.person == person, FormDraftRow.subject == subject.key


def changed_meanwhile(revision: int) -> Refused:
    return Refused(
        "changed_meanwhile", "the draft has been saved elsewhere since", "草稿已在别处更新", {"revision": revision}
    )
