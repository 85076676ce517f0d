"""Bodies about single nodes that are tried: what a node is given, what became of it, and outputs that are pinned."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from designer_api.designs.bodies import Named, Text
from designer_api.designs.trial_bodies import Simulation, Steps, Trial, TrialRefusal, TrialTask
from waystation.design.operations import Operations

#: Bytes of JSON that a node may be given, or that may be pinned, at most.
MOST_BYTES = 256 * 1024

Key = Annotated[str, Field(min_length=1, max_length=200)]


def _small(value: Any) -> Any:
    if len(orjson.dumps(value, default=str)) > MOST_BYTES:
        raise ValueError(f"at most {MOST_BYTES} bytes of JSON")
    return value


Data = Annotated[dict[str, Any], AfterValidator(_small)]
Json = Annotated[Any, AfterValidator(_small)]


class NodeItem(BaseModel):
    """What an enclosing foreach is at."""

    model_config = ConfigDict(extra="forbid")

    item: Json = None
    index: Annotated[int, Field(ge=0, lt=10_000)] = 0
    local: Data = Field(default_factory=dict)


class NodeAnswer(BaseModel):
    """Who answered an earlier node: `same_as` and four eyes ask about it."""

    model_config = ConfigDict(extra="forbid")

    node: Key
    person: Key
    answer: Annotated[str, Field(max_length=100)] = ""


class NodeGiven(BaseModel):
    """What a case has when it comes to the node. `items` by the address of each enclosing foreach; `brought`:
    `message` and `error`, as the edge of an event brings them; `picked`: whom the initiator chose, by node."""

    model_config = ConfigDict(extra="forbid")

    data: Data = Field(default_factory=dict)
    initiator: Annotated[str, Field(max_length=200)] = ""
    items: Annotated[dict[Key, NodeItem], Field(max_length=20)] = Field(default_factory=dict)
    brought: Data = Field(default_factory=dict)
    answers: Annotated[list[NodeAnswer], Field(max_length=500)] = Field(default_factory=list)
    picked: Annotated[dict[Key, list[Key]], Field(max_length=100)] = Field(default_factory=dict)


class NodeTrialAsked(NodeGiven):
    """One node to run alone; `steps`, `actions`, `people`, `settings`, `at`, `text`, `ops` as in a simulation."""

    node: Key
    key: Annotated[str, Field(max_length=200)] | None = None
    steps: Steps = Field(default_factory=list)
    actions: Data = Field(default_factory=dict)
    people: dict[str, Any] | None = None
    settings: Data = Field(default_factory=dict)
    at: datetime | None = None
    text: Text | None = None
    ops: Operations | None = None


class NodeOutput(BaseModel):
    """What a node gave, so that it can be pinned: of an action `result` or `failed`; of people `outcome`, `form`, `by`;
    of a message `message`; of what is computed `values` (what it saved), `outcome` and `to`."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, Field(max_length=50)]
    result: Json = None
    failed: Annotated[str, Field(max_length=200)] | None = None
    outcome: Annotated[str, Field(max_length=200)] | None = None
    form: Data | None = None
    by: Annotated[str, Field(max_length=200)] | None = None
    message: Data | None = None
    values: Data | None = None
    to: Key | None = None


class NodeExit(BaseModel):
    """An edge by which the case goes on. `edge`: the model's, null where no edge is drawn."""

    to: str
    edge: str | None
    way: str | None
    outcome: str | None


class NodeBranch(BaseModel):
    """A condition of a decision; `holds` is null for the default, and where `error` says why it says nothing."""

    index: int
    to: str
    when: str | None
    holds: bool | None
    error: str | None
    taken: bool


class NodeRules(BaseModel):
    """A decision table as it was asked; `fit`: indexes of the rules that fit."""

    table: str
    inputs: dict[str, Any]
    fit: list[int]
    gives: Any


class NodeChange(BaseModel):
    """A field that the node changed: of the data, or `local.…` of an item. `new`: it had no value."""

    field: str
    new: bool
    before: Any
    after: Any


class NodeProblem(BaseModel):
    """`field` is the dotted path inside the node's properties, null where it is none of them."""

    node: str
    field: str | None
    code: str
    zh: str
    en: str
    title: str
    detail: Any


class NodeTask(TrialTask):
    """`called`: it is a task of a case that the node has called."""

    called: bool


class NodeTrial(BaseModel):
    """One node, run alone."""

    node: str
    kind: str
    state: Literal["open", "done", "failed", "skipped", "event", "withdrawn", "not_entered"]
    refused: TrialRefusal | None
    now: datetime
    why: dict[str, str] | None
    exits: list[NodeExit]
    ended: str | None
    tasks: list[NodeTask]
    clocks: list[dict[str, Any]]
    waits: list[dict[str, Any]]
    branches: list[NodeBranch]
    rules: NodeRules | None
    actions: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    sent: list[dict[str, Any]]
    next_due: datetime | None
    stubs: dict[str, Any]
    changes: list[NodeChange]
    problems: list[NodeProblem]
    output: NodeOutput | None


class SampleAsked(BaseModel):
    """For which node, and the simulation that was played last."""

    model_config = ConfigDict(extra="forbid")

    node: Key
    simulation: Simulation | None = None
    text: Text | None = None
    ops: Operations | None = None


class NodeSample(NodeGiven):
    """Data to try a node with. `reached`: the simulation or scenario came to the node; otherwise it is the data that
    the scenario begins with. `people`, `settings`: the scenario's own."""

    source: Literal["simulation", "scenario", "example"]
    scenario: str | None
    reached: bool
    at: datetime
    people: dict[str, Any] | None
    settings: dict[str, Any]


class PinnedSimulation(Simulation):
    """A simulation in which some nodes are not run: `pins`, by their address, has what they gave."""

    pins: Annotated[dict[Key, NodeOutput], Field(max_length=100)] = Field(default_factory=dict)


class PinUse(BaseModel):
    """How often a pin was used, and why it was not, or not every time."""

    node: str
    used: int
    code: str | None
    zh: str | None
    en: str | None


class PinnedTrial(Trial):
    pins: list[PinUse]


class NewScenario(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Named
    simulation: PinnedSimulation
