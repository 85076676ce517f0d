"""Bodies of requests and answers. Requests are strict: unknown fields and wrong types are refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from designer_api.code_words import Said


class Asked(BaseModel):
    """Base of requests."""

    model_config = ConfigDict(extra="forbid", strict=True)


Id = Annotated[str, Field(min_length=1, max_length=200)]
#: A node, or the path of one of its visits.
Place = Annotated[str, Field(min_length=1, max_length=400)]
#: A text of an answer that may be sealed until the answer leaves the API; null where rules of access hide it.
Shown = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]})]


def _is_date(value: Any) -> Any:
    """A number, also as a text, would be read as seconds of some epoch."""
    if isinstance(value, datetime) or (isinstance(value, str) and value[4:5] == "-"):
        return value
    raise ValueError("a time is a text like 2026-01-31T09:00:00+08:00")


#: With `strict=False`: a time in JSON is a text.
Timely = BeforeValidator(_is_date)
#: Ids of what is sent twice by mistake and must take effect once.
CommandId = Annotated[str, Field(min_length=1, max_length=64)]


class SignIn(Asked):
    tenant: Id
    user: Id
    password: Annotated[str, Field(min_length=1, max_length=200)]
    browser: bool = Field(default=False, description="Keep the session in a cookie that scripts cannot read")


class NewPassword(Asked):
    old: Annotated[str, Field(min_length=1, max_length=200)]
    new: Annotated[str, Field(min_length=10, max_length=200)]


class Session(BaseModel):
    token: str | None = Field(description="None where it went into a cookie")
    expires_at: datetime
    person: str
    name: str


class Me(BaseModel):
    tenant: str
    person: str
    name: str
    roles: list[str]
    permissions: list[str]


class StartCase(Asked):
    process: Id
    data: dict[str, Any] = Field(default_factory=dict)
    key: Id | None = None
    version: Annotated[int, Field(ge=1)] | None = None
    draft: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Revision of the start draft that this submits; it is forgotten. 所提交的草稿版本"
    )


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


class Accepted(BaseModel):
    """A case that is certain to go on; `GET /cases/{case}` waits for its first steps where they are not written yet."""

    case: str


class CasePage(BaseModel):
    items: list[Case]
    next: str | None = None


class TaskPage(BaseModel):
    items: list[Task]
    next: str | None = None


class InboxCounts(BaseModel):
    """How much somebody has; `pool` and `mine` make `todo`. A number equal to `most` means "or more"."""

    todo: int
    mine: int
    pool: int
    overdue: int
    urgent: int
    done: int
    most: int
    processes: dict[str, int] = Field(description="What is to do, by process. 待办按流程")
    notices: int = Field(description="Notices that the caller has not read. 未读通知")


class NodeCount(BaseModel):
    process: str
    node: str
    open: int


class NodeCounts(BaseModel):
    items: list[NodeCount]


class Line(BaseModel):
    """One line of a case's journal."""

    seq: int
    at: datetime
    kind: str
    path: str = ""
    node: str = ""
    by: str = ""
    data: dict[str, Any] = Field(default_factory=dict)
    said: Said | None = Field(default=None, description="What went wrong, where something did. 失败原因")


class Timeline(BaseModel):
    items: list[Line]
    next: int | None = Field(default=None, description="`after` of the next page. 下一页的 after")


class CaseCommand(Asked):
    """A command of section 9 of docs/language.md."""

    verb: Id
    id: CommandId | None = None
    task: Place | None = Field(default=None, description="Node id or visit path, where the verb concerns one")
    args: dict[str, Any] = Field(default_factory=dict)


class ForecastStart(Asked):
    data: dict[str, Any] = Field(default_factory=dict)
    version: Annotated[int, Field(ge=1)] | None = None


class Asking(BaseModel):
    """A node that will ask people. `unknown` names the nodes on the way whose end had to be guessed."""

    node: str
    title: Any = None
    people: list[str]
    unknown: list[str]


class Branch(BaseModel):
    """Where a choice leads, as the data is now."""

    node: str
    to: str


class Prospect(BaseModel):
    """The way that a case will take. `complete`: its end was reached."""

    version: int | None = None
    asked: list[Asking]
    branches: list[Branch]
    complete: bool


class UndoStep(BaseModel):
    path: str
    node: str
    action: str
    args: dict[str, Any]


class UndoPreview(BaseModel):
    """What a command would undo, in order.

    `awaited` have an action in flight, undone too if it succeeds; `withdrawn` would be left and `entered` entered;
    `ends` is how the case would end.
    """

    undone: list[UndoStep]
    awaited: list[str]
    withdrawn: list[str]
    entered: list[str]
    ends: str | None = None


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
    staged: bool = Field(default=False, description="Give it to nobody yet: it is rolled out afterwards")


class Checked(BaseModel):
    ok: bool
    problems: list[dict[str, Any]]


class Process(BaseModel):
    process: str
    version: int
    hash: str
    title: Any = None
    description: Any = None
    published_at: datetime | None = None
    startable: bool | None = Field(default=None, description="In the list: whether the caller may start it. 能否发起")
    text: str | None = None
    plan: Any = None


class ProcessList(BaseModel):
    items: list[Process]


class Notice(BaseModel):
    """Something that the caller was told, in the words that mail and chat use."""

    id: str
    case: str = Field(description="Empty where the product itself tells it. 为空表示平台消息")
    task: str | None = Field(description="The caller's open task that it is about. 相关的待办任务")
    readable: bool = Field(description="Whether the caller may see the case. 是否可查看该流程实例")
    template: str
    title: Said
    text: Said
    urgent: bool
    values: Any = Field(description="What the template was given. 模板的取值")
    at: datetime
    read: bool


class NoticeList(BaseModel):
    items: list[Notice]
    next: str | None = None
