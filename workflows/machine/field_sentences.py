"""What is wrong with a field's value, in the two languages of those who filled it in.

The validator says it in English and for programmers; here every kind of its errors has a sentence for people. A kind
without one is a gap that a test finds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

#: Characters of a value that a sentence repeats.
_SHOWN = 60

_TYPES = {
    "string": ("text", "文本"),
    "integer": ("a whole number", "整数"),
    "number": ("a number", "数字"),
    "boolean": ("yes or no", "是或否"),
    "array": ("a list", "列表"),
    "object": ("a group of fields", "一组字段"),
    "null": ("empty", "空值"),
}
_FORMATS = {
    "date": ("a date such as 2026-03-02", "日期，例如 2026-03-02"),
    "date-time": ("a date and time such as 2026-03-02T09:00:00+08:00", "日期时间，例如 2026-03-02T09:00:00+08:00"),
    "time": ("a time such as 09:00:00Z", "时间，例如 09:00:00Z"),
    "duration": ("a duration such as PT2H", "时长，例如 PT2H"),
    "email": ("an email address", "电子邮箱地址"),
    "uri": ("an address such as https://example.com", "网址，例如 https://example.com"),
    "uuid": ("a UUID", "UUID"),
}


class Sentence(NamedTuple):
    """One sentence in both languages."""

    en: str
    zh: str


REQUIRED = Sentence("is required", "必填")
NO_SUCH_FIELD = Sentence("the process has no such field", "流程中没有此字段")
NOT_IN_FORM = Sentence("the form has no such field", "表单中没有此字段")
NOT_TO_BE_CHANGED = Sentence("this field may not be changed here", "此处不能修改该字段")
NOT_A_MAP = Sentence("must be a map of fields", "必须是字段映射")


def sentence(error: Any) -> Sentence:
    """The sentence for a validation error; within a list or group it begins with the place."""
    found = _KINDS[error.kind.name](error)
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path).lstrip(".")
    return Sentence(f"{place}: {found.en}", f"{place}：{found.zh}") if place else found


def at_most_files(most: int) -> Sentence:
    return Sentence(f"at most {most} files", f"最多 {most} 个文件")


def both(problems: Mapping[str, Sentence]) -> dict[str, dict[str, str]]:
    """Problems by field, for the detail of a refusal: English under `fields`, Chinese under `fields_zh`."""
    return {
        "fields": {name: problem.en for name, problem in problems.items()},
        "fields_zh": {name: problem.zh for name, problem in problems.items()},
    }


# ------------------------------------------------------------------------------------------- kinds of errors
def _type(error: Any) -> Sentence:
    wanted = [
        _TYPES.get(name, (name, name)) for name in error.kind.types if name != "null" or len(error.kind.types) == 1
    ]
    return Sentence(f"must be {' or '.join(en for en, _ in wanted)}", f"必须是{'或'.join(zh for _, zh in wanted)}")


def _format(error: Any) -> Sentence:
    name = error.kind.format
    en, zh = _FORMATS.get(name, (f"of the format {name}", f"符合 {name} 格式的值"))
    return Sentence(f"must be {en}", f"必须是{zh}")


def _enum(error: Any) -> Sentence:
    options = ", ".join(_text(option) for option in error.kind.options)
    return Sentence(f"must be one of: {_cut(options, 300)}", f"必须是以下之一：{_cut(options, 300)}")


def _unexpected(error: Any) -> Sentence:
    names = _cut(", ".join(map(str, error.kind.unexpected)))
    return Sentence(f"has unknown fields: {names}", f"含有未知字段：{names}")


def _contains(error: Any) -> Sentence:
    if error.schema_path and error.schema_path[-1] == "maxContains":
        return Sentence("has too many entries of one sort", "某类条目过多")
    return Sentence("lacks an entry that must be in it", "缺少必须包含的条目")


def _property_names(error: Any) -> Sentence:
    inner = sentence(error.kind.error)
    return Sentence(f"a field's name does not fit: {inner.en}", f"字段名不符合要求：{inner.zh}")


def _limit(en: str, zh: str) -> Callable[[Any], Sentence]:
    """Sentences with `{}` for the limit."""
    return lambda error: Sentence(en.format(_text(error.kind.limit)), zh.format(_text(error.kind.limit)))


def _fixed(en: str, zh: str) -> Callable[[Any], Sentence]:
    return lambda _: Sentence(en, zh)


_NONE_FITS = _fixed("fits none of the forms that are allowed", "不符合任何一种允许的形式")
_TOO_HARD = _fixed("cannot be checked: the pattern is too hard", "无法校验：规则过于复杂")
_UNREADABLE = _fixed("is not what it should be encoded as", "编码不正确")

_KINDS: dict[str, Callable[[Any], Sentence]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda error: Sentence(
        f"must be {_text(error.kind.expected_value)}", f"必须是 {_text(error.kind.expected_value)}"
    ),
    "format": _format,
    "pattern": lambda error: Sentence(
        f"must match the pattern {_cut(error.kind.pattern)}", f"必须符合规则 {_cut(error.kind.pattern)}"
    ),
    "required": lambda error: Sentence(
        f"{_cut(str(error.kind.property))} is required", f"{_cut(str(error.kind.property))} 必填"
    ),
    "minimum": _limit("must be {} or more", "不能小于 {}"),
    "maximum": _limit("must be {} or less", "不能大于 {}"),
    "exclusiveMinimum": _limit("must be more than {}", "必须大于 {}"),
    "exclusiveMaximum": _limit("must be less than {}", "必须小于 {}"),
    "multipleOf": lambda error: Sentence(
        f"must be a multiple of {_text(error.kind.multiple_of)}", f"必须是 {_text(error.kind.multiple_of)} 的倍数"
    ),
    "minLength": _limit("must have at least {} characters", "至少 {} 个字符"),
    "maxLength": _limit("must have at most {} characters", "最多 {} 个字符"),
    "minItems": _limit("must have at least {} entries", "至少 {} 项"),
    "maxItems": _limit("must have at most {} entries", "最多 {} 项"),
    "uniqueItems": _fixed("has the same entry twice", "存在重复项"),
    "contains": _contains,
    "additionalItems": _fixed("has too many entries", "项数过多"),
    "additionalProperties": _unexpected,
    "unevaluatedItems": _fixed("has too many entries", "项数过多"),
    "unevaluatedProperties": _unexpected,
    "minProperties": _limit("must have at least {} fields", "至少 {} 个字段"),
    "maxProperties": _limit("must have at most {} fields", "最多 {} 个字段"),
    "propertyNames": _property_names,
    "anyOf": _NONE_FITS,
    "oneOf": _NONE_FITS,
    "not": _fixed("is a value that is not allowed", "是不允许的值"),
    "falseSchema": _fixed("must not be given", "不允许填写"),
    "contentEncoding": _UNREADABLE,
    "contentMediaType": _UNREADABLE,
    "fromUtf8": _UNREADABLE,
    "backtrackLimitExceeded": _TOO_HARD,
    "regexEngineFailure": _TOO_HARD,
    "$ref": _TOO_HARD,
    "custom": _fixed("does not fit", "不符合要求"),
}

#: The kinds that have a sentence.
KINDS = frozenset(_KINDS)


def _text(value: Any) -> str:
    """A value as people write it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _cut(str(value))


def _cut(text: str, most: int = _SHOWN) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
