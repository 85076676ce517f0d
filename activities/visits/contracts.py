"""What the actions of field visits take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from activities._runtime import Given, Gives, Metres, Moment, Name, Note, PersonId, Point

#: Ids of files in the object store.
FileIds = Annotated[list[Name], Field(max_length=50)]


class PlanIn(Given):
    """Plan visits of one salesperson. Without `start` the first customer stays first; `keep_order` keeps them all."""

    salesperson: PersonId
    customers: Annotated[list[Name], Field(min_length=1, max_length=100)]
    purpose: Note = ""
    start: Point | None = None
    keep_order: bool = False


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


class CloseFollowUpIn(Given):
    follow_up: Name


class CloseFollowUpOut(Gives):
    changed: bool


class CheckInContent(Given):
    """What a device wrote down at the door."""

    location: Point
    accuracy_m: Metres
    photo: Name
    mock: bool = False


class NotesContent(Given):
    """What a device wrote down of the talk."""

    goal_met: bool
    notes: Note = ""
    photos: FileIds = Field(default_factory=list)
    ordered: bool = False
    need: Note = ""
    follow_up_at: Moment | None = None


class AcceptRecordIn(Given):
    """A record made without a network, sent when there was one again. `record`: the id that the device gave it."""

    record: Name
    visit: Name
    kind: Literal["check_in", "closed", "notes"]
    device_time: Moment
    content: dict[str, Any]


class AcceptRecordOut(Gives):
    """`fresh` is False for a record that was taken in before. `content` as the visit's forms name it."""

    fresh: bool
    content: dict[str, Any]


class SentPoint(Given):
    """One point of a track, under the id that the device gave it."""

    id: Name
    at: Moment
    place: Point
    accuracy_m: Metres


class TrackIn(Given):
    salesperson: PersonId
    points: Annotated[list[SentPoint], Field(min_length=1, max_length=2000)]


class TrackOut(Gives):
    """Points taken in now, by flag: "" counts as work; private, jump and inaccurate are kept but hidden."""

    counted: int
    private: int
    jump: int
    inaccurate: int
