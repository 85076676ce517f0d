"""What the actions of the tickets take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from activities._runtime import Given, Gives, Name, Note, Number, Point, Whole


class ClassifyIn(Given):
    """Sort a text. `vip`: the customer's tickets take the priority lane whatever they say. `topic`: a form's option."""

    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    classifier: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")] = "tickets"
    vip: bool = False
    topic: Annotated[str, Field(max_length=64)] = ""


class ClassifyOut(Gives):
    """`sure` is False where a person has to decide. `lane`: priority or normal. `skill`: what the work needs."""

    category: str
    skill: str
    confidence: Number
    sure: bool
    lane: str
    second: str
    words: list[str]
    proposal_zh: str
    proposal_en: str


class OpenIn(Given):
    customer: Name
    category: Name
    text: Note
    lane: Annotated[str, Field(pattern="^(priority|normal)$")] = "normal"
    serial_no: Name | None = None
    region: Name | None = None


class OpenOut(Gives):
    """`history`: the customer's last tickets, newest first, a line each, for whoever takes this one."""

    ticket: str
    history: str


class VoidIn(Given):
    ticket: Name


class VoidOut(Gives):
    changed: bool


class DispatchIn(Given):
    """Book a place at a service point: the customer's `home` point, else the nearest other one within reach.

    Without a home point the nearest of the `region` is the customer's own.
    """

    ticket: Name
    to: Point
    home: Name | None = None
    region: Name | None = None


class DispatchOut(Gives):
    service_point: str
    metres: int
    backup: bool


class UndispatchIn(Given):
    ticket: Name


class UndispatchOut(Gives):
    changed: bool


class CloseIn(Given):
    """Close a ticket. `satisfaction` 1 (bad) to 5 (very good), where the customer gave it."""

    ticket: Name
    satisfaction: Annotated[Whole, Field(ge=1, le=5)] | None = None
    minutes: Annotated[Whole, Field(ge=0, le=1_000_000)] = 0
    remark: Note = ""


class CloseOut(Gives):
    """`minutes_open` from opening to closing."""

    changed: bool
    minutes_open: int


class PlanMaintenanceIn(Given):
    """Say when a machine is to be looked after next. `parts`: articles that were replaced."""

    serial_no: Name
    customer: Name
    parts: Annotated[list[Name], Field(min_length=1, max_length=100)]


class PlanMaintenanceOut(Gives):
    part: str
    due_at: str


class MachineHoursIn(Given):
    """A machine tells how long it has run."""

    serial_no: Name
    customer: Name
    hours: Annotated[Whole, Field(ge=0, le=1_000_000)]


class MachineHoursOut(Gives):
    """`due`: it has run long enough since the last reminder; true once for each such interval."""

    due: bool
    video: str
