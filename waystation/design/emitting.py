"""Plain data as YAML in the style of the shipped definitions: short maps and lists on one line, the rest in blocks.

Whatever is written here is read back by whoever uses it, so a doubt is settled by quoting.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from waystation.compiler.source import scalar

#: A collection up to this many characters stands on one line.
WIDTH = 100
STEP = 2
_PLAIN = re.compile(r"[^\W\d_]|[^\x00-\x20!\"#%&'()*,\-./:;<=>?@\[\\\]^`{|}~]")
_SPECIAL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_IN_FLOW = re.compile(r"[,\[\]{}]")
_WORDS = frozenset(("yes", "no", "on", "off", "y", "n"))  # plain here, something else to older readers


def value_after_key(value: Any, indent: int) -> str:
    """What follows `key:` on a line that is indented by `indent`: on the same line, or as a block below."""
    if isinstance(value, (dict, list)):
        flow = in_flow(value)
        if not value or _fits(value, flow, indent):
            return f" {flow}"
        return f"\n{block(value, indent + STEP)}"
    if isinstance(value, str) and (literal := _literal(value, indent + STEP)) is not None:
        return f" {literal}"
    return f" {plain(value)}" if value is not None else " null"


def block(value: dict[str, Any] | list[Any], indent: int) -> str:
    """A collection as lines, each indented by `indent`; no line break at the end."""
    return "\n".join(entry(key, each, indent) for key, each in pairs(value))


def pairs(value: dict[str, Any] | list[Any]) -> list[tuple[str | None, Any]]:
    """The entries of a collection; items of a list have no key."""
    return list(value.items()) if isinstance(value, dict) else [(None, each) for each in value]


def entry(key: str | None, value: Any, indent: int) -> str:
    """One entry of a block as lines."""
    space = " " * indent
    if key is not None:
        return f"{space}{plain(key, key=True)}:{value_after_key(value, indent)}"
    return f"{space}-{item_after_dash(value, indent)}"


def item_after_dash(value: Any, indent: int) -> str:
    """What follows the dash of an item whose dash is indented by `indent`."""
    if isinstance(value, dict) and value and not _fits(value, in_flow(value), indent):
        return f" {block(value, indent + STEP).lstrip(' ')}"
    return value_after_key(value, indent)


def in_flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        inside = ", ".join(f"{plain(key, flow=True, key=True)}: {in_flow(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(in_flow, value))}]"
    return plain(value, flow=True)


def plain(value: Any, *, flow: bool = False, key: bool = False) -> str:
    """A scalar on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, float):
        return str(Decimal(repr(value)))
    return _text(str(value), flow=flow, key=key)


def _text(text: str, *, flow: bool, key: bool) -> str:
    if _may_be_plain(text, flow=flow, key=key):
        return text
    if '"' in text and "'" not in text and "\\" not in text and not _SPECIAL.search(text):
        return f"'{text}'"
    return _SPECIAL.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _may_be_plain(text: str, *, flow: bool, key: bool) -> bool:
    if not text or not _PLAIN.match(text[0]) or text[-1] in " :" or _SPECIAL.search(text):
        return False
    if ": " in text or " #" in text or ((flow or key) and (_IN_FLOW.search(text) or ":" in text)):
        return False
    return key or (text.lower() not in _WORDS and scalar(text) is text)


def _literal(text: str, indent: int) -> str | None:
    """A text of several lines as a literal block; None where it cannot stand so."""
    if "\n" not in text.rstrip("\n") or _SPECIAL.search(text.replace("\n", "")) or text.endswith("\n\n"):
        return None
    lines = text.removesuffix("\n").split("\n")
    if not lines[0].strip() or lines[0][0] in " #" or any(line != line.rstrip() for line in lines):
        return None
    space = " " * indent
    body = "\n".join(f"{space}{line}" if line else "" for line in lines)
    return f"{'|' if text.endswith(chr(10)) else '|-'}\n{body}"


def _fits(value: dict[str, Any] | list[Any], flow: str, indent: int) -> bool:
    if len(flow) + indent > WIDTH or "\\n" in flow:
        return False
    return _depth(value) <= 3


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0
