"""Who may see, edit and publish which designs, by process and region: asked here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from designer_api.auth.permissions import ADMIN, has
from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.designs import publishing_bodies
from waystation.contracts.errors import Refused
from waystation.store import audit, designs
from waystation.store.session import TenantSession
from waystation.store.tables.designs import DesignRightRow
from workflows.machine.commands import is_among

ANY = "*"
#: Who has every right where none is given.
DESIGNER = "designer"


class Right(IntEnum):
    """Each includes those before it."""

    NONE = 0
    SEE = 1
    EDIT = 2
    PUBLISH = 3


NAMES = {"see": Right.SEE, "edit": Right.EDIT, "publish": Right.PUBLISH}


class Rights:
    """The rights of one caller."""

    def __init__(self, caller: Caller, rows: Sequence[DesignRightRow]) -> None:
        self._caller = caller
        self._rows = rows

    @classmethod
    async def of(cls, session: TenantSession, caller: Caller) -> Rights:
        return cls(caller, await designs.rights(session))

    def on(self, process: str, region: str = "") -> Right:
        """What the caller may do with a process of a region."""
        if ADMIN in self._caller.roles:
            return Right.PUBLISH
        rows = [row for row in self._rows if row.process in (process, ANY) and row.region in (region, ANY)]
        if not rows:
            return Right.PUBLISH if DESIGNER in self._caller.roles else Right.NONE
        given = (NAMES[row.right] for row in rows if is_among((row.who,), self._caller.person, self._caller.facts))
        return max(given, default=Right.NONE)

    def require(self, wanted: Right, process: str, region: str = "") -> None:
        """Raise `not_found` for what one may not see, `not_allowed` for what one may only see."""
        found = self.on(process, region)
        if found is Right.NONE:
            raise no_design()
        if found < wanted:
            words = {Right.EDIT: ("编辑", "edit"), Right.PUBLISH: ("发布", "publish")}
            zh, en = words.get(wanted, ("查看", "see"))
            raise Refused("not_allowed", f"you may not {en} this process", f"您没有{zh}此流程的权限", {"action": en})


async def require_publish(session: TenantSession, caller: Caller, process: str) -> None:
    """Refuse with `not_allowed` unless the caller may publish a process, in some region that it has a design of."""
    rights = await Rights.of(session, caller)
    regions = {found.region for found in await designs.designs(session, process=process)} or {""}
    if max(rights.on(process, region) for region in regions) < Right.PUBLISH:
        raise Refused(
            "not_allowed", "you may not publish this process", "您没有发布此流程的权限", {"action": "publish"}
        )


def no_design() -> Refused:
    return Refused("not_found", "there is no such design", "没有这份设计稿")


async def shown(held: Parts, caller: Caller) -> publishing_bodies.GivenRights:
    """Every right that was given."""
    async with held.database.read(caller.tenant) as session:
        return _view(await designs.rights(session))


async def put(held: Parts, caller: Caller, asked: publishing_bodies.GivenRights) -> publishing_bodies.GivenRights:
    """Put these rights in place of all others."""
    rows = [(each.process, each.region, each.right, each.who) for each in asked.items]

    async def work(session: TenantSession) -> publishing_bodies.GivenRights:
        await designs.set_rights(session, rows)
        detail = {"rights": [list(row) for row in rows[:200]], "count": len(rows)}
        await audit.record(session, caller.person, "design.rights", at=now(), target="design-rights", detail=detail)
        return _view(await designs.rights(session))

    return await held.database.transact(caller.tenant, work)


async def on_design(held: Parts, caller: Caller, name: str) -> publishing_bodies.DesignRights:
    """Who may do what with the process of a design, for those who may see it.

    Raises:
        Refused: `not_found`.
    """
    async with held.database.read(caller.tenant) as session:
        return await _on(session, caller, name)


async def put_on_design(
    held: Parts, caller: Caller, name: str, asked: publishing_bodies.RightsAsked
) -> publishing_bodies.DesignRights:
    """Put these rights on the process of a design in place of those that name it.

    Raises:
        Refused: `not_found`.
    """

    async def work(session: TenantSession) -> publishing_bodies.DesignRights:
        before = await _on(session, caller, name)
        rows = [(each.region, each.right, each.who) for each in asked.items]
        await designs.set_rights_on(session, before.process, rows)
        was = [[each.region, each.right, each.who] for each in before.items]
        detail = {"process": before.process, "before": was, "after": [list(row) for row in rows]}
        await audit.record(session, caller.person, "design.rights", at=now(), target=f"design/{name}", detail=detail)
        return await _on(session, caller, name)

    return await held.database.transact(caller.tenant, work)


async def _on(session: TenantSession, caller: Caller, name: str) -> publishing_bodies.DesignRights:
    design = await designs.design(session, name)
    rows = await designs.rights(session)
    mine = Rights(caller, rows).on(design.facts.process, design.region) if design is not None else Right.NONE
    if design is None or mine is Right.NONE:
        raise no_design()
    process = design.facts.process
    return publishing_bodies.DesignRights.model_validate(
        {
            "process": process,
            "mine": mine.name.lower(),
            "may_change": has(caller.roles, caller.scopes, "designs.rights"),
            "items": [_row(row) for row in rows if row.process == process],
            "everywhere": [_row(row) for row in rows if row.process == ANY],
        }
    )


def _row(row: DesignRightRow) -> dict[str, str]:
    return {"region": row.region, "right": row.right, "who": row.who}


def _view(rows: Sequence[DesignRightRow]) -> publishing_bodies.GivenRights:
    return publishing_bodies.GivenRights(
        items=[
            publishing_bodies.GivenRight.model_validate(
                {"process": row.process, "region": row.region, "right": row.right, "who": row.who}
            )
            for row in rows
        ]
    )
