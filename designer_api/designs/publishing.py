"""The gate before a design is published, and publishing: errors bar it, and its scenarios must pass."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.designs import publishing_bodies, trial_bodies, trials, views
from designer_api.designs.effective import laid_text, regions
from designer_api.designs.keeping import Opened, opened, require_newest
from designer_api.designs.rights import Right
from designer_api.staffing import tenant_library
from designer_api.units import check_units
from waystation.contracts.errors import DefinitionInvalid, Refused
from waystation.contracts.plan import Plan, canonical_json
from waystation.contracts.problems import has_errors
from waystation.design.changes import leaves
from waystation.design.checking import Checked, Spot, check, read_text
from waystation.design.scenario_runs import Verdicts
from waystation.store import audit, definitions, designs, rollouts
from waystation.store.case_lists import CaseFilter, count
from waystation.store.definitions import Version
from waystation.store.session import TenantSession


@dataclass(slots=True)
class Judged:
    """What the gate has found about a design."""

    found: Opened
    text: str
    checked: Checked
    verdicts: Verdicts
    released: Version | None
    open_cases: int


async def judged(held: Parts, caller: Caller, name: str, wanted: Right, seen: int | None = None) -> Judged:
    """Check a design and run its scenarios.

    Raises:
        Refused: `not_found`, `not_allowed`, `revision_needed`, `changed_meanwhile`.
    """
    found = await opened(held, caller, name, wanted)
    if wanted is Right.PUBLISH:
        require_newest(found, seen)
    text, misfits = await laid_text(held, caller, found.design)
    library = await tenant_library(held, caller.tenant)
    checked = await asyncio.to_thread(check, text, held.catalog, library)
    if misfits:
        spots = (*(Spot() for _ in misfits), *checked.spots)
        checked = replace(checked, plan=None, hash=None, problems=(*misfits, *checked.problems), spots=spots)
    verdicts = Verdicts()
    if checked.plan is not None and found.design.content.scenarios.strip():
        world, _ = await trials.world_of(held, caller, text)
        verdicts = await trials.verdicts(held, caller, world, found.design.content.scenarios)
    process = checked.plan.process if checked.plan is not None else found.design.facts.process
    async with held.database.read(caller.tenant) as session:
        released = await definitions.latest(session, process)
        running = await count(session, CaseFilter(process=(process,), status=("open", "suspended")))
    return Judged(found, text, checked, verdicts, released, running)


async def gate(held: Parts, caller: Caller, name: str) -> publishing_bodies.Gate:
    """Whether a design may be published, and why not; and which overlays would no longer fit it."""
    judgement = await judged(held, caller, name, Right.SEE)
    found = await asyncio.to_thread(views.check, judgement.checked)
    errors = sum(problem.severity == "error" for problem in found.problems)
    rows = judgement.verdicts
    blockers = list(_blockers(judgement, errors))
    return publishing_bodies.Gate(
        ready=not blockers, hash=found.hash, errors=errors, warnings=len(found.problems) - errors,
        scenarios=publishing_bodies.ScenarioCounts(passed=len(rows.rows) - len(rows.failed), failed=len(rows.failed)),
        failures=_failures(rows), changes=await asyncio.to_thread(_changes, judgement),
        same=judgement.released is not None and judgement.released.plan_hash == found.hash, blockers=blockers,
        open_cases=judgement.open_cases, problems=found.problems,
        overlays=await _overlays(held, caller, judgement),
    )  # fmt: skip


async def _overlays(held: Parts, caller: Caller, judgement: Judged) -> list[publishing_bodies.Region]:
    design = judgement.found.design
    if design.base or judgement.checked.plan is None:
        return []
    return (await regions(held, caller, design.facts.process, judgement.text)).items


def _blockers(judgement: Judged, errors: int) -> list[publishing_bodies.Blocker]:
    found = []
    if errors:
        found.append(("errors", f"还有 {errors} 处错误", f"{errors} errors are left"))
    if failed := len(judgement.verdicts.failed):
        found.append(("scenarios_failed", f"{failed} 个场景未通过", f"{failed} scenarios fail"))
    design = judgement.found.design
    if judgement.found.rights.on(design.facts.process, design.region) < Right.PUBLISH:
        found.append(("not_allowed", "您没有发布此流程的权限", "you may not publish this process"))
    return [publishing_bodies.Blocker(code=code, zh=zh, en=en) for code, zh, en in found]


def _failures(rows: Verdicts) -> list[trial_bodies.ScenarioVerdict]:
    return [trials.one_verdict(row) for row in rows.failed]


def _changes(judgement: Judged) -> int | None:
    if judgement.released is None:
        return None
    before, after = read_text(judgement.released.source).tree, judgement.checked.source.tree
    return sum(1 for _ in leaves(before, after))


async def publish(
    held: Parts, caller: Caller, name: str, seen: int | None, asked: publishing_bodies.PublishAsked
) -> publishing_bodies.PublishedDesign:
    """Publish a design; to some units or a percentage first, where the request says so.

    Raises:
        Refused: `scenarios_failed`, `not_allowed`, `changed_meanwhile`, `rollout_active`, `no_base`, `bad_form`;
            DefinitionInvalid: there are errors.
    """
    check_units(asked.units)
    judgement = await judged(held, caller, name, Right.PUBLISH, seen)
    plan = judgement.checked.plan
    if plan is None or has_errors(judgement.checked.problems):
        raise DefinitionInvalid(judgement.checked.problems)
    if judgement.verdicts.failed:
        failed = [row.model_dump() for row in _failures(judgement.verdicts)]
        raise Refused("scenarios_failed", "its scenarios fail", "场景未全部通过，不能发布", {"scenarios": failed})
    encoded = canonical_json(plan)
    staged = bool(asked.units) or asked.percent is not None

    async def work(session: TenantSession) -> tuple[int, bool]:
        number, rolled = await _released(session, caller, judgement, plan, encoded, asked, staged=staged)
        await _noted(session, caller, judgement, asked, number)
        return number, rolled

    number, rolled = await held.database.transact(caller.tenant, work)
    found = judgement.checked.hash or ""
    held.gateway.plans.put(found, encoded)
    return publishing_bodies.PublishedDesign(
        process=plan.process, version=number, hash=found, rollout=rolled, migrate=_migration(judgement, plan, number)
    )


async def _released(
    session: TenantSession,
    caller: Caller,
    judgement: Judged,
    plan: Plan,
    encoded: bytes,
    asked: publishing_bodies.PublishAsked,
    *,
    staged: bool,
) -> tuple[int, bool]:
    """Publish, and begin the roll-out; the version, and whether one has begun."""
    at = now()
    before = await definitions.latest(session, plan.process)
    number = await definitions.publish(
        session, plan.process, judgement.text, encoded, by=caller.person, at=at, notes=asked.notes
    )
    if not staged or (before is not None and before.number == number):
        return number, False
    if before is not None:
        await rollouts.hold(session, plan.process, by=caller.person, at=at, before=before.number)
    await rollouts.roll_out(
        session, plan.process, number, asked.units, asked.percent or 0, part_by=asked.part_by, by=caller.person, at=at
    )
    return number, True


async def _noted(
    session: TenantSession, caller: Caller, judgement: Judged, asked: publishing_bodies.PublishAsked, number: int
) -> None:
    design = judgement.found.design
    called = asked.name.strip() or f"v{number}"
    await designs.give_name(session, design.id, design.revision, called, asked.notes)
    detail = {
        "process": design.facts.process, "region": design.region, "version": number, "hash": judgement.checked.hash,
        "revision": design.revision, "units": asked.units, "percent": asked.percent,
    }  # fmt: skip
    await audit.record(session, caller.person, "design.publish", at=now(), target=f"design/{design.id}", detail=detail)


def _migration(judgement: Judged, plan: Plan, number: int) -> publishing_bodies.MigrationLink | None:
    """How to ask which open cases can move; None where there are none."""
    if judgement.released is None or not judgement.open_cases or judgement.released.number == number:
        return None
    return publishing_bodies.MigrationLink(
        method="POST", path=f"/api/v1/processes/{plan.process}/migrations",
        body={"from": judgement.released.number, "to": number, "dry_run": True}, open_cases=judgement.open_cases,
    )  # fmt: skip
