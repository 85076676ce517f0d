"""Columns of a sheet of people: their names in both languages, and the way from cells to records and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from msgspec import structs

from waystation.contracts.directory import PersonRecord
from workflows.people import duty_text, parse_duty

_SEPARATORS = re.compile(r"[;；,，、|\n]+")
_TRUE = frozenset({"true", "yes", "y", "1", "是", "在职", "离岗"})
_FALSE = frozenset({"false", "no", "n", "0", "否", "离职", "在岗"})


class Fault(NamedTuple):
    """Something wrong in a sheet. `row` counts from 1, the row of headings; `column` is a column's key."""

    row: int
    column: str
    code: str
    zh: str
    en: str


class Wrong(ValueError):
    """A cell cannot be read: why, in zh and en."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `read` makes what the record holds of a cell, `write` the cell of a record."""

    key: str
    names: tuple[str, ...]
    read: Callable[[str], Any]
    write: Callable[[PersonRecord], str]


def listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in _SEPARATORS.split(text) if part.strip()))


def _truth(text: str) -> bool | None:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    if not text:
        return None
    raise Wrong("应为“是”或“否”", "expected true or false")


def _whole(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}", text):
        raise Wrong("应为整数", "expected a whole number")
    return int(text)


def _degrees(text: str) -> float | None:
    if not text:
        return None
    if not re.fullmatch(r"-?\d{1,3}(\.\d{1,12})?", text):
        raise Wrong("应为度数，如 31.23", "expected degrees, like 31.23")
    return float(text)


def _skills(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in listed(text):
        name, _, level = part.replace("：", ":").partition(":")
        if level.strip() and not re.fullmatch(r"\d{1,2}", level.strip()):
            raise Wrong(f"技能应写作 名称:等级，而不是 {part}", f"a skill is written name:level, not {part}")
        found[name.strip()] = int(level.strip() or 1)
    return found


def _external(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in listed(text):
        source, colon, name = part.replace("：", ":").partition(":")
        if not colon or not name.strip():
            raise Wrong("外部编号应写作 来源:编号", "an id elsewhere is written source:id")
        found[source.strip()] = name.strip()
    return found


def _duty(text: str) -> Any:
    try:
        return parse_duty(text)
    except ValueError:
        raise Wrong("值班时间应形如 mon-fri 09:00-18:00", "hours of duty look like mon-fri 09:00-18:00") from None


def _or_none(text: str) -> str | None:
    return text or None


def _pairs(values: Mapping[str, Any]) -> str:
    return "; ".join(f"{key}:{value}" for key, value in values.items())


def _joined(values: Sequence[str]) -> str:
    return "; ".join(values)


COLUMNS: tuple[Column, ...] = (
    Column("id", ("编号", "工号", "账号"), str, lambda one: one.id),
    Column("name", ("姓名", "名称"), str, lambda one: one.name),
    Column("email", ("邮箱", "电子邮箱"), str, lambda one: one.email),
    Column("phone", ("电话", "手机", "手机号"), str, lambda one: one.phone),
    Column("manager", ("上级", "直属上级", "主管"), _or_none, lambda one: one.manager or ""),
    Column("title", ("职级", "职务"), _or_none, lambda one: one.title or ""),
    Column("posts", ("岗位",), listed, lambda one: _joined(one.posts)),
    Column("roles", ("角色",), listed, lambda one: _joined(one.roles)),
    Column("groups", ("组", "部门", "分组"), listed, lambda one: _joined(one.groups)),
    Column("region", ("区域", "大区"), _or_none, lambda one: one.region or ""),
    Column("skills", ("技能",), _skills, lambda one: _pairs(one.skills)),
    Column("latitude", ("纬度",), _degrees, lambda one: repr(one.at[0]) if one.at else ""),
    Column("longitude", ("经度",), _degrees, lambda one: repr(one.at[1]) if one.at else ""),
    Column("capacity", ("容量", "任务上限"), _whole, lambda one: "" if one.capacity is None else str(one.capacity)),
    Column("duty", ("值班时间", "值班"), _duty, lambda one: duty_text(one.duty)),
    Column("away", ("离岗", "请假"), _truth, lambda one: "true" if one.away else "false"),
    Column("active", ("在职", "状态"), _truth, lambda one: "true" if one.active else "false"),
    Column("external", ("外部编号",), _external, lambda one: _pairs(one.external)),
)
_BY_NAME = {name.lower(): column for column in COLUMNS for name in (column.key, *column.names)}


def heading(columns: Sequence[str]) -> tuple[list[Column], list[Fault]]:
    """The columns that a row of headings names, and what is wrong with it."""
    found, faults = [], []
    for name in columns:
        column = _BY_NAME.get(name.lower())
        if column is None:
            known = ", ".join(one.key for one in COLUMNS)
            faults.append(
                Fault(1, name, "unknown_column", f"未知的列 {name}", f"unknown column {name}; known: {known}")
            )
        elif column in found:
            faults.append(Fault(1, name, "duplicate_column", f"列 {name} 重复", f"column {name} is there twice"))
        else:
            found.append(column)
    if not faults and not any(column.key == "id" for column in found):
        faults.append(Fault(1, "id", "no_id_column", "缺少“编号”列", "there is no column id"))
    return found, faults


def values_of(columns: Sequence[Column], cells: Sequence[str], row: int) -> tuple[dict[str, Any], list[Fault]]:
    """What the cells of a row say, by column key, and what cannot be read."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column, cell in zip(columns, [*cells, *[""] * len(columns)], strict=False):
        try:
            values[column.key] = column.read(cell)
        except Wrong as wrong:
            faults.append(Fault(row, column.key, "bad_value", wrong.zh, wrong.en))
    return values, faults


def with_row(record: PersonRecord, values: Mapping[str, Any]) -> PersonRecord:
    """The record with what a row says; columns that the sheet does not have stay as they are."""
    given = {key: value for key, value in values.items() if key not in ("id", "latitude", "longitude")}
    if "latitude" in values or "longitude" in values:
        latitude, longitude = values.get("latitude"), values.get("longitude")
        given["at"] = None if latitude is None or longitude is None else (latitude, longitude)
    for key, default in (("away", False), ("active", True)):
        if key in given and given[key] is None:
            given[key] = default
    return structs.replace(record, **given)


def row_of(record: PersonRecord) -> list[str]:
    return [column.write(record) for column in COLUMNS]


def headings(*, english: bool) -> Iterator[str]:
    for column in COLUMNS:
        yield column.key if english else column.names[0]
