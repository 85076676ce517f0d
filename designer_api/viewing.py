"""Saved views for a caller: checked like the lists they stand for, and changed only by those who may."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, ValidationError

from designer_api.auth.policy import Action, Caller, can
from designer_api.deps import Parts, now
from designer_api.list_queries import CaseQuery, CaseSort, Direction, TaskQuery, TaskSort
from designer_api.schemas import Asked, Case, Id, Task
from waystation.contracts.errors import Refused
from waystation.store import saved_views
from waystation.store.session import TenantSession
from waystation.store.tables.lists import SavedViewRow

_MOST_COLUMNS = 40
_FILTERS: dict[str, type[CaseQuery | TaskQuery]] = {"cases": CaseQuery, "tasks": TaskQuery}
_SORTS: dict[str, tuple[str, ...]] = {"cases": get_args(CaseSort), "tasks": get_args(TaskSort)}
_COLUMNS = {"cases": frozenset(Case.model_fields), "tasks": frozenset(Task.model_fields)}


class NewView(Asked):
    """A view to be kept. `filter` holds parameters of the list, `columns` fields of its items, `data.<field>` of a
    case's data."""

    of: Literal["cases", "tasks"]
    name: Id
    role: Id | None = Field(default=None, description="Whom it is shared with. 共享给哪个角色")
    filter: dict[str, Any] = Field(default_factory=dict)
    sort: Annotated[str, Field(max_length=40)]
    order: Literal["asc", "desc"] = "asc"
    columns: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=_MOST_COLUMNS)] = Field(
        default_factory=list
    )


class ChangedView(NewView):
    """A view as it shall be; `revision` as it was read."""

    revision: Annotated[int, Field(ge=1, lt=2**31)]


class View(BaseModel):
    """A view; `own` tells whether the caller made it."""

    id: str
    of: Literal["cases", "tasks"]
    name: str
    role: str | None
    filter: dict[str, Any]
    sort: str
    order: Direction
    columns: list[str]
    owner: str
    own: bool
    revision: int
    changed_at: datetime


class ViewPage(BaseModel):
    items: list[View]


async def views(held: Parts, caller: Caller, which: Literal["cases", "tasks"] | None) -> ViewPage:
    async with held.database.read(caller.tenant) as session:
        rows = await saved_views.views_of(session, caller.person, caller.roles, which)
    return ViewPage(items=[_view(row, caller) for row in rows])


async def show(held: Parts, caller: Caller, view: str) -> View:
    async with held.database.read(caller.tenant) as session:
        return _view(await saved_views.view(session, view, caller.person, caller.roles), caller)


async def add(held: Parts, caller: Caller, body: NewView) -> View:
    """Keep a view.

    Raises:
        Refused: `bad_view`, `not_allowed`, `name_in_use`, `too_many`.
    """
    said = _checked(caller, body)

    async def work(session: TenantSession) -> View:
        return _view(await saved_views.save(session, caller.person, said, at=now()), caller)

    return await held.database.transact(caller.tenant, work)


async def change(held: Parts, caller: Caller, view: str, body: ChangedView) -> View:
    """Change a view.

    Raises:
        Refused: as `add`; `not_found`, `stale`.
    """
    said = _checked(caller, body)

    async def work(session: TenantSession) -> View:
        row = await _to_change(session, caller, view)
        saved = await saved_views.save(session, row.owner, said, at=now(), row=row, revision=body.revision)
        return _view(saved, caller)

    return await held.database.transact(caller.tenant, work)


async def drop(held: Parts, caller: Caller, view: str) -> None:
    async def work(session: TenantSession) -> None:
        await saved_views.drop(session, await _to_change(session, caller, view))

    await held.database.transact(caller.tenant, work)


async def _to_change(session: TenantSession, caller: Caller, view: str) -> SavedViewRow:
    row = await saved_views.view(session, view, caller.person, caller.roles, locked=True)
    if row.owner != caller.person and not can(caller, Action.ADMINISTER):
        raise Refused("not_allowed", "only its owner may change this view", "只有创建者可以修改该视图")
    return row


def _checked(caller: Caller, body: NewView) -> saved_views.View:
    try:
        kept = _FILTERS[body.of].model_validate(body.filter).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        faults = {".".join(map(str, fault["loc"])): fault["msg"] for fault in error.errors()}
        first = next(iter(faults.items()))
        en, zh = f"filter.{first[0]}: {first[1]}", f"筛选条件有误：{first[0]}：{first[1]}"
        raise Refused("bad_view", en, zh, {"fields": faults}) from error
    _check_rest(caller, body)
    return saved_views.View(
        of=body.of, name=body.name.strip(), filter=kept, sort=body.sort, descending=body.order == "desc",
        columns=body.columns, role=body.role or "",
    )  # fmt: skip


def _check_rest(caller: Caller, body: NewView) -> None:
    strange = [name for name in body.columns if name not in _COLUMNS[body.of] and not _is_data(name, body.of)]
    if strange or len(set(body.columns)) != len(body.columns):
        what = ", ".join(strange) or "twice the same"
        raise Refused("bad_view", f"columns: {what}", f"列有误：{what}", {"columns": strange})
    if body.sort not in _SORTS[body.of]:
        known = ", ".join(_SORTS[body.of])
        raise Refused("bad_view", f"sort: {body.sort} is none of {known}", f"排序字段 {body.sort} 不在 {known} 之中")
    if not body.name.strip() or "\0" in body.name or "\0" in (body.role or ""):
        raise Refused("bad_view", "name: it must say something", "视图名称不能为空")
    if body.role is not None and body.role not in caller.roles and not can(caller, Action.ADMINISTER):
        raise Refused("not_allowed", f"only who has the role {body.role} may share with it", "只能共享给自己拥有的角色")


def _is_data(name: str, which: str) -> bool:
    return which == "cases" and name.startswith("data.") and len(name) > len("data.")


def _view(row: SavedViewRow, caller: Caller) -> View:
    which: Literal["cases", "tasks"] = "cases" if row.of == "cases" else "tasks"
    return View(
        id=row.view, of=which, name=row.name, role=row.role or None, filter=row.filter, sort=row.sort,
        order=Direction.DESC if row.descending else Direction.ASC, columns=row.columns, owner=row.owner,
        own=row.owner == caller.person, revision=row.revision, changed_at=row.changed_at,
    )  # fmt: skip
