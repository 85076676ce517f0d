"""From an identity of the provider to a person of the tenant: by external id or verified mail, as it is configured."""

from __future__ import annotations

import re
from datetime import datetime

from msgspec import structs

from designer_api.auth.oidc import Identity, failed
from waystation.contracts.directory import PersonRecord
from waystation.gateway import organisation as changing
from waystation.settings import Settings
from waystation.store import audit, organisation
from waystation.store.session import TenantSession

#: The source of external ids that the provider's subjects are.
SOURCE = "oidc"
_NOT_IN_IDS = re.compile(r"[^a-z0-9_]+")


async def person_for(session: TenantSession, identity: Identity, settings: Settings, at: datetime) -> str:
    """The person that an identity belongs to.

    Raises:
        Refused: `sign_in_failed`: nobody, or somebody who has left.
    """
    found = await _known(session, identity, settings)
    if found is None and settings.oidc_create:
        found = await _created(session, identity, at)
    if found is None or not found.active:
        raise failed("nobody here has this identity", "此处没有与该身份对应的人员")
    return found.id


async def _known(session: TenantSession, identity: Identity, settings: Settings) -> PersonRecord | None:
    if settings.oidc_match == "external":
        stored = await organisation.by_external_id(session, SOURCE, identity.subject)
        return stored.record if stored is not None else None
    if identity.email is None:
        return None
    everybody = (await organisation.everybody(session)).values()
    same = [one.record for one in everybody if one.record.email.lower() == identity.email]
    return same[0] if len(same) == 1 else None  # two with one address: neither is certain


async def _created(session: TenantSession, identity: Identity, at: datetime) -> PersonRecord:
    """A new person without roles, known by the provider's subject; never one who is there already."""
    everybody = await organisation.everybody(session)
    if identity.email is not None and any(one.record.email.lower() == identity.email for one in everybody.values()):
        raise failed("somebody else has this address of mail", "该邮箱已属于他人")
    wanted = (
        _NOT_IN_IDS.sub("_", (identity.email or identity.subject).partition("@")[0].lower()).strip("_")[:40] or "user"
    )
    name = next(one for one in _names(wanted) if one not in everybody)
    record = structs.replace(
        PersonRecord(name), name=identity.name[:100], email=identity.email or "", external={SOURCE: identity.subject}
    )
    await organisation.add(session, [record], by=name, at=at)
    await changing.finish(session, by=name, may_administer=False, at=at)
    await audit.record(session, name, "person.add", at=at, target=f"person/{name}", detail={"source": SOURCE})
    return record


def _names(wanted: str) -> list[str]:
    return [wanted, *(f"{wanted}_{number}" for number in range(2, 1_000))]
