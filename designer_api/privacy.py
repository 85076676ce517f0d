"""Personal data for those who answer for them: finding, erasing, exporting, how long cases keep them, who read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from designer_api import exporting
from designer_api.auth.access_rules import Right
from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.objects import ObjectStore
from designer_api.schemas import CasePage
from designer_api.tenant_settings import change_setting
from designer_api.views import case_view, may_see
from waystation.store import audit, cases, erasing, personal, personal_exports, personal_reads, tenants
from waystation.store.erasing import Found
from waystation.store.retention import SETTING, Retention, read_retention
from waystation.store.session import TenantSession
from waystation.store.tables.personal import PersonalReadRow

#: Cases that one exact search looks at.
MOST_CASES = 100

By = Literal["case", "customer", "id_number", "mail", "member", "person", "phone"]
FieldBy = Literal["customer", "id_number", "mail", "member", "phone"]
Value = Annotated[str, Field(min_length=1, max_length=200)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Who(_Asked):
    """Somebody, by what fields of cases hold (`phone`, `customer` …), by a case that alone knows him, or by the id of
    his key."""

    by: By
    value: Value


class Where(_Asked):
    """What is looked for in cases, exactly."""

    by: FieldBy
    value: Value


class Erasure(Who):
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    force: bool = Field(default=False, description="Even while open cases need him. 即使流程进行中也删除")


class Held(BaseModel):
    """What is held of somebody. `people` are ids of his keys, `others` those of people in whose data he occurs."""

    people: list[str]
    others: list[str]
    cases: list[str]


class Read(BaseModel):
    """Somebody was shown personal fields of a case in full."""

    at: datetime
    actor: str
    case: str
    fields: list[str]
    route: str


class ReadPage(BaseModel):
    items: list[Read]
    next: str | None = None


def _held(found: Found) -> Held:
    return Held(people=found.people, others=found.others, cases=sorted(found.cases))


async def find(parts: Parts, caller: Caller, who: Who) -> Held:
    async def work(session: TenantSession) -> Held:
        return _held(await erasing.find(session, who.by, who.value))

    return await parts.database.transact(caller.tenant, work)


async def erase(parts: Parts, caller: Caller, body: Erasure) -> Held:
    """Destroy somebody's keys.

    Raises:
        Refused: `not_found`, `ambiguous_person`, `still_needed`, `not_sealed`.
    """
    at = now()

    async def work(session: TenantSession) -> Held:
        found = await erasing.erase(
            session, body.by, body.value, actor=caller.person, reason=body.reason, at=at, force=body.force
        )
        return _held(found)

    return await parts.database.transact(caller.tenant, work)


async def export(parts: Parts, objects: ObjectStore, caller: Caller, who: Who) -> bytes:
    """A ZIP file with everything that is held on somebody; who had it made is in the logs."""
    at = now()

    async def work(session: TenantSession) -> dict[str, Any]:
        found = await personal_exports.export(session, who.by, who.value)
        shown_of = {each["case"]: ["*"] for each in found["cases"]}
        await personal_reads.note(session, caller.person, shown_of, route="export", at=at)
        detail = {"by": who.by, "cases": len(found["cases"])}
        await audit.record(session, caller.person, "person.export", at=at, target="privacy/export", detail=detail)
        return found

    found = await parts.database.transact(caller.tenant, work)
    return await exporting.archive(parts.database, objects, caller.tenant, found)


async def reads(
    parts: Parts, caller: Caller, *, actor: str | None, case: str | None, cursor: str | None, limit: int
) -> ReadPage:
    async with parts.database.read(caller.tenant) as session:
        page = await personal_reads.reads(session, actor=actor, case=case, cursor=cursor, limit=limit)
    return ReadPage(items=[_read(row) for row in page.items], next=page.next)


def _read(row: PersonalReadRow) -> Read:
    return Read(at=row.at, actor=row.actor, case=row.case_id, fields=row.fields, route=row.route)


async def retention(parts: Parts, caller: Caller) -> Retention:
    async with parts.database.read(caller.tenant) as session:
        return read_retention(await tenants.setting(session, SETTING))


async def change_retention(parts: Parts, caller: Caller, body: Retention) -> Retention:
    """Make these the rules; the next housekeeping goes by them."""
    await change_setting(parts, caller, SETTING, body, action="retention.change")
    return body


async def cases_of(parts: Parts, caller: Caller, where: Where) -> CasePage:
    """Cases in which exactly this occurs, of those that the caller may see, in fields that he may read."""
    async with parts.database.read(caller.tenant) as session:
        found = await erasing.cases_with(session, where.by, where.value, limit=MOST_CASES)
        rows = [row for each in found if (row := await cases.case(session, each)) is not None]
        seen = [row for row in rows if await may_see(parts, session, caller, row)]
        rights = caller.rules.rights(caller.roles)
        readable = [row for row in seen if await _may_read(session, row.plan_hash, where.by, rights)]
    return CasePage(items=[case_view(row) for row in readable], next=None)


async def _may_read(session: TenantSession, plan: str, by: str, rights: dict[str, Right]) -> bool:
    """Whether the caller reads some field of this kind in full: else a search would tell what is hidden from him."""
    declared = await personal.fields_of(session, [plan])
    fields = declared.fields.items() if declared is not None else ()
    named = [name for name, field in fields if field.kind == by]
    named += [field.of for _, field in fields if declared is not None and field.of and declared.kind_of(field.of) == by]
    return any(rights.get(name, Right.EDIT) >= Right.READ for name in named)
