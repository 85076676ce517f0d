"""Bodies about expressions tried on sample data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from designer_api.designs.trial_bodies import Simulation, Words
from designer_api.schemas import Asked
from waystation.expressions.limits import MAX_SOURCE

#: Moments that `now()` may give: far from where the arithmetic of times ends.
_Moment = Annotated[AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2500, 1, 1, tzinfo=UTC))]
_Node = Annotated[str, Field(max_length=500, description="Address of a node; empty: the process. 节点，空为流程本身")]
_Path = Annotated[str, Field(max_length=500, description="Dotted place in the node's config. 节点配置内的位置")]
_Form = Annotated[str, Field(max_length=200, description="The form that a rule or formula is of. 所在的表单")]


class SamplesAsked(Asked):
    """Where the expressions stand. `played`: what the simulator plays, as one sample more."""

    node: _Node = ""
    field: _Path = ""
    form: _Form = ""
    played: Simulation | None = None


class Sample(BaseModel):
    """`names` have values as JSON, `now` is what `now()` gives. `reached`: the case came to the node; else its data is
    that of its end. `ran`: it comes from a run; else it is put together from what the scenario says."""

    source: Literal["played", "scenario", "made"]
    name: str | None = None
    reached: bool
    ran: bool
    now: datetime
    names: dict[str, Any]


class SampleList(BaseModel):
    items: list[Sample]


class ExpressionAsked(BaseModel):
    """`value` is a text as it stands in a definition; `condition` and `expression` may do without `${ }`."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=MAX_SOURCE)]
    how: Literal["value", "condition", "expression"] = "value"
    node: _Node = ""
    field: _Path = ""
    form: _Form = ""


class EvaluationAsked(BaseModel):
    """Expressions on one sample; `now` is the present time where it is not given."""

    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[ExpressionAsked], Field(min_length=1, max_length=50)]
    names: dict[str, Any] = Field(default_factory=dict)
    now: _Moment | None = None


class ExpressionProblem(BaseModel):
    """`start` and `end` count characters of the text from 0, `line` and `column` from 1."""

    code: str
    zh: str
    en: str
    hint_zh: str
    hint_en: str
    start: int
    end: int
    line: int
    column: int


class Evaluated(BaseModel):
    """What an expression gave: its kind (`bool`, `int`, `number`, `string`, `date`, `timestamp`, `duration`, `list`,
    `map`, `null`) with its name, and its text; `cut` says that there is more of it. Or the problem."""

    kind: str | None = None
    type: Words | None = None
    text: str | None = None
    value: Any = None
    cut: bool = False
    problem: ExpressionProblem | None = None


class Evaluation(BaseModel):
    """One for each that was asked about, in the same order."""

    items: list[Evaluated]
