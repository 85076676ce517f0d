"""From the plain data of a calendar file to a `WorkCalendar`.

All faults are collected, each with its path in the data and a sentence in Chinese and English; the compiler adds the
place in the file. Nothing here reads files or knows YAML. The format is described in `docs/calendars.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from waystation.contracts.problems import Path
from waystation.contracts.work_calendar import MakeUpDay, Text, Window, WorkCalendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_YEAR = re.compile("[12][0-9]{3}")
_ID = re.compile(r"[a-z][a-z0-9_]*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WINDOW = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])\s*-\s*([01][0-9]|2[0-4]):([0-5][0-9])")
_DAY_MINUTES = 24 * 60


class CalendarFault(NamedTuple):
    """One thing wrong with a calendar's data. `path`: keys and indexes from the top of the data."""

    path: Path
    en: str
    zh: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'calendar'}: {self.en}"


class CalendarInvalid(ValueError):
    """The data is no calendar. `faults` holds everything wrong with it, at least one."""

    def __init__(self, faults: list[CalendarFault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


def parse_calendar(data: Mapping[str, Any]) -> WorkCalendar:
    """Read a calendar from plain data (mappings, lists, text, whole numbers, booleans).

    Raises:
        CalendarInvalid: a ValueError with every fault and its path.
    """
    reading = _Reading()
    calendar = reading.calendar(data)
    if calendar is None or reading.faults:
        raise CalendarInvalid(reading.faults)
    return calendar


class _Reading:
    """One pass over the data. What cannot be read is noted in `faults` and left out."""

    def __init__(self) -> None:
        self.faults: list[CalendarFault] = []
        self.week: tuple[tuple[Window, ...], ...] = ()
        self.official: dict[int, bool] = {}
        self.holidays: dict[str, Text] = {}
        self.workdays: dict[str, MakeUpDay] = {}

    def calendar(self, data: object) -> WorkCalendar | None:
        keys = self._mapping((), data, required=("calendar", "timezone", "week"), optional=("title", "years"))
        name = self._name(keys.get("calendar"))
        timezone = self._timezone(keys.get("timezone"))
        self.week = self._week(keys.get("week"))
        title = self._text(("title",), keys.get("title", ""))
        for year, value in self._entries(("years",), keys.get("years", {})):
            self._year(year, value)
        if self.faults:
            return None
        return WorkCalendar(
            name,
            timezone,
            self.week,
            title,
            holidays=dict(sorted(self.holidays.items())),
            workdays=dict(sorted(self.workdays.items())),
            official=tuple(sorted(year for year, announced in self.official.items() if announced)),
            provisional=tuple(sorted(year for year, announced in self.official.items() if not announced)),
        )

    def _name(self, value: object) -> str:
        if value is not None and not (isinstance(value, str) and _ID.fullmatch(value)):
            self._fault(("calendar",), "an id is lower-case letters, digits and _", "标识只能用小写字母、数字和下划线")
        return str(value)

    def _timezone(self, value: object) -> str:
        try:
            if value is not None:
                ZoneInfo(str(value))
        except (ValueError, OSError, KeyError):
            self._fault(("timezone",), f"'{value}' is not an IANA time zone", f"“{value}”不是 IANA 时区名")
        return str(value)

    def _week(self, value: object) -> tuple[tuple[Window, ...], ...]:
        days: dict[str, Any] = {} if value is None else self._mapping(("week",), value, optional=WEEKDAYS)
        week = tuple(self._windows(("week", day), days.get(day)) for day in WEEKDAYS)
        if value is not None and not any(week):
            self._fault(("week",), "no weekday has opening hours", "每周没有一天有工作时间")
        return week

    def _windows(self, path: Path, value: object) -> tuple[Window, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            self._fault(path, 'is a list such as ["09:00-12:00"]', '应为列表，例如 ["09:00-12:00"]')
            return ()
        windows: list[Window] = []
        for index, text in enumerate(value):
            window = self._window((*path, index), text)
            if window and windows and window.start < windows[-1].end:
                self._fault(
                    (*path, index), f"'{text}' begins before the last one ends", f"“{text}”与上一段重叠或次序不对"
                )
            elif window:
                windows.append(window)
        return tuple(windows)

    def _window(self, path: Path, text: object) -> Window | None:
        match = _WINDOW.fullmatch(text.strip()) if isinstance(text, str) else None
        if match is None:
            self._fault(
                path, f"'{text}' is not opening hours such as 09:00-18:00", f"“{text}”不是形如 09:00-18:00 的时段"
            )
            return None
        hours = [int(part) for part in match.groups()]
        start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if start >= _DAY_MINUTES or end > _DAY_MINUTES or start == end:
            self._fault(path, f"'{text}' is empty or beyond 24:00", f"“{text}”为空或超过 24:00")
            return None
        return Window(start, end if end > start else end + _DAY_MINUTES)

    def _year(self, key: object, value: object) -> None:
        year = str(key)
        path: Path = ("years", year)
        if not _YEAR.fullmatch(year) or int(year) in self.official:
            self._fault(path, f"'{year}' is not a year, or comes twice", f"“{year}”不是年份，或者重复")
            return
        keys = self._mapping(path, value, required=("official",), optional=("source", "holidays", "workdays"))
        official = keys.get("official", False)
        if not isinstance(official, bool):
            self._fault((*path, "official"), "is true or false", "应为 true 或 false")
        self.official[int(year)] = official is True
        self._text((*path, "source"), keys.get("source", ""))
        for day, name in self._dates((*path, "holidays"), keys.get("holidays", {}), year):
            self.holidays[day] = self._text((*path, "holidays", day), name)
        for day, entry in self._dates((*path, "workdays"), keys.get("workdays", {}), year):
            self.workdays[day] = self._make_up_day((*path, "workdays", day), entry)
            if day in self.holidays:
                self._fault((*path, "workdays", day), "is also a holiday", "同时也是节假日")

    def _dates(self, path: Path, value: object, year: str) -> list[tuple[str, object]]:
        dates = []
        for key, entry in self._entries(path, value):
            text = key.isoformat() if isinstance(key, date) else str(key)
            if not _is_date(text):
                self._fault((*path, text), f"'{text}' is not a date (YYYY-MM-DD)", f"“{text}”不是日期（YYYY-MM-DD）")
            elif not text.startswith(year):
                self._fault((*path, text), f"'{text}' is not in {year}", f"“{text}”不在 {year} 年")
            else:
                dates.append((text, entry))
        return dates

    def _make_up_day(self, path: Path, entry: object) -> MakeUpDay:
        monday_or_first = next((day for day in range(7) if self.week[day]), 0)
        if not isinstance(entry, Mapping):
            return MakeUpDay(self._text(path, entry), monday_or_first)
        keys = self._mapping(path, entry, required=("name",), optional=("like",))
        like = keys.get("like", WEEKDAYS[monday_or_first])
        if like not in WEEKDAYS or not self.week[WEEKDAYS.index(like)]:
            self._fault((*path, "like"), f"'{like}' is no weekday with opening hours", f"“{like}”不是有工作时间的星期")
            return MakeUpDay()
        return MakeUpDay(self._text((*path, "name"), keys.get("name", "")), WEEKDAYS.index(like))

    def _text(self, path: Path, value: object) -> Text:
        if isinstance(value, str):
            return value
        if isinstance(value, Mapping) and all(isinstance(part, str) for item in value.items() for part in item):
            return dict(value)
        self._fault(path, "is a text or {locale: text}", "应为文字或 {语言: 文字}")
        return ""

    def _mapping(
        self, path: Path, value: object, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        keys = {str(key): entry for key, entry in self._entries(path, value)}
        for key in keys:
            if key not in required and key not in optional:
                self._fault((*path, key), "is not a known key", "是未知的键")
        if isinstance(value, Mapping):
            for key in required:
                if keys.get(key) is None:
                    self._fault((*path, key), "is missing", "缺失")
        return keys

    def _entries(self, path: Path, value: object) -> list[tuple[object, object]]:
        if isinstance(value, Mapping):
            return list(value.items())
        self._fault(path, "is a mapping", "应为映射")
        return []

    def _fault(self, path: Path, en: str, zh: str) -> None:
        self.faults.append(CalendarFault(path, en, zh))


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
