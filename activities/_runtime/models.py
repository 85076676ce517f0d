"""Base models and field types that the contracts of all capabilities share.

Arguments come from a case's data: JSON values with exact decimals. So `Whole` takes 3 and Decimal("3.0") but neither
"3" nor true, and a time is text in ISO 8601 with its offset. A coordinate without its datum is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema


class Given(BaseModel):
    """Base of what an action takes: unknown fields are refused, text is not turned into numbers."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Gives(BaseModel):
    """Base of what an action answers with."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _whole(value: Any) -> Any:
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    return value


def _real(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


Whole = Annotated[int, BeforeValidator(_whole)]
#: A count of things, at least one.
Count = Annotated[int, Field(ge=1, le=1_000_000_000), BeforeValidator(_whole)]
#: Money in fen, not negative.
Fen = Annotated[int, Field(ge=0, le=10**15), BeforeValidator(_whole)]
#: An exact decimal; JSON knows it as a number, not as text.
Number = Annotated[Decimal, WithJsonSchema({"type": "number"})]
Metres = Annotated[float, Field(ge=0, allow_inf_nan=False), BeforeValidator(_real)]
Moment = Annotated[AwareDatetime, Field(strict=False)]
#: An id or code, as the store keeps it: one line, no space at either end.
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f]([^\x00-\x1f]*[^\s\x00-\x1f])?$")]
#: Id of a person, as the organisation gives it.
PersonId = Annotated[str, Field(min_length=1, max_length=100)]
Note = Annotated[str, Field(max_length=4000)]


class Point(Given):
    """A place on the earth in decimal degrees. `datum`: wgs84 (GPS, phones) or gcj02 (Chinese maps)."""

    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False), BeforeValidator(_real)]
    lng: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False), BeforeValidator(_real)]
    datum: Literal["wgs84", "gcj02"]


def plain(value: Any) -> Any:
    """A model or value as JSON data with exact decimals; times become text in UTC."""
    if isinstance(value, BaseModel):
        return plain(value.model_dump(by_alias=True))
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value
