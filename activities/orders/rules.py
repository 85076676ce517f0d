"""What may happen to an order: its four state axes, and the audit that says who has to look at it. Pure.

The state of an order is kept on four independent axes; what people see as *the* state is derived from them. The audit
collects every reason that holds: two thresholds passed mean two reviews.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Axis = Literal["pay", "audit", "fulfilment", "aftersale"]

#: Axis -> state -> states that may follow. The first state of an axis is where it begins.
TRANSITIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "pay": {
        "unpaid": ("paid", "closed"),
        "paid": ("refunding", "refunded"),
        "refunding": ("refunded", "paid"),
        "refunded": (),
        "closed": (),
    },
    "audit": {
        "pending": ("reviewing", "approved", "rejected"),
        "reviewing": ("approved", "rejected", "pending"),
        "approved": ("reviewing", "rejected"),
        "rejected": ("pending",),
    },
    "fulfilment": {
        "waiting": ("reserved", "presale", "part_shipped", "shipped", "delayed", "cancelled"),
        "delayed": ("waiting", "reserved", "cancelled"),
        "presale": ("reserved", "part_shipped", "shipped", "cancelled"),
        "reserved": ("picking", "part_shipped", "shipped", "waiting", "cancelled"),
        "picking": ("part_shipped", "shipped", "reserved", "cancelled"),
        "part_shipped": ("shipped", "picking"),
        "shipped": ("delivered",),
        "delivered": (),
        "cancelled": (),
    },
    "aftersale": {
        "none": ("requested",),
        "requested": ("approved", "none"),
        "approved": ("received", "refunded"),
        "received": ("refunded", "exchanged", "none"),
        "refunded": ("requested",),
        "exchanged": ("requested",),
    },
}


#: What customers see of a return that is done.
AFTER_SALE_TEXTS = {"refunded": ("已退款", "refunded"), "exchanged": ("已换货", "exchanged")}
#: What customers see of a paid and approved order; every other state is "to ship".
FULFILMENT_TEXTS = {
    "presale": ("预售待发货", "presold, to ship"),
    "part_shipped": ("部分发货", "partly shipped"),
    "shipped": ("已发货", "shipped"),
    "delivered": ("已签收", "delivered"),
}


def first_state(axis: Axis) -> str:
    return next(iter(TRANSITIONS[axis]))


def may_follow(axis: Axis, state: str, to: str) -> bool:
    return to in TRANSITIONS[axis].get(state, ())


def visible_state(pay: str, audit: str, fulfilment: str, aftersale: str) -> tuple[str, str]:
    """The one state that customers see, as (zh, en)."""
    if fulfilment == "cancelled":
        return "已取消", "cancelled"
    if aftersale != "none":
        return AFTER_SALE_TEXTS.get(aftersale, ("售后中", "after-sales"))
    if pay == "unpaid":
        return "待支付", "to pay"
    if audit in ("pending", "reviewing"):
        return "待审核", "to be reviewed"
    if audit == "rejected":
        return "已驳回", "rejected"
    return FULFILMENT_TEXTS.get(fulfilment, ("待发货", "to ship"))


@dataclass(frozen=True, slots=True)
class AuditLimits:
    """The numbers of the audit; amounts in fen. Every one is a tenant setting."""

    owner_over: int = 1_000_000
    finance_over: int = 500_000
    review_first_order: bool = True
    controlled_areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """What the audit looks at. `amount` in fen; `area` is province, city and district joined with "/"."""

    amount: int
    kind: str
    first_order: bool
    has_contract: bool
    channel_review: bool = False
    area: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One audit rule and whether the order passes it. `asks` names who has to agree, "" for nobody."""

    rule: str
    passed: bool
    zh: str
    en: str
    asks: str = ""
    rejects: bool = False
    delays: bool = False


def audit(facts: AuditFacts, limits: AuditLimits) -> list[Finding]:
    """Every audit rule with its result, always all of them and in this order."""
    return [
        _contract(facts),
        _amount("owner_over", "owner", facts.amount, limits.owner_over, "老板", "the owner"),
        _amount("finance_over", "finance", facts.amount, limits.finance_over, "财务", "finance"),
        _first_order(facts, limits),
        _channel(facts),
        _area(facts, limits),
    ]


def required_reviews(findings: Sequence[Finding]) -> list[str]:
    """Who has to agree, each once, in the order of the rules."""
    return list(dict.fromkeys(each.asks for each in findings if each.asks and not each.passed))


def _contract(facts: AuditFacts) -> Finding:
    missing = facts.kind == "engineering" and not facts.has_contract
    return Finding("contract", not missing, "工程单须附合同", "an engineering order needs a contract", rejects=missing)


def _amount(rule: str, asks: str, amount: int, limit: int, zh: str, en: str) -> Finding:
    return Finding(
        rule,
        amount <= limit,
        f"金额超过 {yuan(limit)} 元须{zh}审批",
        f"above {yuan(limit)} yuan {en} must agree",
        asks=asks,
    )


def _first_order(facts: AuditFacts, limits: AuditLimits) -> Finding:
    held = facts.first_order and limits.review_first_order
    return Finding(
        "first_order", not held, "新客户首单须人工确认", "a first order is confirmed by a person", asks="service"
    )


def _channel(facts: AuditFacts) -> Finding:
    held = facts.channel_review
    return Finding(
        "channel", not held, "渠道订单须人工核对", "the channel's orders are checked by a person", asks="service"
    )


def _area(facts: AuditFacts, limits: AuditLimits) -> Finding:
    inside = any(facts.area == area or facts.area.startswith(f"{area}/") for area in limits.controlled_areas)
    return Finding(
        "controlled_area", not inside, "收货地在管控区，延迟发货", "a controlled area, ships late", delays=inside
    )


def yuan(fen: int) -> str:
    """An amount of fen as yuan for people: 500000 -> "5,000", 1050 -> "10.50"."""
    whole, cents = divmod(abs(fen), 100)
    sign = "-" if fen < 0 else ""
    return f"{sign}{whole:,}.{cents:02d}" if cents else f"{sign}{whole:,}"
