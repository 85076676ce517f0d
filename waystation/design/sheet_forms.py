"""A form out of a sheet: each column becomes a field, whose kind is read from the heading and the rows below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from waystation.contracts.errors import Refused

Field = dict[str, Any]
MOST_FIELDS = 60
#: A column with no more different values than this, each seen more than once on average, is a choice.
_MOST_OPTIONS = 12
_LONG = 40
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T]00:00(?::00)?)?")
_MOMENT = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[ T]\d{1,2}:\d{2}(?::\d{2})?")
_INTEGER = re.compile(r"-?\d{1,15}(?:\.0+)?")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d+)?")
_MARK = re.compile(r"\s*[*＊]\s*|\s*[（(]必填[）)]\s*")
_YES_NO = {"是", "否", "有", "无", "yes", "no", "y", "n", "true", "false", "√", "×"}
#: What a heading says, before any row is looked at.
_SAID: tuple[tuple[re.Pattern[str], str, Field], ...] = (
    (
        re.compile(r"金额|费用|单价|价格|预算|amount|price|cost", re.IGNORECASE),
        "money",
        {"format": "money", "minimum": 0},
    ),
    (re.compile(r"邮箱|e-?mail", re.IGNORECASE), "email", {"type": "string", "format": "email"}),
    (
        re.compile(r"手机|电话|phone|mobile", re.IGNORECASE),
        "phone",
        {"type": "string", "pattern": "^[0-9+][0-9 -]{5,19}$"},
    ),
    (re.compile(r"附件|文件|attachment", re.IGNORECASE), "file", {"widget": "file", "max": 5}),
    (re.compile(r"照片|图片|photo|picture", re.IGNORECASE), "image", {"widget": "image", "max": 9}),
    (re.compile(r"签名|签字|signature", re.IGNORECASE), "signature", {"widget": "signature"}),
    (re.compile(r"省市|地区|区域|region", re.IGNORECASE), "region", {"type": "string", "widget": "region"}),
)


def form_of(rows: Sequence[Sequence[str]], title: str) -> dict[str, Any]:
    """A form as a document has it: title, fields and layout.

    Raises:
        Refused: `bad_sheet`, without headings or with too many.
    """
    headings = [cell.strip() for cell in (rows[0] if rows else ())]
    if not any(headings):
        raise Refused("bad_sheet", "the first row has no headings", "第一行没有列名")
    if len(headings) > MOST_FIELDS:
        raise Refused("bad_sheet", f"at most {MOST_FIELDS} columns make a form", f"最多 {MOST_FIELDS} 列可以生成表单")
    fields: dict[str, Field] = {}
    for place, heading in enumerate(headings):
        if not heading:
            continue
        cells = [row[place].strip() for row in rows[1:] if len(row) > place and row[place].strip()]
        kind, field = _field(heading, cells)
        fields[_new_key(fields, kind)] = field
    return {"title": title, "fields": fields, "layout": list(fields)}


def _field(heading: str, cells: Sequence[str]) -> tuple[str, Field]:
    words = _MARK.sub("", heading)[:100] or heading[:100]
    kind, field = _kind(words, cells)
    needed = {"required": True} if _MARK.search(heading) else {}
    return kind, {**field, "title": words, **needed}


def _kind(words: str, cells: Sequence[str]) -> tuple[str, Field]:
    for pattern, kind, field in _SAID:
        if pattern.search(words):
            return kind, dict(field)
    if not cells:
        if re.search(r"日期|date", words, re.IGNORECASE):
            return "date", {"type": "string", "format": "date"}
        return "text", {"type": "string", "maxLength": 200}
    for kind, field, holds in _READ:
        if all(holds(cell) for cell in cells):
            return kind, dict(field)
    different = list(dict.fromkeys(cells))
    if len(different) <= _MOST_OPTIONS and len(cells) >= 2 * len(different):
        keys = [f"option_{number}" for number in range(1, len(different) + 1)]
        return "select", {"type": "string", "enum": keys, "options": dict(zip(keys, different, strict=True))}
    if any(len(cell) > _LONG or "\n" in cell for cell in cells):
        return "textarea", {"type": "string", "widget": "textarea", "maxLength": 2000}
    return "text", {"type": "string", "maxLength": 200}


def _all(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda cell: pattern.fullmatch(cell) is not None


_READ: tuple[tuple[str, Field, Callable[[str], bool]], ...] = (
    ("switch", {"type": "boolean", "widget": "switch"}, lambda cell: cell.lower() in _YES_NO),
    ("date", {"type": "string", "format": "date"}, _all(_DATE)),
    ("datetime", {"type": "string", "format": "date-time"}, _all(_MOMENT)),
    ("integer", {"type": "integer"}, _all(_INTEGER)),
    ("number", {"type": "number"}, _all(_NUMBER)),
)


def _new_key(fields: dict[str, Field], kind: str) -> str:
    number = 1
    while f"{kind}_{number}" in fields:
        number += 1
    return f"{kind}_{number}"
