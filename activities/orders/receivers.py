"""Receivers as channels give them: area names in one form, and masks for what a case may show. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Receiver fields that a case shows only masked.
_PERSONAL = ("name", "phone", "street")


def area_of(fields: Mapping[str, Any]) -> str:
    """Province, city and district joined with "/", without empty parts: 四川省/成都市/锦江区."""
    parts = (str(fields.get(f"receiver_{part}") or "").strip() for part in ("province", "city", "district"))
    return "/".join(part for part in parts if part)[:64]


def masked(receiver: Mapping[str, Any]) -> dict[str, Any]:
    """A receiver fit to be shown: name 张*, phone 138****1234, street only its first six characters."""
    return {name: _mask(name, str(value)) if name in _PERSONAL else value for name, value in receiver.items()}


def found_by(receiver: Mapping[str, Any]) -> dict[str, str]:
    """What a receiver may be looked for by; a number that the channel has masked is many people's."""
    phone = str(receiver.get("phone") or "")
    return {"phone": phone} if phone and "*" not in phone else {}


def _mask(name: str, value: str) -> str:
    if "*" in value:
        return value
    if name == "phone":
        return f"{value[:3]}****{value[-4:]}" if len(value) >= 8 else "****"
    if name == "name":
        return value[:1] + "*" * max(1, len(value) - 1)
    return value if len(value) <= 6 else f"{value[:6]}…"
