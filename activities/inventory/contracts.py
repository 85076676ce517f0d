"""What the actions of the inventory take and give. Quantities are whole base units."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from activities._runtime import Count, Fen, Given, Gives, Moment, Name, PersonId, Point


class Line(Given):
    """So many units of one article."""

    sku: Name
    qty: Count


Lines = Annotated[list[Line], Field(min_length=1, max_length=500)]


class ReserveIn(Given):
    """Reserve goods for an order. Without `to` distance does not count; `warehouse` allows only that one.

    Args:
        partial: reserve what there is and say what is short, instead of refusing all of it.
        presale: id of the presale that these goods are for; it comes after older ones and before everybody else.
    """

    lines: Lines
    ref: Name | None = None
    to: Point | None = None
    warehouse: Name | None = None
    split: bool = True
    partial: bool = False
    presale: Name | None = None


class ReservedLine(Gives):
    warehouse: str
    sku: str
    qty: int
    bin: str


class ShortLine(Gives):
    sku: str
    qty: int


class Shipment(Gives):
    """What one warehouse sends. `presale`: what nobody has yet, without a warehouse."""

    warehouse: str
    presale: bool
    lines: list[ReservedLine]


class ReserveOut(Gives):
    """`warehouse` delivers most units. `low_stock`: articles whose free stock fell below its safety level just now.

    `reservation` is null where nothing could be reserved; `short` is what nobody has, always empty without `partial`.
    """

    reservation: str | None
    warehouse: str
    parcels: int
    lines: list[ReservedLine]
    low_stock: list[str]
    short: list[ShortLine]
    shipments: list[Shipment]


class ReleaseIn(Given):
    """Without a reservation there is nothing to release."""

    reservation: Name | None = None


class ReleaseOut(Gives):
    """`units` released now; 0 when nothing was open any more."""

    units: int


class ShipIn(Given):
    """Ship a reservation, or the part of it that lies in one `warehouse`."""

    reservation: Name
    tracking: Name | None = None
    warehouse: Name | None = None


class ShipOut(Gives):
    """`units` that left the shelves, and what they cost in fen, oldest batch first."""

    units: int
    cost: int


class UnshipIn(Given):
    reservation: Name
    warehouse: Name | None = None


class UnshipOut(Gives):
    units: int


class RequisitionIn(Given):
    """Hand out spare parts to a technician, from `warehouse` or else the nearest parts store that has them all."""

    lines: Lines
    technician: PersonId
    warehouse: Name | None = None
    to: Point | None = None


class RequisitionOut(Gives):
    """`cost` of the parts in fen, oldest batch first."""

    requisition: str
    warehouse: str
    lines: list[ReservedLine]
    cost: int


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


class PresellIn(Given):
    """Promise units that are not there yet."""

    lines: Lines
    ref: Name | None = None


class PresellOut(Gives):
    """`ahead`: units of the same articles that others were promised before."""

    presale: str
    ahead: int


class VoidPresaleIn(Given):
    presale: Name


class VoidPresaleOut(Gives):
    changed: bool


class ReceivedLine(Given):
    """Units of one article that came in, and what each cost in fen."""

    sku: Name
    qty: Count
    unit_cost: Fen


class ReceiveIn(Given):
    """Put goods on the shelf. `received_at`: when they came, not in the future; by default now."""

    warehouse: Name
    lines: Annotated[list[ReceivedLine], Field(min_length=1, max_length=500)]
    ref: Name | None = None
    received_at: Moment | None = None


class ReceiveOut(Gives):
    """`waiting`: orders whose presale waits for one of these articles, oldest first."""

    receipt: str
    units: int
    waiting: list[str]


class TakeReturnIn(Given):
    """Goods that a customer sent back. They are not sold before somebody has looked at them.

    `ref`: the order that they were reserved for; they come back at what they cost when they left.
    """

    lines: Lines
    ref: Name | None = None


class TakeReturnOut(Gives):
    receipt: str
    warehouse: str
    units: int


class SettleReturnIn(Given):
    """What becomes of returned goods: into a `warehouse` that sells them, or scrapped without one."""

    receipt: Name
    warehouse: Name | None = None


class SettleReturnOut(Gives):
    units: int
