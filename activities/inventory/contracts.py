"""What the actions of the inventory take and give. Quantities are whole base units."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from activities._runtime import Count, Given, Gives, Name, PersonId, Point


class Line(Given):
    """So many units of one article."""

    sku: Name
    qty: Count


Lines = Annotated[list[Line], Field(min_length=1, max_length=500)]


class ReserveIn(Given):
    """Reserve goods for an order. Without `to` distance does not count; `warehouse` allows only that one."""

    lines: Lines
    ref: Name | None = None
    to: Point | None = None
    warehouse: Name | None = None
    split: bool = True


class ReservedLine(Gives):
    warehouse: str
    sku: str
    qty: int
    bin: str


class ReserveOut(Gives):
    """`warehouse` delivers most units. `low_stock`: articles whose free stock fell below its safety level just now."""

    reservation: str
    warehouse: str
    parcels: int
    lines: list[ReservedLine]
    low_stock: list[str]


class ReleaseIn(Given):
    reservation: Name


class ReleaseOut(Gives):
    """`units` released now; 0 when nothing was open any more."""

    units: int


class ShipIn(Given):
    reservation: Name
    tracking: Name | None = None


class ShipOut(Gives):
    """`units` that left the shelves."""

    units: int


class UnshipIn(Given):
    reservation: Name


class UnshipOut(Gives):
    units: int


class RequisitionIn(Given):
    """Hand out spare parts to a technician, from `warehouse` or else the nearest parts store that has them all."""

    lines: Lines
    technician: PersonId
    warehouse: Name | None = None
    to: Point | None = None


class RequisitionOut(Gives):
    requisition: str
    warehouse: str
    lines: list[ReservedLine]


class ReturnPartIn(Given):
    """Bring parts back into stock. Without `lines`: everything that is still in hand."""

    requisition: Name
    lines: Lines | None = None


class ReturnPartOut(Gives):
    units: int


class UsePartIn(Given):
    """Book parts as built in. Without `lines`: everything that is still in hand."""

    requisition: Name
    lines: Lines | None = None


class UsePartOut(Gives):
    units: int
