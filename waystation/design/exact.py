"""Exact decimals as JSON: numbers where a double holds them as written, texts where it does not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def shown(value: Any) -> Any:
    """Data of a document as JSON that any program reads."""
    if isinstance(value, Decimal):
        number = float(value)
        return number if Decimal(repr(number)) == value else str(value)
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    return value
