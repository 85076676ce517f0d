"""Saved views: lists with a name, a filter, an order and columns; a person's own, or shared with a role.

What stands in a filter is the caller's business to check; here it is JSON.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from waystation.contracts.errors import Refused
from waystation.store.filters import any_of
from waystation.store.ids import new_id
from waystation.store.session import Conflict, TenantSession
from waystation.store.tables.lists import SavedViewRow

ViewList = Literal["cases", "tasks"]

#: Views of one person.
MOST_VIEWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a view says. `role` is whom it is shared with; empty: nobody."""

    of: ViewList
    name: str
    filter: dict[str, Any]
    sort: str
    descending: bool
    columns: list[str]
    role: str = ""


async def views_of(
    session: TenantSession, person: str, roles: Collection[str], which: ViewList | None = None
) -> list[SavedViewRow]:
    """A person's own views and those shared with one of his roles, by list and name."""
    query = select(SavedViewRow).where(
        or_(SavedViewRow.owner == person, SavedViewRow.role.in_(sorted(set(roles) - {""})))
    )
    if which is not None:
        query = query.where(SavedViewRow.of == which)
    return list(await session.scalars(query.order_by(SavedViewRow.of, SavedViewRow.name, SavedViewRow.view)))


async def view(
    session: TenantSession, view_id: str, person: str, roles: Collection[str], *, locked: bool = False
) -> SavedViewRow:
    """One view that this person may use.

    Args:
        locked: until the transaction ends, for changing it.

    Raises:
        Refused: `not_found`, also for one that is not his to see.
    """
    query = select(SavedViewRow).where(*any_of(SavedViewRow.view, view_id))
    row = (await session.scalars(query.with_for_update() if locked else query)).one_or_none()
    if row is None or not (row.owner == person or (row.role and row.role in roles)):
        raise Refused("not_found", "there is no such view", "没有该视图")
    return row


async def save(
    session: TenantSession, owner: str, said: View, *, at: datetime, row: SavedViewRow | None = None, revision: int = 0
) -> SavedViewRow:
    """Keep a new view, or change one.

    Args:
        revision: of the view that is changed, as the caller had read it.
    Raises:
        Refused: `stale`, `name_in_use`, `too_many`.
    """
    await _check_name(session, owner, said, row)
    if row is None:
        owned = await session.scalar(select(func.count()).select_from(SavedViewRow).where(SavedViewRow.owner == owner))
        if (owned or 0) >= MOST_VIEWS:
            raise Refused("too_many", f"at most {MOST_VIEWS} views", f"视图数量不得超过 {MOST_VIEWS} 个")
        row = SavedViewRow(view=new_id(), owner=owner, revision=0)
        session.add(row)
    elif row.revision != revision:
        raise Refused("stale", "somebody else has changed this view", "该视图已被他人修改，请刷新后再保存")
    row.of, row.name, row.role = said.of, said.name, said.role
    row.filter, row.columns = said.filter, said.columns
    row.sort, row.descending = said.sort, said.descending
    row.revision, row.changed_at = row.revision + 1, at
    try:
        await session.flush()
    except IntegrityError as error:
        raise Conflict(f"somebody else saves a view named {said.name}") from error
    return row


async def drop(session: TenantSession, row: SavedViewRow) -> None:
    await session.delete(row)
    await session.flush()


async def _check_name(session: TenantSession, owner: str, said: View, row: SavedViewRow | None) -> None:
    query = select(SavedViewRow.view).where(
        SavedViewRow.owner == owner, SavedViewRow.of == said.of, SavedViewRow.name == said.name
    )
    holder = await session.scalar(query)
    if holder is not None and (row is None or holder != row.view):
        raise Refused("name_in_use", f"there is a view named {said.name}", f"已有名为“{said.name}”的视图")
