"""Bodies about change: bulk commands, migrations, versions and their roll-out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from designer_api.schemas import Asked, Case, Id, Place, Timely

Values = str | Annotated[list[str], Field(max_length=100)]
Numbers = Annotated[int, Field(ge=1)] | Annotated[list[int], Field(max_length=100)]
Why = Annotated[str, Field(max_length=2_000)]
#: Cases in a second.
Pace = Annotated[int, Field(ge=1, le=1_000)]


class CaseWanted(Asked):
    """Which cases; everything that is given must hold. Without `status`, those that are under way.

    `cases` names them one by one; the rest of the filter then still holds.
    """

    cases: Annotated[list[Id], Field(max_length=1_000)] | None = None
    process: Id | None = None
    version: Numbers | None = None
    status: Values | None = None
    initiator: Values | None = None
    key: Values | None = None
    node: Values | None = Field(default=None, description="Where they stand now")
    text: Annotated[str, Field(max_length=200)] | None = None
    since: Annotated[datetime, Field(strict=False), Timely] | None = None
    until: Annotated[datetime, Field(strict=False), Timely] | None = None
    with_incident: bool = False


class BulkCommand(Asked):
    """A command for all of these cases; `args` as for one case."""

    filter: CaseWanted
    verb: Id
    task: Place | None = None
    args: dict[str, Any] = Field(default_factory=dict)


class BulkPreviewAsked(BulkCommand):
    check: Annotated[int, Field(ge=0, le=200)] = Field(default=50, description="Cases that are tried one by one")


class BulkStart(BulkCommand):
    per_second: Pace = 50
    dry_run: bool = Field(default=False, description="Say of each case what would happen; change nothing")


class WouldRefuse(BaseModel):
    case: str
    code: str
    zh: str
    en: str
    detail: dict[str, Any] | None = None


class BulkPreview(BaseModel):
    """What a bulk command would do. `would` counts the `checked` cases by what they would answer."""

    count: int
    sample: list[Case]
    checked: int
    would: dict[str, int]
    refused: list[WouldRefuse]


class Batch(BaseModel):
    """A bulk command. `progress` counts its cases by status, `codes` those that are done or refused by code."""

    id: str
    verb: str
    task: str | None = None
    args: dict[str, Any]
    filter: dict[str, Any]
    process: str | None = None
    dry_run: bool
    undoes: str | None = None
    status: str
    stopping: bool
    total: int
    progress: dict[str, int]
    codes: dict[str, int]
    per_second: int
    started_at: datetime
    started_by: str
    ended_at: datetime | None = None


class BatchPage(BaseModel):
    items: list[Batch]
    next: str | None = None


class BatchItem(BaseModel):
    """How one case answered."""

    number: int
    case: str
    title: Any = Field(default=None, description="What the case is called. 实例标题")
    status: str
    code: str | None = None
    zh: str | None = None
    en: str | None = None
    answer: Any = None
    done_at: datetime | None = None


class BatchItemPage(BaseModel):
    items: list[BatchItem]
    next: str | None = None


class Reason(BaseModel):
    """What stands in the way, of how many cases."""

    zh: str
    en: str
    cases: int


class Reasons(BaseModel):
    """Why cases cannot be migrated as they are. `missing` are nodes that a map must place, with how many cases each."""

    missing: dict[str, int]
    reasons: list[Reason]


class MigrationAsked(Asked):
    """Move the open cases of a version, or say with `dry_run` what that would mean for each.

    `map` names a node of the new version for each node that it does not have. `clocks`: `keep` what remains, or
    `restart` deadlines.
    """

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)

    from_: Annotated[int, Field(ge=1)] = Field(alias="from")
    to: Annotated[int, Field(ge=1)]
    map: Annotated[dict[str, str], Field(max_length=1_000)] = Field(default_factory=dict)
    clocks: Literal["keep", "restart"] = "keep"
    dry_run: bool = False
    cases: Annotated[list[Id], Field(max_length=1_000)] | None = Field(default=None, description="Only these")
    per_second: Pace = 50
    reason: Why | None = None


class RolloutAsked(Asked):
    """Who gets the new version: these units, and a percentage of all others.

    A unit is `group:x`, `role:x`, `region:x`, `user:x`, or `team:x`: somebody with all who report to him.
    """

    version: Annotated[int, Field(ge=1)]
    units: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=200)] = Field(default_factory=list)
    percent: Annotated[int, Field(ge=0, le=100)] = 0
    part_by: Literal["initiator", "key"] = "initiator"


class WhyAsked(Asked):
    reason: Why = ""


class VersionFigures(BaseModel):
    """How the cases fare that were started on a version since the roll-out began."""

    version: int
    cases: int
    open: int
    failed: int
    incidents: int
    breaches: int


class Rollout(BaseModel):
    """A roll-out under way: `version` for the units and the percentage, `base` for the others."""

    process: str
    version: int
    base: int
    units: list[str]
    percent: int
    part_by: str
    revision: int
    started_at: datetime
    started_by: str
    changed_at: datetime
    changed_by: str
    figures: list[VersionFigures]


class RolloutList(BaseModel):
    items: list[Rollout]


class Offered(BaseModel):
    """What new cases of a process get now; null where nothing is offered."""

    process: str
    version: int | None = None
    retired: list[int]
