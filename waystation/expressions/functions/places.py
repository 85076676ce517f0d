"""Functions that need more than their arguments or arithmetic: working days, and distance over the earth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from geographiclib.geodesic import Geodesic

from waystation.expressions.environment import Calendar, Frame
from waystation.expressions.errors import ExpressionError, failure, missing
from waystation.expressions.functions.clock import local_time
from waystation.expressions.functions.signatures import function, takes
from waystation.expressions.types import ANY, DATE, INT, NUMBER, TIMESTAMP
from waystation.expressions.values import read

_MILLIMETRE = Decimal("0.001")
_FARTHEST_WORKDAYS = 100_000


def _calendar(frame: Frame) -> Calendar:
    if frame.env.calendar is None:
        raise failure("calendar", "the process has no calendar that knows working days", "流程没有设置工作日历")
    return frame.env.calendar


def _calendar_refuses(error: Exception) -> ExpressionError:
    return failure("calendar", f"the calendar cannot tell: {error}", f"工作日历无法计算：{error}")


def _workdays_between(frame: Frame, start: date, end: date) -> int:
    calendar = _calendar(frame)
    try:
        return calendar.workdays_between(start, end)
    except (ValueError, OverflowError) as error:
        raise _calendar_refuses(error) from None


def _add_workdays(frame: Frame, moment: date, count: int) -> date:
    """The same time of day; of a date again a date."""
    calendar = _calendar(frame)
    if abs(count) > _FARTHEST_WORKDAYS:
        raise failure("range", "that many workdays lead out of range", "工作日数超出范围")
    try:
        if isinstance(moment, datetime):
            return calendar.add_workdays(moment, count)
        start = datetime.combine(moment, time(), frame.env.zone)
        return local_time(calendar.add_workdays(start, count), frame.env.timezone).date()
    except (ValueError, OverflowError) as error:
        raise _calendar_refuses(error) from None


def _distance(frame: Frame, start: Any, end: Any) -> Decimal:
    """Metres along the WGS-84 ellipsoid, to the millimetre. Points are `[lat, lng]` or maps with `lat` and `lng`."""
    frame.charge(20)
    latitude, longitude = _coordinates(start)
    other_latitude, other_longitude = _coordinates(end)
    if isinstance(start, Mapping) and isinstance(end, Mapping):
        _same_datum(start.get("datum"), end.get("datum"))
    line = Geodesic.WGS84.Inverse(latitude, longitude, other_latitude, other_longitude, Geodesic.DISTANCE)
    return Decimal(repr(line["s12"])).quantize(_MILLIMETRE)


def _same_datum(one: Any, other: Any) -> None:
    if one is not None and other is not None and one != other:
        en, zh = f"the points have different datums, {one} and {other}", f"两个坐标的坐标系不同：{one} 与 {other}"
        raise failure("type", en, zh)


def _coordinates(point: Any) -> tuple[float, float]:
    if isinstance(point, Mapping):
        pair = [point.get("lat"), point.get("lng")]
    elif isinstance(point, list) and len(point) == 2:
        pair = point
    else:
        raise failure("type", "a point is [lat, lng] or has lat and lng", "坐标应为 [纬度, 经度] 或含有 lat 和 lng")
    return _degrees(pair[0], 90), _degrees(pair[1], 180)


def _degrees(value: Any, limit: int) -> float:
    number = read(value)
    if number is None:
        raise missing("a point lacks its latitude or longitude", "坐标缺少纬度或经度")
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise failure("type", "latitude and longitude are numbers", "纬度和经度必须是数字")
    if not -limit <= number <= limit:
        raise failure("range", f"{number} is beyond {limit} degrees", f"{number} 超出 {limit} 度")
    return float(number)


FUNCTIONS = (
    function(
        "workdays_between",
        *(takes(a, b, gives=INT, run=_workdays_between) for a in (TIMESTAMP, DATE) for b in (TIMESTAMP, DATE)),
    ),
    function(
        "add_workdays",
        takes(TIMESTAMP, INT, gives=TIMESTAMP, run=_add_workdays),
        takes(DATE, INT, gives=DATE, run=_add_workdays),
    ),
    function("distance", takes(ANY, ANY, gives=NUMBER, run=_distance)),
)
