"""Bodies about publishing designs: the gate, versions, regions and rights."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from designer_api.bulk_schemas import Batch, Rollout
from designer_api.designs.bodies import FoundProblem, Model, Named, Released
from designer_api.designs.trial_bodies import ScenarioVerdict
from designer_api.schemas import Asked


class Blocker(BaseModel):
    code: str
    zh: str
    en: str


class ScenarioCounts(BaseModel):
    passed: int
    failed: int


class RegionParts(BaseModel):
    """What an overlay has otherwise: nodes by what changes in them, fields by form, nodes put before a place."""

    approvers: list[str]
    deadlines: list[str]
    forms: dict[str, list[str]]
    node_forms: list[str]
    texts: list[str]
    inserted: dict[str, list[str]]
    others: list[str]


class Region(BaseModel):
    """An overlay, and whether it fits the newest base. `hash` is that of the process which both make together."""

    design: str
    region: str
    process: str
    ok: bool
    hash: str | None
    problems: list[FoundProblem]
    title: Any
    saved_at: datetime
    saved_by: str
    published: Released | None
    parts: RegionParts


class Fit(BaseModel):
    """Whether an overlay fits a text of its base."""

    ok: bool
    problems: list[FoundProblem]


class BaseRegion(Region):
    """`draft`: against the base's draft as it is saved."""

    draft: Fit


class BaseRegions(BaseModel):
    """What a base leaves to its regions (`may`, `places`), and every overlay on it."""

    may: list[str]
    places: list[str]
    items: list[BaseRegion]


class Gate(BaseModel):
    """Whether a design may be published as it is, and why not."""

    ready: bool
    hash: str | None
    errors: int
    warnings: int
    scenarios: ScenarioCounts
    failures: list[ScenarioVerdict]
    changes: int | None = Field(description="Against the newest version; null: there is none. 与最新版本的差异数")
    same: bool = Field(description="It compiles to the plan that is published already. 与已发布版本相同")
    blockers: list[Blocker]
    open_cases: int
    problems: list[FoundProblem]
    overlays: list[Region] = Field(description="Overlays on it, checked against this text. 基于它的地区版")


class PublishAsked(Asked):
    """`units` or `percent`: a staged roll-out at once (docs/operations.md). `name`: what the design calls it."""

    notes: Annotated[str, Field(max_length=4_000)] = ""
    name: Annotated[str, Field(max_length=200)] = ""
    units: Annotated[list[Named], Field(max_length=200)] = Field(default_factory=list)
    percent: Annotated[int, Field(ge=0, le=100)] | None = None
    part_by: Literal["initiator", "key"] = "initiator"


class MigrationLink(BaseModel):
    """The dry run that says which open cases can move to the new version."""

    method: str
    path: str
    body: dict[str, Any]
    open_cases: int


class PublishedDesign(BaseModel):
    process: str
    version: int
    hash: str
    rollout: bool
    migrate: MigrationLink | None


class GivenRight(Asked):
    """`process` and `region` may be `*`; `who` is role:x, group:x or user:x."""

    process: Named
    region: Annotated[str, Field(max_length=200)]
    right: Literal["see", "edit", "publish"]
    who: Annotated[str, Field(pattern=r"^(role|group|user):\S.*$", max_length=200)]


class GivenRights(Asked):
    items: Annotated[list[GivenRight], Field(max_length=5_000)]


class RightOnProcess(Asked):
    """A right on one process; `region` may be `*`, and is empty for head office."""

    region: Annotated[str, Field(max_length=100)]
    right: Literal["see", "edit", "publish"]
    who: Annotated[str, Field(pattern=r"^(role|group|user):\S.*$", max_length=200)]


class RightsAsked(Asked):
    items: Annotated[list[RightOnProcess], Field(max_length=500)]


class DesignRights(BaseModel):
    """Who may do what with a design's process. `everywhere` are rights on all processes; `mine` is the caller's own."""

    process: str
    mine: Literal["none", "see", "edit", "publish"]
    may_change: bool
    items: list[RightOnProcess]
    everywhere: list[RightOnProcess]


class TrailEntry(BaseModel):
    """Something that was done to a design or to the versions of its process, in words."""

    at: datetime
    actor: str
    action: str
    result: str = Field(description="`ok`, or the code of the refusal. 结果")
    zh: str
    en: str


class Trail(BaseModel):
    items: list[TrailEntry]
    next: str | None = None


class EffectiveProcess(BaseModel):
    """What a design means: of an overlay, the base with what the region has otherwise."""

    text: str
    model: Model | None
    hash: str | None
    problems: list[FoundProblem]
    layout: dict[str, Any]
    base: BaseOfRegion | None = Field(default=None, description="Of an overlay: what it stands on. 地区版所基于的流程")


class BaseOfRegion(BaseModel):
    """The newest base of an overlay, what it leaves to regions, and what the overlay makes of that."""

    process: str
    version: int | None
    model: Model | None
    may: list[str]
    places: list[str]
    parts: RegionParts


class RegionList(BaseModel):
    items: list[Region]


class Retired(BaseModel):
    """Since when new cases get a version no more, and why."""

    at: datetime
    by: str
    reason: str


class Release(BaseModel):
    """A published version and what lives on it."""

    version: int
    hash: str
    notes: str
    published_at: datetime
    published_by: str
    open_cases: int
    retired: Retired | None


class MayRelease(BaseModel):
    """`release`: roll out, retire, offer again; `migrate`: move open cases."""

    release: bool
    migrate: bool


class Releases(BaseModel):
    """The versions of a design's process, newest first; what new cases get, and the last migrations."""

    process: str
    offered: int | None = Field(description="What new cases get, a roll-out aside; null: nothing. 新实例使用的版本")
    versions: list[Release]
    rollout: Rollout | None
    migrations: list[Batch]
    may: MayRelease
