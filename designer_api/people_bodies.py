"""Bodies of requests and answers about people and the organisation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from designer_api.schemas import Asked, Id, Timely

#: A time in JSON is a text; without a zone it would mean another moment to everybody.
Moment = Annotated[AwareDatetime, Field(strict=False), Timely]
Text = Annotated[str, Field(max_length=200)]
Ids = Annotated[list[Id], Field(max_length=200)]


class AbsenceBody(Asked):
    """Out of office: from now on where `since` is missing, until further notice where `until` is."""

    since: Moment | None = None
    until: Moment | None = None
    reason: Text = ""


class ProxyBody(Asked):
    """A standing proxy, for named processes (none: all) and a period."""

    person: Id
    processes: Ids = Field(default_factory=list)
    since: Moment | None = None
    until: Moment | None = None


class PersonPatch(Asked):
    """What is to change; `null` empties a field that may be empty. What is not named stays."""

    name: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    manager: Id | None = None
    title: Text | None = None
    posts: Ids | None = None
    roles: Ids | None = None
    groups: Ids | None = None
    region: Text | None = None
    skills: Annotated[dict[Id, int], Field(max_length=200)] | None = Field(
        default=None, description="Skill -> level from 1 to 10. 技能与等级"
    )
    at: Annotated[list[float], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="[latitude, longitude]. [纬度, 经度]"
    )
    capacity: int | None = Field(default=None, description="Open tasks at once. 同时处理的任务上限")
    duty: Text | None = Field(default=None, description="`mon-fri 09:00-18:00; sat 10:00-14:00`. 值班时间")
    away: bool | None = Field(default=None, description="Out of office until further notice. 离岗")
    active: bool | None = Field(default=None, description="false: has left. 离职为 false")
    external: Annotated[dict[Id, Id], Field(max_length=20)] | None = Field(
        default=None, description="Source -> id there. 外部系统编号"
    )


class PersonBody(PersonPatch):
    """A whole person; what is not named is empty."""


class NewPerson(PersonPatch):
    id: Id


class Absence(BaseModel):
    id: str
    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""


class Proxy(BaseModel):
    id: str
    person: str
    processes: list[str]
    since: datetime | None = None
    until: datetime | None = None


class Person(BaseModel):
    """A person. Address, telephone and place are masked for who neither is this person nor manages people."""

    id: str
    name: str
    email: str
    phone: str
    manager: str | None
    title: str | None
    posts: list[str]
    roles: list[str]
    all_roles: list[str] = Field(description="With those of posts and those inherited. 含岗位与继承的角色")
    groups: list[str]
    region: str | None
    skills: dict[str, int]
    at: list[float] | None
    capacity: int | None
    duty: str
    away: bool
    absent_now: bool
    absences: list[Absence]
    proxies: list[Proxy]
    active: bool
    external: dict[str, str]
    revision: int
    changed_at: datetime


class PersonPage(BaseModel):
    items: list[Person]
    next: str | None = None


class SavedPerson(BaseModel):
    """The person as he is now. `job` moves open work, where any has to move."""

    person: Person
    job: str | None = None


class Saved(BaseModel):
    """The organisation's version after a change. `job` moves open work, where any has to move."""

    version: int
    job: str | None = None


class PartBody(Asked):
    """A role (`inherits`), group (`parent`, `members`) or post (`title`, `roles`)."""

    name: Text = ""
    inherits: Ids | None = None
    parent: Id | None = None
    members: Annotated[list[Id], Field(max_length=20_000)] | None = Field(
        default=None, description="Exactly these people are in the group. 组内成员"
    )
    title: Text | None = None
    roles: Ids | None = None


class Part(BaseModel):
    id: str
    name: str
    inherits: list[str] | None = None
    parent: str | None = None
    title: str | None = None
    roles: list[str] | None = None
    holders: list[str] = Field(description="Active people who hold it, by inheritance too. 现任人员")
    revision: int


class PartList(BaseModel):
    items: list[Part]


class Organisation(BaseModel):
    version: int
    people: int
    active: int
    admins: list[str] = Field(description="Asked where nobody was found. 无人可派时的处理人")


class Admins(Asked):
    people: Annotated[list[Id], Field(max_length=100)]


class HandoverBody(Asked):
    """离职转办. `tasks`: what waits for him now. `all`: also what would be his at later nodes of open cases."""

    to: Id
    what: Literal["tasks", "all"] = "all"
    processes: Ids = Field(default_factory=list, description="Only these; none: all. 仅这些流程")
    reason: Annotated[str, Field(max_length=2_000)] = ""
    preview: bool = Field(default=False, description="Only say what would move. 仅预览")


class HandoverTask(BaseModel):
    case: str
    path: str
    node: str
    process: str
    title: Any
    case_title: Any
    claimed: bool


class Handover(BaseModel):
    """What a handover moves: open tasks (the first 1,000 are listed), and open cases where later work changes hands."""

    tasks: int
    cases: int
    items: list[HandoverTask]
    job: str | None = None


class Job(BaseModel):
    """Work on many cases. `done` and `failed` count items."""

    id: str
    kind: str
    status: str
    args: dict[str, Any]
    done: int
    failed: int
    created_at: datetime
    created_by: str
    finished_at: datetime | None


class JobPage(BaseModel):
    items: list[Job]
    next: str | None = None


class JobItem(BaseModel):
    case: str
    path: str
    ok: bool
    code: str
    detail: Any
    at: datetime


class JobItemPage(BaseModel):
    items: list[JobItem]
    next: str | None = None


class ImportFault(BaseModel):
    """Something wrong in a sheet; `row` counts from 1, the row of headings."""

    row: int
    column: str
    code: str
    zh: str
    en: str


class Imported(BaseModel):
    """What an import did, or would do. With faults it did nothing; the first 200 are listed."""

    dry_run: bool
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    version: int | None = None
    job: str | None = None
    faults: int = 0
    problems: list[ImportFault] = Field(default_factory=list)


class Password(BaseModel):
    """Shown once. 仅显示一次"""

    person: str
    login: str
    password: str
