"""Bodies of requests and answers about designs, as docs/designer.md describes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from designer_api.schemas import Asked
from waystation.design.operations import Operations

Text = Annotated[str, Field(max_length=1_100_000)]
Named = Annotated[str, Field(min_length=1, max_length=200)]
RegionName = Annotated[str, Field(max_length=100)]
Words = str | dict[str, str]


class DesignSource(Asked):
    """Where a new design begins: exactly one of these (`version`, `revision` and `scenarios` beside theirs)."""

    template: Named | None = None
    process: Named | None = None
    version: Annotated[int, Field(ge=1)] | None = None
    design: Named | None = None
    revision: Annotated[int, Field(ge=1)] | None = None
    text: Text | None = None
    scenarios: Text = ""
    blank: bool = False
    base: Named | None = Field(default=None, description="Makes an overlay on this process. 地区版所基于的流程")


class NewDesign(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    from_: DesignSource = Field(alias="from")
    process: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=100)] | None = None
    title: Words | None = None
    region: RegionName = ""


class Drafting(BaseModel):
    """Whether descriptions in words can be drafted here, and the host that they would be sent to."""

    available: bool
    host: str | None


class Described(Asked):
    words: Annotated[str, Field(min_length=10, max_length=4_000)]


class SavedDesign(Asked):
    """What is saved; what is not given stays."""

    text: Text | None = None
    layout: dict[str, Any] | None = None
    scenarios: Text | None = None


class EditedDesign(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ops: Operations


class CheckAsked(BaseModel):
    """What is checked: the design as saved, a text in its place, or operations on it."""

    model_config = ConfigDict(extra="forbid")

    text: Text | None = None
    ops: Operations | None = None


class TextAsked(Asked):
    text: Text


class May(BaseModel):
    edit: bool
    publish: bool


class Released(BaseModel):
    """A published version."""

    version: int
    hash: str


class DesignSummary(BaseModel):
    id: str
    process: str
    title: Words
    family: str
    region: str
    base: str | None
    revision: int
    saved_at: datetime
    saved_by: str
    created_at: datetime
    created_by: str
    may: May
    published: Released | None


class DesignList(BaseModel):
    items: list[DesignSummary]


class ModelNode(BaseModel):
    """A node of the model. `broken` is what stands there if it is no map."""

    model_config = ConfigDict(extra="allow")

    id: str
    name: str
    in_: str | None = Field(alias="in", serialization_alias="in")
    kind: Any
    title: Any = None
    config: dict[str, Any]
    says: dict[str, str] | None = None
    keys: list[str] = Field(default_factory=list)


class ModelEdge(BaseModel):
    """An edge of the model."""

    model_config = ConfigDict(extra="allow")

    id: str
    from_: str = Field(alias="from", serialization_alias="from")
    to: str
    way: Literal["start", "next", "outcome", "branch", "error", "deadline", "message"]
    path: list[str | int]
    outcome: str | None = None
    index: int | None = None
    when: Any = None
    event: dict[str, Any] | None = None


class Model(BaseModel):
    """A process as the designer draws it."""

    model_config = ConfigDict(extra="allow")

    process: Any
    head: dict[str, Any]
    start: Any = None
    first: str | None
    data: Any = None
    required: Any = None
    access: Any = None
    forms: Any = None
    tables: Any = None
    nodes: list[ModelNode]
    edges: list[ModelEdge]
    roles: list[str]
    unknown: dict[str, Any]
    keys: list[str]


class Design(DesignSummary):
    """A design with its text and model. `made` and `merged` are said of the edit that this answers."""

    text: str
    scenarios: str
    layout: dict[str, Any]
    readable: bool
    model: Model | None
    made: list[str] = Field(default_factory=list)
    merged: bool = False


class FoundProblem(BaseModel):
    code: str
    severity: str
    node: str | None
    field: str | None
    edge: str | None
    path: list[str | int]
    line: int
    column: int
    zh: str
    en: str
    hint_zh: str
    hint_en: str


class ImportedForm(BaseModel):
    """`form` is as a document has it: title, fields, layout."""

    form: dict[str, Any]


class Check(BaseModel):
    ok: bool
    hash: str | None
    ms: int
    problems: list[FoundProblem]


class Use(BaseModel):
    """Something that would miss a process: a process that calls it, an overlay on it, its open cases."""

    kind: str
    id: str
    title: str
    zh: str
    en: str


class UseList(BaseModel):
    items: list[Use]


class TemplateSummary(BaseModel):
    template: str
    title: Words
    about: Words
    family: str
    steps: int
    tags: list[str]
    shipped: bool


class TemplateList(BaseModel):
    items: list[TemplateSummary]


class Template(TemplateSummary):
    text: str
    scenarios: str
    layout: dict[str, Any]
    model: Model | None


class RevisionSummary(BaseModel):
    """A save. One with a name is a version that is kept for good."""

    revision: int
    at: datetime
    by: str
    name: str
    notes: str


class RevisionList(BaseModel):
    items: list[RevisionSummary]


class Revision(RevisionSummary):
    text: str
    scenarios: str
    layout: dict[str, Any]
    model: Model | None


class NewVersion(Asked):
    name: Named
    notes: Annotated[str, Field(max_length=4_000)] = ""
    revision: Annotated[int, Field(ge=1)] | None = None


class RestoreAsked(Asked):
    """A revision of the design, or a published version of its process."""

    revision: Annotated[int, Field(ge=1)] | None = None
    version: Annotated[int, Field(ge=1)] | None = None


class Change(BaseModel):
    """One property that differs."""

    op: Literal["added", "removed", "changed", "renamed", "moved"]
    what: Literal["process", "node", "edge", "data", "form", "field", "table", "access"]
    node: str | None
    title: Any
    path: list[str | int]
    property: str | None
    before: Any
    after: Any
    zh: str
    en: str


class Diff(BaseModel):
    """`same`: both compile to the same plan, or say the same. A hash is null where a side does not compile."""

    same: bool
    hash_from: str | None
    hash_to: str | None
    changes: list[Change]
    more: int = Field(description="Changes beyond those that are told. 未列出的差异数")
    models: tuple[Model | None, Model | None] | None = Field(
        None, description="Both sides as models, where `models` asks for them. 两侧的模型"
    )
