"""What lists may be asked: the parameters of `GET /cases` and `GET /tasks`, and, the same, the filters of saved views.

Each name may be given several times (in a view: as a list), meaning any of these. `@me` is whoever asks.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from designer_api.schemas import Timely
from waystation.store.filters import MOST_VALUES
from waystation.store.tables.cases import CaseStatus
from waystation.store.words import LONGEST_QUESTION

Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[
    list[Name],
    Field(max_length=MOST_VALUES),
    BeforeValidator(lambda given: [given] if isinstance(given, str) else given),
]
Priorities = Annotated[list[Annotated[int, Field(ge=1, le=5)]], Field(max_length=5)]
Versions = Annotated[list[Annotated[int, Field(ge=1, lt=2**31)]], Field(max_length=MOST_VALUES)]

#: A time with its zone.
Moment = Annotated[AwareDatetime, Timely]

#: Stands for whoever asks, so that a view that is shared means each of its readers.
ME = "@me"


class Box(StrEnum):
    """`todo`: what I may answer now. `mine`: of those, what I took or alone am asked. `pool`: the others. `done`: what
    I answered. `all`: every task in the cases that I may see, whoever may answer it."""

    TODO = "todo"
    MINE = "mine"
    POOL = "pool"
    DONE = "done"
    ALL = "all"


class Direction(StrEnum):
    ASC = "asc"
    DESC = "desc"


class _Common(BaseModel):
    model_config = ConfigDict(extra="forbid")

    process: Names | None = None
    version: Versions | None = None
    node: Names | None = None
    initiator: Names | None = None
    unit: Name | None = Field(default=None, description="Group (with those below it) of the initiator. 发起人所在部门")
    assignee: Names | None = Field(default=None, description="Who took it or alone is asked. 已领取或唯一的处理人")
    role: Name | None = Field(default=None, description="Somebody with this role may answer. 候选角色")
    group: Name | None = Field(default=None, description="Somebody in this group may answer. 候选组")
    key: Names | None = Field(default=None, description="Business keys, whole. 业务编号（完整）")
    priority: Priorities | None = None
    text: Annotated[str, Field(max_length=LONGEST_QUESTION)] | None = Field(
        default=None, description="Words in title, key, form texts and task titles. 全文搜索"
    )
    overdue: bool = False
    due_after: Moment | None = None
    due_before: Moment | None = None
    since: Moment | None = None
    until: Moment | None = None


class CaseQuery(_Common):
    """Which cases."""

    status: Annotated[list[CaseStatus], Field(max_length=10)] | None = None
    with_incident: bool = False


class TaskQuery(_Common):
    """Which tasks. `status` counts with `box=all` only."""

    box: Box = Box.TODO
    status: Literal["open", "closed"] = "open"


CaseSort = Literal["created", "due", "priority", "updated"]
TaskSort = Literal["due", "priority", "created", "opened", "updated"]
Cursor = Annotated[str, Field(max_length=4_000)]
Limit = Annotated[int, Field(ge=1, le=200)]


class CaseListQuery(CaseQuery):
    """Parameters of `GET /cases`."""

    sort: CaseSort = "created"
    order: Direction | None = Field(default=None, description="By default the newest or most pressing first. 排序方向")
    cursor: Cursor | None = None
    limit: Limit = 50


class TaskListQuery(TaskQuery):
    """Parameters of `GET /tasks`. `opened` is another name of `created`."""

    sort: TaskSort = "due"
    order: Direction | None = Field(default=None, description="By default the newest or most pressing first. 排序方向")
    cursor: Cursor | None = None
    limit: Limit = 50
