"""What the actions of field visits take and give."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from activities._runtime import Given, Gives, Metres, Moment, Name, Note, PersonId, Point

#: Ids of files in the object store.
FileIds = Annotated[list[Name], Field(max_length=50)]


class PlanIn(Given):
    """Plan visits of one salesperson. Without `start` the first customer stays first."""

    salesperson: PersonId
    customers: Annotated[list[Name], Field(min_length=1, max_length=100)]
    purpose: Note = ""
    start: Point | None = None


class PlannedStop(Gives):
    visit: str
    customer: str
    title: dict[str, Any]
    address: str
    position: int


class PlanOut(Gives):
    """`stops` in the order of the day; `metres` of the whole way as the crow flies."""

    plan: str
    stops: list[PlannedStop]
    metres: int


class VoidPlanIn(Given):
    plan: Name


class VoidPlanOut(Gives):
    visits: int


class CheckInIn(Given):
    """A fix of the device at the customer's. `accuracy_m` as the device says; `mock`: the device says it is made up."""

    visit: Name
    at: Point
    accuracy_m: Metres
    mock: bool = False
    device_time: Moment | None = None
    photo: Name | None = None


class CheckInOut(Gives):
    """`verdict`: ok, or uncertain where a manager has to look at the photo."""

    check_in: str
    verdict: str
    distance_m: int
    risks: list[str]


class ReportIn(Given):
    """What came of a visit."""

    visit: Name
    notes: Note = ""
    photos: FileIds = Field(default_factory=list)
    goal_met: bool | None = None
    ordered: bool = False


class ReportOut(Gives):
    """`effective`: there is a note or an order, so that the visit counts."""

    changed: bool
    effective: bool


class FollowUpIn(Given):
    visit: Name
    need: Annotated[str, Field(min_length=1, max_length=4000)]
    due_at: Moment


class FollowUpOut(Gives):
    follow_up: str
    due_at: str


class VoidFollowUpIn(Given):
    follow_up: Name


class VoidFollowUpOut(Gives):
    changed: bool
