"""Bodies of requests and answers. Requests are strict: unknown fields and wrong types are refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class Asked(BaseModel):
    """Base of requests."""

    model_config = ConfigDict(extra="forbid", strict=True)


Id = Annotated[str, Field(min_length=1, max_length=200)]
#: Ids of what is sent twice by mistake and must take effect once.
CommandId = Annotated[str, Field(min_length=1, max_length=64)]


class SignIn(Asked):
    tenant: Id
    user: Id
    password: Annotated[str, Field(min_length=1, max_length=200)]


class Session(BaseModel):
    token: str
    expires_at: datetime
    person: str
    name: str


class Me(BaseModel):
    tenant: str
    person: str
    name: str
    roles: list[str]


class StartCase(Asked):
    process: Id
    data: dict[str, Any] = Field(default_factory=dict)
    key: Id | None = None
    version: Annotated[int, Field(ge=1)] | None = None


class Task(BaseModel):
    """A task as its people see it. `id` names it in addresses."""

    id: str
    case: str
    path: str
    node: str
    process: str
    kind: str
    title: Any
    form: Any = None
    fields: Any = None
    outcomes: Any = None
    allow: Any = None
    candidates: list[str]
    claimer: str | None = None
    priority: int
    due_at: datetime | None = None
    breached: bool
    status: str
    opened_at: datetime
    closed_at: datetime | None = None
    outcome: str | None = None
    answered_by: str | None = None
    revision: int
    case_title: Any = None
    draft: Any = None


class Case(BaseModel):
    """A case. `nodes` says how many activations stand at each node."""

    id: str
    process: str
    version: int
    key: Any = None
    title: Any = None
    status: str
    outcome: str | None = None
    initiator: str
    data: dict[str, Any]
    nodes: dict[str, Any]
    priority: int
    due_at: datetime | None = None
    incidents: int
    breaches: int
    started_at: datetime
    ended_at: datetime | None = None
    revision: int


class Started(BaseModel):
    case: Case
    tasks: list[Task]


class CasePage(BaseModel):
    items: list[Case]
    next: str | None = None


class TaskPage(BaseModel):
    items: list[Task]
    next: str | None = None


class Line(BaseModel):
    """One line of a case's journal."""

    seq: int
    at: datetime
    kind: str
    path: str = ""
    node: str = ""
    by: str = ""
    data: dict[str, Any] = Field(default_factory=dict)


class Timeline(BaseModel):
    items: list[Line]
    next: int | None = Field(default=None, description="`after` of the next page. 下一页的 after")


class Verb(Asked):
    """What a verb of a task is given; which of these it takes is said in docs/approvals.md."""

    id: CommandId | None = Field(default=None, description="Command id: sent again, it answers as the first time")
    outcome: Id | None = None
    form: dict[str, Any] | None = None
    comment: Annotated[str, Field(max_length=10_000)] | None = None
    text: Annotated[str, Field(max_length=10_000)] | None = None
    reason: Annotated[str, Field(max_length=10_000)] | None = None
    who: str | list[str] | None = None
    where: str | None = None
    to: str | None = None
    mention: list[str] | None = None
    pick: dict[str, Any] | None = None
    siblings: str | None = None
    resubmit: str | None = None
    answers: str | None = None
    on_behalf: str | None = Field(default=None, description="Answer for this person, as his proxy. 代理")
    event_time: str | None = None
    revision: int | None = None


class CaseCommand(Asked):
    """A command of section 9 of docs/language.md."""

    verb: Id
    id: CommandId | None = None
    task: Id | None = Field(default=None, description="Node id or visit path, where the verb concerns one")
    args: dict[str, Any] = Field(default_factory=dict)


class Answered(BaseModel):
    """What a command did: the case as it is now and its open tasks."""

    revision: int
    status: str
    result: Any = None
    case: Case
    tasks: list[Task]


class Message(Asked):
    name: Id
    key: Id | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    id: CommandId | None = None


class Delivered(BaseModel):
    """Cases that waited and took the message, and cases that it starts."""

    taken: int
    started: list[str]


class Definition(Asked):
    text: Annotated[str, Field(max_length=1_048_576)]
    notes: Annotated[str, Field(max_length=2_000)] = ""


class Checked(BaseModel):
    ok: bool
    problems: list[dict[str, Any]]


class Process(BaseModel):
    process: str
    version: int
    hash: str
    title: Any = None
    published_at: datetime | None = None
    text: str | None = None
    plan: Any = None


class ProcessList(BaseModel):
    items: list[Process]


class Notice(BaseModel):
    id: str
    case: str
    template: str
    values: dict[str, Any]
    at: datetime
    read: bool


class NoticeList(BaseModel):
    items: list[Notice]


class StoredFile(BaseModel):
    id: str
    name: str
    media_type: str
    size: int
    sha256: str
