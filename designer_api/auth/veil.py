"""What the caller of this request may not see of data: hidden fields are left out, masked ones are mostly stars.

The entrance puts the caller's rights here once per request; everything that is answered as data passes `veiled`, so a
new route cannot forget it. Fields are found by name, wherever they occur.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from designer_api.auth.access_rules import Right
from waystation.contracts.errors import Refused
from waystation.sealing.envelopes import envelope_of

_RIGHTS: ContextVar[Mapping[str, Right]] = ContextVar("field_rights", default={})  # noqa: B039 - never changed in place

#: Values that a masked field keeps the length of; anything longer is not told.
_MOST = 32


def look_through(rights: Mapping[str, Right]) -> None:
    """From here on, in this request, only this may be seen."""
    _RIGHTS.set(dict(rights))


def veiled(data: Mapping[str, Any]) -> dict[str, Any]:
    """One level of data: without what is hidden, and with masks. Deeper levels pass here on their own."""
    rights = _RIGHTS.get()
    if not rights:
        return dict(data)
    found: dict[str, Any] = {}
    for name, value in data.items():
        right = rights.get(name, Right.EDIT)
        if right is Right.MASK:
            found[name] = masked(value)
        elif right is not Right.HIDE:
            found[name] = value
    return found


def may_edit(name: str) -> bool:
    """Whether the caller may set this field."""
    return _RIGHTS.get().get(name, Right.EDIT) is Right.EDIT


def is_hidden(name: str) -> bool:
    return _RIGHTS.get().get(name, Right.EDIT) is Right.HIDE


def masked(value: Any) -> Any:
    """A telephone number as 138****1234, an address of mail as a***@example.com, others with their first letter."""
    if value is None or isinstance(value, bool):
        return None
    if envelope_of(value) is not None:
        return value  # masked where it is opened
    if isinstance(value, Mapping):
        return {name: masked(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    text = str(value)
    if "@" in text:
        name, _, domain = text.rpartition("@")
        return f"{name[:1]}***@{domain}"
    if len(text) >= 11:
        return f"{text[:3]}{'*' * min(len(text) - 7, _MOST)}{text[-4:]}"
    return f"{text[:1]}{'*' * max(1, len(text) - 1)}"


def check_writable(data: Any) -> None:
    """Nothing that the caller sends as data may set a field that he may not edit.

    Raises:
        Refused: `not_allowed`, with the fields.
    """
    barred = sorted({name for name in _names(data) if _RIGHTS.get().get(name, Right.EDIT) is not Right.EDIT})
    if barred:
        said = ", ".join(barred)
        raise Refused("not_allowed", f"you may not change {said}", f"您无权修改字段 {said}", {"fields": barred})


def _names(data: Any) -> set[str]:
    if isinstance(data, Mapping):
        return {str(name) for name in data} | {name for item in data.values() for name in _names(item)}
    if isinstance(data, list | tuple):
        return {name for item in data for name in _names(item)}
    return set()
