"""Bodies about trying designs out: simulations, scenarios, replays and drills."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from designer_api.designs.bodies import Named, Text
from designer_api.schemas import Asked
from waystation.design.operations import Operations

Steps = Annotated[list[dict[str, Any]], Field(max_length=200)]


class Simulation(BaseModel):
    """What is played. `people`: None for the tenant's own; `text` or `ops`: a text that is not saved yet."""

    model_config = ConfigDict(extra="forbid")

    start: dict[str, Any] | None = None
    steps: Steps = Field(default_factory=list)
    actions: dict[str, Any] = Field(default_factory=dict)
    people: dict[str, Any] | None = None
    settings: dict[str, Any] = Field(default_factory=dict)
    at: datetime | None = None
    text: Text | None = None
    ops: Operations | None = None


class TrialRefusal(BaseModel):
    """Which step was refused (0: the start), and why."""

    step: int
    code: str
    zh: str
    en: str
    detail: Any = None


class TrialCase(BaseModel):
    id: str | None = None
    process: str = ""
    status: str | None
    outcome: str | None
    code: str | None = None
    title: Any
    key: str | None = None
    priority: Any = None
    data: dict[str, Any]


class TrialNode(BaseModel):
    state: str
    visits: int


class TrialEvent(BaseModel):
    model_config = ConfigDict(extra="allow")

    node: str
    path: str
    event: str
    at: datetime
    by: str | None
    step: int
    detail: dict[str, Any]


class TrialWhy(BaseModel):
    rule: int | None
    by: str | None
    people: list[str]
    zh: str
    en: str


class TrialTask(BaseModel):
    model_config = ConfigDict(extra="allow")

    task: str
    node: str
    kind: str
    title: Any
    open: bool
    who: list[str]
    claimed_by: str | None
    why: list[TrialWhy]
    answers: list[dict[str, Any]]
    outcomes: list[Any]
    form: dict[str, Any] | None
    verbs: list[str]
    allow: list[str]
    due: datetime | None
    breached: bool


class Trial(BaseModel):
    """A simulation after its last step, or before the one that was refused."""

    ok: bool
    refused: TrialRefusal | None
    now: datetime
    case: TrialCase
    nodes: dict[str, TrialNode]
    edges: list[str]
    path: list[TrialEvent]
    tasks: list[TrialTask]
    clocks: list[dict[str, Any]]
    waits: list[dict[str, Any]]
    incidents: list[dict[str, Any]]
    actions: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    sent: list[dict[str, Any]]
    next_due: datetime | None
    stubs: dict[str, Any]
    children: list[TrialCase]


class ScenarioRow(BaseModel):
    name: str
    process: str
    start: Any
    steps: int
    line: int


class ScenarioList(BaseModel):
    items: list[ScenarioRow]


class RunAsked(Asked):
    names: Annotated[list[Named], Field(max_length=500)] | None = None


class Words(BaseModel):
    zh: str
    en: str


class ScenarioVerdict(BaseModel):
    """`said` is what was otherwise than written; `failures` the same in English only."""

    name: str
    passed: bool
    step: int | None
    line: int
    failures: list[str]
    said: list[Words]


class Coverage(BaseModel):
    nodes: list[str]
    missed: list[str]


class ScenarioVerdicts(BaseModel):
    passed: int
    failed: int
    items: list[ScenarioVerdict]
    coverage: Coverage


class ReplayAsked(Asked):
    last: Annotated[int, Field(ge=1, le=2_000)] = 100


class ReplayedCase(BaseModel):
    """A finished case that goes otherwise on the design."""

    case: str
    title: Any = None
    version: int
    verdict: str
    path_before: list[str]
    path_after: list[str]
    approvers: list[dict[str, Any]]
    breaches_before: list[str]
    breaches_after: list[str]
    new_tasks: list[str]
    outcome_before: str
    outcome_after: str
    zh: str
    en: str


class Replay(BaseModel):
    """`nodes`, `outcomes`: titles of those that are named, also where the design does not have them any more."""

    cases: int
    same: int
    changed: int
    stuck: int
    left_out: int
    ms: int
    nodes: dict[str, Any]
    outcomes: dict[str, Any]
    items: list[ReplayedCase]


class Fault(BaseModel):
    """`action_down` (action, for), `silent` (node, for), `twice` (message, with)."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["action_down", "silent", "twice"]
    action: Named | None = None
    node: Named | None = None
    message: Named | None = None
    for_: Annotated[str, Field(max_length=40)] | None = Field(default=None, alias="for", serialization_alias="for")
    with_: dict[str, Any] | None = Field(default=None, alias="with", serialization_alias="with")


class DrillAsked(BaseModel):
    """What goes wrong while a simulation, or a saved scenario, is played."""

    model_config = ConfigDict(extra="forbid")

    simulation: Simulation | None = None
    scenario: Named | None = None
    faults: Annotated[list[Fault], Field(min_length=1, max_length=20)]


class DrillMoment(BaseModel):
    """One thing that happened in a drill; `kind` is that of the journal."""

    at: datetime
    node: str
    kind: str
    zh: str
    en: str


class DrilledFault(BaseModel):
    fault: dict[str, Any]
    zh: str
    en: str
    ended: str | None
    incidents: list[dict[str, Any]]
    breaches: list[str]
    escalations: list[str]
    notices: list[str]
    refused: dict[str, Any] | None
    simulation: dict[str, Any]
    story: list[DrillMoment]


class Drill(BaseModel):
    items: list[DrilledFault]
