"""People as authors write them, in scenarios and in definitions/people/*.yaml, made into an organisation.

A person is a role, a list of roles, or a map with any of: name, roles, groups, manager, title, skills (list, or map to
levels), at ([latitude, longitude]), proxy (id, map {person, processes, since, until}, or a list of these), away,
active, capacity, region. Beside `people` stand `roles: {name: {inherits: [role]}}`, `groups: {name: [person]}` and
`admins`. A day without a time counts whole: `until: 2026-05-31` includes that day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any

from msgspec import structs

from waystation.contracts.errors import DefinitionInvalid
from waystation.contracts.people import Organisation, Person, Proxy
from waystation.contracts.problems import Path, Place, Problem

#: Times without a zone are meant so: China has had one time since 1991.
CHINA = timezone(timedelta(hours=8))

_TOP = ("people", "roles", "groups", "admins")


def parse_people(written: Mapping[str, Any], base: Organisation | None = None, zone: tzinfo = CHINA) -> Organisation:
    """An organisation from a file (`people: …` with its neighbours) or from a scenario's map of people.

    Args:
        base: the organisation to change. People named get the new values and keep the others; `null` means: has left.
        zone: of times written without one.

    Raises:
        DefinitionInvalid: with every problem found, `bad_type` or `unknown_key`, and its path.
    """
    return _Reading(zone).organisation(written, base or Organisation())


class _Reading:
    """One reading; problems are collected, not raised one by one."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.problems: list[Problem] = []

    def organisation(self, written: Mapping[str, Any], base: Organisation) -> Organisation:
        top, root = _top_level(written)
        self.only_keys(top, _TOP, ())
        people = dict(base.people)
        for key, value in self.mapping(top.get("people"), ("people",) if root else ()).items():
            path: Path = ("people", str(key)) if root else (str(key),)
            people[str(key)] = self.person(value, path, people.get(str(key)), Person(str(key)))
        self.join_groups(self.mapping(top.get("groups"), ("groups",)), people)
        inherits = dict(base.inherits)
        for role, value in self.mapping(top.get("roles"), ("roles",)).items():
            inherits[str(role)] = self.inherited(value, ("roles", str(role)))
        admins = self.texts(top["admins"], ("admins",)) if top.get("admins") is not None else base.admins
        if self.problems:
            raise DefinitionInvalid(self.problems)
        return Organisation(people, {role: names for role, names in inherits.items() if names}, admins)

    def person(self, value: Any, path: Path, earlier: Person | None, fresh: Person) -> Person:
        if value is None:
            return structs.replace(earlier, active=False) if earlier else fresh
        if isinstance(value, str | list | tuple):
            return structs.replace(earlier or fresh, roles=self.texts(value, path))
        fields: dict[str, Any] = {}
        for key, one in self.mapping(value, path).items():
            read = self._FIELDS.get(str(key))
            if read is None:
                self.wrong("unknown_key", (*path, str(key)), f"未知的键 {key}", f"unknown key {key}")
            else:
                fields[str(key)] = read(self, one, (*path, str(key)))
        return structs.replace(earlier or fresh, **fields)

    def join_groups(self, groups: Mapping[str, Any], people: dict[str, Person]) -> None:
        for group, members in groups.items():
            for member in self.texts(members, ("groups", str(group))):
                found = people.get(member)
                if found is None:
                    there = ("groups", str(group))
                    self.wrong("unknown_person", there, f"没有人员 {member}", f"there is no person {member}")
                elif group not in found.groups:
                    people[member] = structs.replace(found, groups=(*found.groups, str(group)))

    def inherited(self, value: Any, path: Path) -> tuple[str, ...]:
        if isinstance(value, Mapping):
            self.only_keys(value, ("inherits",), path)
            value = value.get("inherits")
        return self.texts(value, path)

    def proxies(self, value: Any, path: Path) -> tuple[Proxy, ...]:
        if value is None:
            return ()
        listed = value if isinstance(value, list | tuple) else [value]
        return tuple(self.proxy(one, (*path, index)) for index, one in enumerate(listed))

    def proxy(self, value: Any, path: Path) -> Proxy:
        if isinstance(value, str):
            return Proxy(value)
        written = self.mapping(value, path)
        self.only_keys(written, ("person", "processes", "since", "until"), path)
        if not written.get("person"):
            self.wrong("bad_type", (*path, "person"), "缺少代理人", "the proxy's person is missing")
        return Proxy(
            self.words(written.get("person"), (*path, "person")),
            self.texts(written.get("processes"), (*path, "processes")),
            self.moment(written.get("since"), (*path, "since"), whole_day=timedelta(0)),
            self.moment(written.get("until"), (*path, "until"), whole_day=timedelta(days=1)),
        )

    def moment(self, value: Any, path: Path, *, whole_day: timedelta) -> datetime | None:
        """A time, aware UTC. A day begins at midnight; `whole_day` is added to it."""
        if value is None:
            return None
        try:
            read = value if isinstance(value, date) else _from_text(value)
        except (TypeError, ValueError):
            self.wrong("bad_type", path, "应为日期或时间", "expected a date or a time")
            return None
        if not isinstance(read, datetime):
            read = datetime.combine(read, time(), self.zone) + whole_day
        return (read if read.tzinfo else read.replace(tzinfo=self.zone)).astimezone(UTC)

    def skills(self, value: Any, path: Path) -> dict[str, int]:
        if isinstance(value, Mapping):
            return {str(skill): self.number(level, (*path, str(skill))) or 1 for skill, level in value.items()}
        return dict.fromkeys(self.texts(value, path), 1)

    def place(self, value: Any, path: Path) -> tuple[float, float] | None:
        if value is None:
            return None
        if isinstance(value, list | tuple) and len(value) == 2 and all(_is_number(one) for one in value):
            latitude, longitude = float(value[0]), float(value[1])
            if abs(latitude) <= 90 and abs(longitude) <= 180:
                return latitude, longitude
        self.wrong("bad_type", path, "应为 [纬度, 经度]", "expected [latitude, longitude]")
        return None

    def number(self, value: Any, path: Path) -> int | None:
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        self.wrong("bad_type", path, "应为非负整数", "expected a whole number, not negative")
        return None

    def truth(self, value: Any, path: Path) -> bool:
        if not isinstance(value, bool):
            self.wrong("bad_type", path, "应为 true 或 false", "expected true or false")
        return bool(value)

    def text(self, value: Any, path: Path) -> str | None:
        if value is None or isinstance(value, str):
            return value
        self.wrong("bad_type", path, "应为文字", "expected a text")
        return None

    def words(self, value: Any, path: Path) -> str:
        return self.text(value, path) or ""

    def texts(self, value: Any, path: Path) -> tuple[str, ...]:
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
            return tuple(dict.fromkeys(value))
        self.wrong("bad_type", path, "应为文字或文字列表", "expected a text or a list of texts")
        return ()

    def mapping(self, value: Any, path: Path) -> Mapping[str, Any]:
        if value is None:
            return {}
        if isinstance(value, Mapping):
            return value
        self.wrong("bad_type", path, "应为映射", "expected a map")
        return {}

    def only_keys(self, written: Mapping[str, Any], known: tuple[str, ...], path: Path) -> None:
        for key in written:
            if key not in known:
                self.wrong("unknown_key", (*path, str(key)), f"未知的键 {key}", f"unknown key {key}")

    def wrong(self, code: str, path: Path, zh: str, en: str) -> None:
        self.problems.append(Problem(code=code, place=Place(), zh=zh, en=en, path=path))

    _FIELDS: dict[str, Callable[[_Reading, Any, Path], Any]] = {
        "name": words,
        "roles": texts,
        "groups": texts,
        "manager": text,
        "title": text,
        "skills": skills,
        "at": place,
        "proxy": proxies,
        "away": truth,
        "active": truth,
        "capacity": number,
        "region": text,
    }


def _top_level(written: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """A file has `people:` on top; a scenario's map of people may carry roles, groups and admins among the people."""
    if "people" in written:
        return written, True
    beside: dict[str, Any] = {key: written[key] for key in _TOP if _is_neighbour(key, written.get(key))}
    return {"people": {key: value for key, value in written.items() if key not in beside}, **beside}, False


def _is_neighbour(key: str, value: Any) -> bool:
    """Not a person who happens to be called so: roles and groups are maps of their own shape."""
    if key == "roles":
        return isinstance(value, Mapping) and all(
            isinstance(one, Mapping) and "inherits" in one for one in value.values()
        )
    return isinstance(value, Mapping if key == "groups" else list | tuple) and key != "people"


def _from_text(value: str) -> date:
    text = value.strip()
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
