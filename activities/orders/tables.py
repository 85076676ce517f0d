"""Orders: the raw text as it came, the order made from it, its lines, its events, pick lists, parcels and returns.

`raw_order` keeps what a channel sent, also where it could not be mapped. An order is unique by (channel, account,
ext_id). Its state stands on four axes; `order_event` is the append-only record of every change.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, Key, LongText, Money, personal_of


class RawOrder(Base):
    """The last text of an order that a channel sent. `verdict`: mapped or quarantined, with the reason.

    `payload` is sealed as data of `customer`, who is empty where the text could not be mapped.
    """

    __tablename__ = "raw_order"

    channel: Mapped[str] = mapped_column(Key(), primary_key=True)
    account: Mapped[str] = mapped_column(Key(), primary_key=True)
    ext_id: Mapped[str] = mapped_column(Key(), primary_key=True)
    customer: Mapped[str] = mapped_column(Key(), default="")
    payload: Mapped[Any] = mapped_column(Json(), info=personal_of("customer"))
    digest: Mapped[str] = mapped_column(Key())
    mapping_version: Mapped[int]
    verdict: Mapped[str] = mapped_column(Key(16))
    reason: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict)
    received_at: Mapped[datetime]


class SalesOrder(Base):
    """An order in our terms. Amounts in fen; `area` is province/city/district; `receiver` is sealed."""

    __tablename__ = "sales_order"
    __table_args__ = (
        UniqueConstraint("tenant", "channel", "account", "ext_id"),
        CheckConstraint("total >= 0", name="total"),
        Index("ix_sales_order_customer", "tenant", "customer", "placed_at"),
    )

    no: Mapped[str] = mapped_column(Key(), primary_key=True)
    channel: Mapped[str] = mapped_column(Key())
    account: Mapped[str] = mapped_column(Key())
    ext_id: Mapped[str] = mapped_column(Key())
    ext_updated_at: Mapped[datetime | None]
    customer: Mapped[str] = mapped_column(Key())
    kind: Mapped[str] = mapped_column(Key(32))
    total: Mapped[int] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(Key(3), default="CNY")
    payment: Mapped[str] = mapped_column(Key(32), default="")
    receiver: Mapped[dict[str, Any]] = mapped_column(Json(), info=personal_of("customer"))
    area: Mapped[str] = mapped_column(Key(), default="")
    tags: Mapped[list[Any]] = mapped_column(Json())
    pay: Mapped[str] = mapped_column(Key(16))
    audit: Mapped[str] = mapped_column(Key(16))
    fulfilment: Mapped[str] = mapped_column(Key(16))
    aftersale: Mapped[str] = mapped_column(Key(16))
    contract: Mapped[str | None] = mapped_column(Key(128))
    placed_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class OrderLine(Base):
    """One line as it was bought; `discount` in fen is the line's own share."""

    __tablename__ = "order_line"
    __table_args__ = (CheckConstraint("qty > 0 AND price >= 0 AND discount >= 0", name="amounts"),)

    order_no: Mapped[str] = mapped_column(Key(), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(Key())
    title: Mapped[str] = mapped_column(LongText, default="")
    qty: Mapped[int]
    price: Mapped[int] = mapped_column(Money)
    discount: Mapped[int] = mapped_column(Money, default=0)


class OrderEvent(Base):
    """One change of one axis, never changed."""

    __tablename__ = "order_event"
    __table_args__ = (Index("ix_order_event_order_no", "tenant", "order_no", "at"),)

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    order_no: Mapped[str] = mapped_column(Key())
    axis: Mapped[str] = mapped_column(Key(16))
    was: Mapped[str] = mapped_column(Key(16))
    now: Mapped[str] = mapped_column(Key(16))
    reason: Mapped[str] = mapped_column(LongText, default="")
    by: Mapped[str] = mapped_column(Key(100), default="")
    case_id: Mapped[str] = mapped_column(Key(64))
    at: Mapped[datetime]


class PickList(Base):
    """A list for the warehouse: rows of warehouse, bin, sku, qty in walking order. `state`: open or void."""

    __tablename__ = "pick_list"

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    order_no: Mapped[str] = mapped_column(Key())
    rows: Mapped[list[Any]] = mapped_column(Json())
    state: Mapped[str] = mapped_column(Key(16), default="open")
    created_at: Mapped[datetime]


class Parcel(Base):
    """A parcel on its way. `state`: sent or recalled."""

    __tablename__ = "parcel"
    __table_args__ = (Index("ix_parcel_order_no", "tenant", "order_no"),)

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    order_no: Mapped[str] = mapped_column(Key())
    carrier: Mapped[str] = mapped_column(Key())
    tracking: Mapped[str] = mapped_column(Key())
    state: Mapped[str] = mapped_column(Key(16), default="sent")
    sent_at: Mapped[datetime]


class ParcelLine(Base):
    """What a parcel holds. Over all parcels that are not recalled: at most what was ordered."""

    __tablename__ = "parcel_line"
    __table_args__ = (CheckConstraint("qty > 0", name="qty"),)

    parcel: Mapped[str] = mapped_column(Key(), primary_key=True)
    sku: Mapped[str] = mapped_column(Key(), primary_key=True)
    qty: Mapped[int]


class AfterSale(Base):
    """One request after the sale. `kind`: return, exchange or refund_only; amounts in fen.

    `state`: requested, approved, received, refunded, exchanged or refused.
    """

    __tablename__ = "after_sale"
    __table_args__ = (
        CheckConstraint("refund >= 0", name="refund"),
        Index("ix_after_sale_order_no", "tenant", "order_no"),
    )

    no: Mapped[str] = mapped_column(Key(), primary_key=True)
    order_no: Mapped[str] = mapped_column(Key())
    kind: Mapped[str] = mapped_column(Key(16))
    reason: Mapped[str] = mapped_column(Key(32))
    state: Mapped[str] = mapped_column(Key(16))
    refund: Mapped[int] = mapped_column(Money)
    case_id: Mapped[str] = mapped_column(Key(64))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class AfterSaleLine(Base):
    """Units of one order line that come back; `refund` in fen is their share of what was paid."""

    __tablename__ = "after_sale_line"
    __table_args__ = (CheckConstraint("qty > 0 AND refund >= 0", name="amounts"),)

    after_sale: Mapped[str] = mapped_column(Key(), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(Key())
    qty: Mapped[int]
    refund: Mapped[int] = mapped_column(Money)


class RepurchaseCoupon(Base):
    """The last coupon that a customer got for buying often: at most one per window, whoever races."""

    __tablename__ = "repurchase_coupon"

    customer: Mapped[str] = mapped_column(Key(), primary_key=True)
    coupon: Mapped[str] = mapped_column(Key(), default="")
    amount: Mapped[int] = mapped_column(Money)
    order_no: Mapped[str] = mapped_column(Key(), default="")
    issued_at: Mapped[datetime]
