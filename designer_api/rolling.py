"""A roll-out as answers show it: who gets which version, and how the cases of both fare."""

from __future__ import annotations

from designer_api import bulk_schemas as schemas
from waystation.store import rollouts
from waystation.store.session import TenantSession
from waystation.store.tables.changes import RolloutRow


async def rollout_view(session: TenantSession, row: RolloutRow) -> schemas.Rollout:
    """A roll-out with the figures of its two versions since it began."""
    figures = await rollouts.figures(session, row.process, (row.version, row.base), row.started_at)
    return schemas.Rollout(
        process=row.process,
        version=row.version,
        base=row.base,
        units=[str(unit) for unit in row.units],
        percent=row.percent,
        part_by=row.part_by,
        revision=row.revision,
        started_at=row.started_at,
        started_by=row.started_by,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        figures=[
            schemas.VersionFigures(
                version=one.version,
                cases=one.cases,
                open=one.open,
                failed=one.failed,
                incidents=one.incidents,
                breaches=one.breaches,
            )
            for one in figures
        ],
    )
