"""What the actions of the tickets take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from activities._runtime import Given, Gives, Name, Note, Number, Point, Whole


class ClassifyIn(Given):
    """Sort a text. `vip`: the customer's tickets take the priority lane whatever they say."""

    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    classifier: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")] = "tickets"
    vip: bool = False


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
    ticket: str


class VoidIn(Given):
    ticket: Name


class VoidOut(Gives):
    changed: bool


class DispatchIn(Given):
    """Book a place at a service point: the customer's `home` point, else the nearest other one within reach."""

    ticket: Name
    to: Point
    home: Name | None = None


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
