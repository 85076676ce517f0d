"""Bodies of requests and answers about forms that are being filled in, and about what one may do with a task."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from designer_api.schemas import Asked, Id


class FilledStart(Asked):
    data: dict[str, Any] = Field(default_factory=dict)


class FilledTask(Asked):
    form: dict[str, Any] = Field(default_factory=dict, description="What is filled in so far. 已填写的内容")
    outcome: Id | None = Field(default=None, description="The outcome in mind: it may have a form of its own")


class FormField(BaseModel):
    """A field as it stands now. `computed`: its value is worked out by a formula; `options`: of a list made elsewhere.

    `field` is JSON Schema with the form's own words (`title`, `help`, `widget`, `max`, …).
    """

    name: str
    field: dict[str, Any]
    right: str
    shown: bool
    required: bool
    computed: bool
    value: Any = None
    options: Any = None


class FormNow(BaseModel):
    """A form as it stands with what is filled in. `layout` has rows of field names."""

    name: str
    title: Any = None
    layout: list[Any]
    fields: list[FormField]


class StartForm(BaseModel):
    """`version` is the one that the caller would start; `form` is None where it starts without one."""

    version: int
    form: FormNow | None = None


class WhyNot(BaseModel):
    """The refusal that a verb would get now."""

    code: str
    zh: str
    en: str


class TaskOffer(BaseModel):
    """A verb that is open to the caller; `targets` are those of `return`."""

    verb: str
    targets: list[str]
    why: WhyNot | None = None


class TaskOutcome(BaseModel):
    """One way to complete the task; `has_form`: it asks for a form of its own."""

    id: str
    title: Any = None
    has_form: bool


class TaskDesk(BaseModel):
    """A task before the caller: what he may do, and its form."""

    offers: list[TaskOffer]
    outcomes: list[TaskOutcome]
    form: FormNow | None = None
