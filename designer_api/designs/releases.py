"""What became of a design once it was published: its versions, the roll-out under way, and the last migrations."""

from __future__ import annotations

from collections.abc import Mapping

from designer_api import batches
from designer_api.auth.permissions import has
from designer_api.auth.policy import Action, Caller, can
from designer_api.deps import Parts
from designer_api.designs import publishing_bodies as bodies
from designer_api.designs.keeping import opened
from designer_api.rolling import rollout_view
from waystation.contracts.errors import Refused
from waystation.store import bulks, definitions, rollouts
from waystation.store.definitions import Version
from waystation.store.tables.changes import RetiredVersionRow

#: Migrations that are listed.
_MOST = 20


async def show(held: Parts, caller: Caller, name: str) -> bodies.Releases:
    """The versions of a design's process and what lives on them.

    Raises:
        Refused: `not_found`.
    """
    process = (await opened(held, caller, name)).design.facts.process
    migrate = await _may_migrate(held, caller, process)
    async with held.database.read(caller.tenant) as session:
        newest = await definitions.latest(session, process)
        living = await rollouts.open_cases(session, process)
        gone = await rollouts.retired(session, process)
        running = await rollouts.rollout(session, process)
        moved = await bulks.recent(session, process, "migrate", limit=_MOST) if migrate else []
        return bodies.Releases(
            process=process,
            offered=newest.number if newest is not None else None,
            versions=[_release(each, living, gone) for each in await definitions.versions(session, process)],
            rollout=None if running is None else await rollout_view(session, running),
            migrations=[await batches.view(session, each) for each in moved],
            may=bodies.MayRelease(release=_may_release(caller), migrate=migrate),
        )


def _release(version: Version, living: Mapping[int, int], gone: Mapping[int, RetiredVersionRow]) -> bodies.Release:
    row = gone.get(version.number)
    return bodies.Release(
        version=version.number, hash=version.plan_hash, notes=version.notes, published_at=version.published_at,
        published_by=version.published_by, open_cases=living.get(version.number, 0),
        retired=None if row is None else bodies.Retired(at=row.retired_at, by=row.retired_by, reason=row.reason),
    )  # fmt: skip


def _may_release(caller: Caller) -> bool:
    return has(caller.roles, caller.scopes, "processes.publish") and can(caller, Action.PUBLISH)


async def _may_migrate(held: Parts, caller: Caller, process: str) -> bool:
    if not has(caller.roles, caller.scopes, "processes.publish"):
        return False
    try:
        await batches.require_bulk(held, caller, process)
    except Refused:
        return False
    return True
