"""What the actions of purchasing take and give. Amounts in fen."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from activities._runtime import Count, Fen, Given, Gives, Name, Whole


class BookBudgetIn(Given):
    """Set money aside. `period`: the year, by default that of now."""

    department: Name
    amount: Annotated[Fen, Field(gt=0)]
    period: Annotated[str, Field(pattern=r"^\d{4}$")] | None = None


class BookBudgetOut(Gives):
    """`left`: what the department may still book."""

    booking: str
    period: str
    left: int


class ReleaseBudgetIn(Given):
    booking: Name


class ReleaseBudgetOut(Gives):
    """`amount` freed now; 0 when it was not booked any more."""

    amount: int


class CheckIn(Given):
    """Check a request against the rules before anybody is asked. `contract`: ids of the contract's files."""

    supplier: Name
    kind: Literal["regular", "engineering"] = "regular"
    contract: Annotated[list[Name], Field(max_length=50)] = Field(default_factory=list)


class CheckedRule(Gives):
    rule: str
    passed: bool
    zh: str
    en: str


class CheckOut(Gives):
    """`rejected`: a rule refuses it by itself. `first_order`: nothing was ever ordered from this supplier."""

    rejected: bool
    first_order: bool
    results: list[CheckedRule]
    reasons_zh: str
    reasons_en: str


class OrderItem(Given):
    item: Name
    qty: Count
    price: Annotated[Whole, Field(ge=0, le=10**12)]


class OrderIn(Given):
    """Order goods on money set aside. The lines may not cost more than the booking."""

    supplier: Name
    lines: Annotated[list[OrderItem], Field(min_length=1, max_length=500)]
    booking: Name


class OrderOut(Gives):
    """`amount` of the order; `left`: what is still booked, to be released or ordered with."""

    order: str
    amount: int
    left: int


class CancelOrderIn(Given):
    order: Name


class CancelOrderOut(Gives):
    changed: bool
