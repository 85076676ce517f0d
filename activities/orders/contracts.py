"""What the actions of the orders take and give. Amounts in fen."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from activities._runtime import Count, Fen, Given, Gives, Name, Note, Point
from activities.orders.rules import Axis


class IntakeIn(Given):
    """One order as a channel sent it. `channel` names a file of definitions/channels."""

    channel: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    payload: Annotated[dict[str, Any], Field(min_length=1, max_length=500)]
    account: Name = "default"


class IntakeLine(Gives):
    sku: str
    qty: int


class IntakeOut(Gives):
    """What became of it.

    `verdict`: new, changed, same (nothing new), stale (older than what is known) or quarantined (cannot be mapped).
    Where it is quarantined only `ext_id` and `reason` say something.
    """

    verdict: Literal["new", "changed", "same", "stale", "quarantined"]
    order: str
    ext_id: str
    reason_zh: str
    reason_en: str
    customer: str
    kind: str
    total: int
    pay: str
    audit: str
    fulfilment: str
    lines: list[IntakeLine]
    receiver: dict[str, Any]
    to: Point | None
    tags: list[str]


class AuditIn(Given):
    """Check an order against the rules. `contract`: id of the contract's file."""

    order: Name
    contract: Annotated[str, Field(max_length=128)] | None = None


class RuleResult(Gives):
    rule: str
    passed: bool
    zh: str
    en: str


class AuditOut(Gives):
    """`required`: who has to agree (owner, finance, service), each once. `rejected`: nobody may agree at all."""

    required: list[str]
    owner: bool
    finance: bool
    service: bool
    rejected: bool
    delayed: bool
    results: list[RuleResult]
    reasons_zh: str
    reasons_en: str


class MarkIn(Given):
    order: Name
    axis: Axis
    to: Name
    reason: Annotated[str, Field(max_length=1000)] = ""


class MarkOut(Gives):
    """`changed` is False when the order was in that state already; `visible_…` is what customers see."""

    previous: str
    changed: bool
    visible_zh: str
    visible_en: str


class UnmarkIn(Given):
    """Take back a mark: from `state` to `previous`, if the order is still in `state`."""

    order: Name
    axis: Axis
    state: Name
    previous: Name


class UnmarkOut(Gives):
    changed: bool


class CancelIn(Given):
    order: Name
    reason: Annotated[str, Field(max_length=1000)] = ""


class CancelOut(Gives):
    """`refund`: fen that were paid and have to go back."""

    changed: bool
    refund: int


class PickRow(Given):
    warehouse: Name
    sku: Name
    qty: Count
    bin: Annotated[str, Field(max_length=32)] = ""


class PickListIn(Given):
    order: Name
    lines: Annotated[list[PickRow], Field(min_length=1, max_length=500)]


class PickListOut(Gives):
    """`rows` in walking order: warehouse, bin, article."""

    pick_list: str
    rows: list[PickRow]
    units: int


class VoidPickListIn(Given):
    pick_list: Name


class VoidPickListOut(Gives):
    changed: bool


class PackedLine(Given):
    sku: Name
    qty: Count


class DispatchIn(Given):
    """Hand an order to a carrier, whole or, with `lines`, what is in this parcel."""

    order: Name
    carrier: Name
    tracking: Name
    lines: Annotated[list[PackedLine], Field(min_length=1, max_length=500)] | None = None
    note: Note = ""


class DispatchOut(Gives):
    """`complete`: everything that was ordered is on its way."""

    parcel: str
    complete: bool
    visible_zh: str
    visible_en: str


class RecallIn(Given):
    parcel: Name


class RecallOut(Gives):
    changed: bool


class FreightIn(Given):
    """What sending goods of this worth costs. `amount` in fen after discounts; `area` is province/city/district."""

    amount: Fen
    area: Annotated[str, Field(max_length=200)] = ""


class FreightOut(Gives):
    freight: int
    reason_zh: str
    reason_en: str


class RewardIn(Given):
    order: Name


class RewardOut(Gives):
    """`coupon` is "" where none is due; `orders`: paid orders of the customer in the window."""

    coupon: str
    amount: int
    orders: int


class ReturnedLine(Given):
    sku: Name
    qty: Count


ReturnKind = Literal["return", "exchange", "refund_only"]
ReturnReason = Literal["quality", "wrong_item", "damaged", "no_reason", "other"]


class RequestReturnIn(Given):
    """Ask for goods to be taken back. Units must have been shipped and not be in another request."""

    order: Name
    kind: ReturnKind
    reason: ReturnReason
    lines: Annotated[list[ReturnedLine], Field(min_length=1, max_length=100)]


class RequestReturnOut(Gives):
    """`refund`: fen that these units were paid with; 0 for an exchange."""

    after_sale: str
    refund: int
    total: int
    pay: str


class MoveReturnIn(Given):
    after_sale: Name
    to: Literal["approved", "received", "refunded", "exchanged", "refused"]
    note: Note = ""


class MoveReturnOut(Gives):
    changed: bool
    visible_zh: str
    visible_en: str


class DropReturnIn(Given):
    after_sale: Name


class DropReturnOut(Gives):
    changed: bool
