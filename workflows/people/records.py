"""Is one person's record well formed, whatever the way it came in? What concerns several people is in `soundness`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from waystation.contracts.directory import Part, Parts, PersonRecord
from waystation.contracts.problems import Path, Place, Problem

#: Letters and digits of any script, and what ids of other systems commonly hold.
_ID = re.compile(r"[\w][\w.@+\-]*", re.UNICODE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9][0-9 \-()]{2,30}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: Characters at most: ids, names of things, what people write.
MOST_ID, MOST_NAME, MOST_TEXT = 100, 100, 200
_MOST_LISTED = 200


def check_record(record: PersonRecord, parts: Parts) -> list[Problem]:
    """What is wrong with it: `bad_id`, `bad_value`, `too_long`, `unknown_post`, `bad_period`, each with its field."""
    return [*_texts(record), *_numbers(record), *_posts(record, parts), *_periods(record)]


def check_part(part: Part, parts: Parts) -> list[Problem]:
    """Everything wrong with a role, group or post: `bad_id`, `too_long`, `unknown_group`, `group_cycle`."""
    found: list[Problem] = []
    where: Path = (f"{part.kind}s", part.id)
    if not is_id(part.id):
        found.append(_problem("bad_id", where, "编号格式不正确", "this is not an id"))
    if len(part.name) > MOST_TEXT or _CONTROL.search(part.name):
        found.append(_problem("too_long", (*where, "name"), "名称过长或含控制字符", "a name of at most 200 characters"))
    found += [
        _problem("bad_id", (*where, "roles"), f"角色编号格式不正确：{name}", f"no role id: {name}")
        for name in (*part.inherits, *part.roles)
        if not is_id(name)
    ]
    if part.parent is not None and ("group", part.parent) not in parts:
        zh, en = f"没有组 {part.parent}", f"there is no group {part.parent}"
        found.append(_problem("unknown_group", (*where, "parent"), zh, en))
    elif part.id in _above(part, parts):
        found.append(_problem("group_cycle", (*where, "parent"), "组的上级关系形成循环", "the groups form a circle"))
    return found


def is_id(text: str) -> bool:
    """May this name a person, role, group or post?"""
    return len(text) <= MOST_ID and _ID.fullmatch(text) is not None


def _above(part: Part, parts: Parts) -> Iterator[str]:
    met: set[str] = set()
    here = part.parent
    while here is not None and here not in met:
        met.add(here)
        yield here
        above = parts.get(("group", here))
        here = above.parent if above is not None else None


def _texts(record: PersonRecord) -> Iterator[Problem]:
    if not is_id(record.id):
        yield _of(record, "id", "bad_id", "编号只能含字母、数字和 . _ - @ +", "an id has letters, digits and . _ - @ +")
    for field in ("name", "region", "title"):
        value = getattr(record, field) or ""
        if len(value) > MOST_NAME or _CONTROL.search(value):
            yield _of(record, field, "too_long", "文字过长或含控制字符", f"a text of at most {MOST_NAME} characters")
    if record.email and (len(record.email) > MOST_TEXT or not _EMAIL.fullmatch(record.email)):
        yield _of(record, "email", "bad_value", "不是邮箱地址", "this is not an e-mail address")
    if record.phone and not _PHONE.fullmatch(record.phone):
        yield _of(record, "phone", "bad_value", "不是电话号码", "this is not a telephone number")
    for field in ("roles", "groups", "posts"):
        listed: tuple[str, ...] = getattr(record, field)
        bad = next((name for name in listed if not is_id(name)), None)
        if bad is not None or len(listed) > _MOST_LISTED:
            yield _of(record, field, "bad_id", f"编号格式不正确：{bad}", f"this is not an id: {bad}")
    for source, external in record.external.items():
        if not is_id(source) or len(source) > 40 or not 0 < len(external) <= MOST_TEXT or external != external.strip():
            yield _of(record, "external", "bad_id", "外部编号格式不正确", "this is not an id of another system")


def _numbers(record: PersonRecord) -> Iterator[Problem]:
    for skill, level in record.skills.items():
        if not is_id(skill) or not 1 <= level <= 10:
            yield _of(record, "skills", "bad_value", f"技能 {skill} 的等级应为 1 至 10", f"level of {skill}: 1 to 10")
    if record.capacity is not None and not 0 <= record.capacity <= 100_000:
        yield _of(record, "capacity", "bad_value", "容量应为 0 至 100000", "a capacity is 0 to 100000")
    if record.at is not None and not (abs(record.at[0]) <= 90 and abs(record.at[1]) <= 180):
        yield _of(record, "at", "bad_value", "应为 [纬度, 经度]", "expected [latitude, longitude]")


def _posts(record: PersonRecord, parts: Parts) -> Iterator[Problem]:
    for post in record.posts:
        if ("post", post) not in parts:
            yield _of(record, "posts", "unknown_post", f"没有岗位 {post}", f"there is no post {post}")


def _periods(record: PersonRecord) -> Iterator[Problem]:
    if any(_backwards(one.since, one.until) for one in record.absences):
        yield _of(record, "absences", "bad_period", "结束时间须晚于开始时间", "a period ends after it begins")
    if any(_backwards(one.proxy.since, one.proxy.until) for one in record.proxies):
        yield _of(record, "proxies", "bad_period", "结束时间须晚于开始时间", "a period ends after it begins")
    if any(one.proxy.person == record.id for one in record.proxies):
        yield _of(record, "proxies", "proxy_loop", "不能代理自己", "nobody is his own proxy")


def _backwards(since: datetime | None, until: datetime | None) -> bool:
    return since is not None and until is not None and until <= since


def _of(record: PersonRecord, field: str, code: str, zh: str, en: str) -> Problem:
    return _problem(code, ("people", record.id, field), zh, en)


def _problem(code: str, path: Path, zh: str, en: str) -> Problem:
    return Problem(code=code, place=Place(), zh=zh, en=en, path=path)
