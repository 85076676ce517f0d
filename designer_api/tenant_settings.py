"""Settings of a tenant that are changed as a whole: what they were before stays in the audit log."""

from __future__ import annotations

from pydantic import BaseModel

from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from waystation.store import audit, tenants
from waystation.store.session import TenantSession


async def change_setting(parts: Parts, caller: Caller, name: str, wanted: BaseModel, *, action: str) -> None:
    """Make this the setting, and note who has done so as `action`; it is kept under its dotted name."""
    at, after = now(), wanted.model_dump(mode="json")

    async def work(session: TenantSession) -> None:
        before = await tenants.setting(session, name)
        await tenants.change_setting(session, name, after, by=caller.person, at=at)
        detail = {"before": before, "after": after}
        await audit.record(session, caller.person, action, at=at, target=name.replace(".", "/"), detail=detail)

    await parts.database.transact(caller.tenant, work)
