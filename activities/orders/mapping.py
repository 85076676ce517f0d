"""Channel mapping: turns one channel's order into ours by rules kept in definitions/channels/<channel>.yaml.

A mapping is data. A field comes from a path in the channel's JSON, converted by a named conversion; a status of the
channel becomes a state on our axes. A status that the mapping does not know is never guessed: the order is set aside
with the reason, and its raw text is kept until somebody has extended the mapping.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from pydantic import Field

from activities._runtime import DataFile

Json = Any
Convert = Literal["text", "int", "yuan", "fen", "time", "flag"]

_CHINA = timezone(timedelta(hours=8))


class FieldRule(DataFile):
    """Where a field comes from: the first of `from` that is present and not empty, else `default`."""

    paths: tuple[str, ...] = Field(alias="from")
    convert: Convert = Field(default="text", alias="as")
    default: Json = None
    required: bool = False


class LineRules(DataFile):
    """Where the order lines stand and what each line's fields come from."""

    at: str = Field(alias="from")
    fields: dict[Literal["sku", "qty", "price", "title", "discount"], FieldRule]


class StatusRule(DataFile):
    """What a channel's status means on our axes. `audit: pending` asks for a person (live-stream coupons, say)."""

    pay: Literal["unpaid", "paid", "refunding", "refunded", "closed"]
    fulfilment: Literal["waiting", "shipped", "delivered", "cancelled"] = "waiting"
    audit: Literal["pending", "approved"]


class TagRule(DataFile):
    """Marks an order with `tag` when every path has one of the listed values."""

    tag: str
    when: dict[str, tuple[Json, ...]]


class ChannelMapping(DataFile):
    """One file of definitions/channels. `verified`: when the codes were last checked against the channel's docs."""

    channel: str
    version: int
    title: dict[str, str]
    verified: str = ""
    timezone_hours: int = 8
    status_from: str
    fields: dict[str, FieldRule]
    lines: LineRules
    statuses: dict[str, StatusRule]
    tags: tuple[TagRule, ...] = ()


@dataclass(frozen=True, slots=True)
class MappedLine:
    sku: str
    qty: int
    price: int
    title: str = ""
    discount: int = 0


@dataclass(frozen=True, slots=True)
class MappedOrder:
    """An order in our terms. Amounts in fen."""

    ext_id: str
    fields: Mapping[str, Json]
    lines: tuple[MappedLine, ...]
    status: StatusRule
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """The payload could not be mapped; somebody has to extend the mapping."""

    ext_id: str
    zh: str
    en: str


class _Unmappable(Exception):
    """Leaves the conversion at the first field that cannot be read; never passes the module's edge."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


#: Fields that every mapping must be able to fill.
_ALWAYS = ("ext_id", "total")


def map_order(mapping: ChannelMapping, payload: Json) -> MappedOrder | Quarantined:
    """Turn a channel's payload into an order, or say why it cannot be."""
    ext_id = str(_first(payload, mapping.fields["ext_id"].paths) or "") if "ext_id" in mapping.fields else ""
    try:
        return _map(mapping, payload)
    except _Unmappable as reason:
        return Quarantined(ext_id, reason.zh, reason.en)


def _map(mapping: ChannelMapping, payload: Json) -> MappedOrder:
    fields = {name: _field(name, rule, payload, mapping) for name, rule in mapping.fields.items()}
    for name in _ALWAYS:
        if fields.get(name) in (None, ""):
            raise _Unmappable(f"缺少字段 {name}", f"the field {name} is missing")
    status = _status(mapping, payload)
    lines = tuple(_line(mapping, line) for line in _lines_of(mapping, payload))
    return MappedOrder(str(fields["ext_id"]), fields, lines, status, _tags(mapping, payload))


def _status(mapping: ChannelMapping, payload: Json) -> StatusRule:
    found = pick(payload, mapping.status_from)
    rule = mapping.statuses.get(str(found))
    if rule is None:
        raise _Unmappable(f"未知状态 {found!s:.40}，需要补充映射", f"unknown status {found!s:.40}: needs mapping")
    return rule


def _lines_of(mapping: ChannelMapping, payload: Json) -> Sequence[Json]:
    found = pick(payload, mapping.lines.at)
    if not isinstance(found, list) or not found:
        raise _Unmappable("订单没有明细行", "the order has no lines")
    return found


def _line(mapping: ChannelMapping, payload: Json) -> MappedLine:
    values = {str(name): _field(str(name), rule, payload, mapping) for name, rule in mapping.lines.fields.items()}
    sku, qty, price = values.get("sku"), values.get("qty"), values.get("price")
    if not sku or not isinstance(qty, int) or qty < 1 or not isinstance(price, int) or price < 0:
        raise _Unmappable("明细行缺少商品、数量或价格", "a line lacks its article, quantity or price")
    return MappedLine(str(sku), qty, price, str(values.get("title") or ""), int(values.get("discount") or 0))


def _tags(mapping: ChannelMapping, payload: Json) -> tuple[str, ...]:
    holds = (
        rule.tag for rule in mapping.tags if all(pick(payload, path) in allowed for path, allowed in rule.when.items())
    )
    return tuple(dict.fromkeys(holds))


def _field(name: str, rule: FieldRule, payload: Json, mapping: ChannelMapping) -> Json:
    found = _first(payload, rule.paths)
    if found is None:
        if rule.required:
            raise _Unmappable(f"缺少字段 {name}", f"the field {name} is missing")
        return rule.default
    try:
        return _converted(found, rule.convert, mapping.timezone_hours)
    except (ValueError, InvalidOperation, ArithmeticError) as reason:
        raise _Unmappable(f"字段 {name} 的值无法识别", f"the value of {name} is not a {rule.convert}") from reason


def _first(payload: Json, paths: Sequence[str]) -> Json:
    for path in paths:
        found = pick(payload, path)
        if found not in (None, ""):
            return found
    return None


def pick(payload: Json, path: str) -> Json:
    """The value at a dotted path (`receiver.city`, `orders.0.sku`), or None."""
    here = payload
    for part in path.split("."):
        if isinstance(here, Mapping):
            here = here.get(part)
        elif isinstance(here, list) and part.isdigit() and int(part) < len(here):
            here = here[int(part)]
        else:
            return None
    return here


def _converted(value: Json, convert: Convert, hours: int) -> Json:
    match convert:
        case "text":
            return str(value)
        case "int":
            return _whole(Decimal(str(value)))
        case "fen":
            return _whole(Decimal(str(value)))
        case "yuan":
            return _whole(Decimal(str(value)) * 100)
        case "time":
            return _time(value, hours)
        case "flag":
            return value in (True, 1, "1", "true", "yes", "Y")


def _whole(number: Decimal) -> int:
    if not number.is_finite() or number != number.to_integral_value():
        raise ValueError("not a whole number of units")
    return int(number)


def _time(value: Json, hours: int) -> datetime:
    """A time in UTC, from epoch seconds or milliseconds, or text; text without an offset is in the channel's zone."""
    if isinstance(value, int):
        return datetime.fromtimestamp(value / 1000 if value > 10**11 else value, tz=UTC)
    moment = datetime.fromisoformat(str(value))
    zone = _CHINA if hours == 8 else timezone(timedelta(hours=hours))
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
