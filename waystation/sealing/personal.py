"""Which fields of a process are personal, and whose they are: read from its plan.

A field says `personal: phone`, or `personal: {kind: phone, of: customer}`: whose it is says the value of another field,
or `initiator`. Without `of`, nobody but the case itself knows the person. Fields are meant by name, wherever they occur
in the case's data, as in rules of access.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: What a personal field may be.
KINDS: Final = ("name", "phone", "id_number", "mail", "address", "member", "customer", "other")
#: Kinds that a person is found by.
FOUND_BY: Final = frozenset(("phone", "id_number", "mail", "member", "customer"))
#: `of`, for who started the case.
INITIATOR: Final = "initiator"
WORD: Final = "personal"
_MENTION = re.compile(r"\b(?:data|form|item|local|message|result)\s*\??\.\s*(\w+)")
_MOST_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Personal:
    """What is declared of one field. `of` is the field that says whose it is; empty: nobody does."""

    kind: str = "other"
    of: str = ""


@dataclass(frozen=True, slots=True)
class PersonalFields:
    """All of a process.

    Args:
        fields: by name.
        title: a personal field in the title of the case; empty: none.
        titles: the same for nodes, by id.
    """

    fields: dict[str, Personal]
    title: str = ""
    titles: dict[str, str] = field(default_factory=dict)

    def kind_of(self, name: str) -> str:
        """What a field that says whose data others are holds."""
        if name == INITIATOR:
            return "member"
        declared = self.fields.get(name)
        return declared.kind if declared is not None and declared.kind in FOUND_BY else "customer"

    @property
    def main(self) -> str:
        """A field of the person whom most fields are of: texts and files that say nobody are taken to be of him."""
        slots = Counter(declared.of for declared in self.fields.values())
        slot = max(slots, key=lambda of: (slots[of], bool(of), of))
        return min(name for name, declared in self.fields.items() if declared.of == slot)

    @property
    def owners(self) -> set[str]:
        """Fields that say whose others are."""
        return {declared.of for declared in self.fields.values() if declared.of}


def read_personal(word: Any) -> Personal | None:
    """The word `personal` of a field; None where it is not understood."""
    if word is True:
        return Personal()
    if isinstance(word, str):
        return Personal(word) if word in KINDS else None
    if not isinstance(word, Mapping) or not set(word) <= {"kind", "of"}:
        return None
    kind, of = word.get("kind", "other"), word.get("of", "")
    return Personal(kind, of) if kind in KINDS and isinstance(of, str) else None


def personal_fields(plan: bytes) -> PersonalFields | None:
    """What the canonical JSON of a plan declares; None where nothing is personal."""
    if b'"personal"' not in plan:
        return None
    read: dict[str, Any] = json.loads(plan)
    fields = dict(_declared(read.get("data")))
    for form in read.get("forms", {}).values():
        fields |= dict(_declared(form.get("fields")))
        for region in form.get("by_region", {}).values():
            fields |= dict(_declared(region.get("add")))
    if not fields:
        return None
    titles = {node: name for node, text in _titles(read["body"]) if (name := _mentioned(text, fields))}
    return PersonalFields(fields, _mentioned(read.get("title_of_case"), fields), titles)


def _declared(fields: Any, depth: int = 0) -> Iterator[tuple[str, Personal]]:
    """Personal fields, also inside objects and lists."""
    for name, schema in fields.items() if isinstance(fields, dict) else ():
        if not isinstance(schema, dict) or depth > _MOST_DEPTH:
            continue
        declared = read_personal(schema.get(WORD, None))
        if declared is not None:
            yield name, declared
        items = schema.get("items")
        for inner in (schema, items if isinstance(items, dict) else {}):
            yield from _declared(inner.get("properties"), depth + 1)


def _titles(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, node in body["nodes"].items():
        yield name, node.get("title")
        if node.get("body"):
            yield from _titles(node["body"])


def _mentioned(text: Any, fields: Mapping[str, Personal]) -> str:
    """The first personal field that a template mentions."""
    found = _MENTION.findall(json.dumps(text, ensure_ascii=False)) if text else []
    return next((name for name in found if name in fields), "")


def normal(kind: str, value: Any) -> str:
    """How a value is spelt where people are found by it: +86 138-0013-8000 and 13800138000 are one number."""
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if kind == "phone":
        digits = "".join(character for character in text if character.isdigit())
        return digits.removeprefix("0086" if text.startswith("00") else "86" if text.startswith("+86") else "")
    if kind == "id_number":
        return re.sub(r"[\s-]", "", text).upper()
    return text.casefold() if kind == "mail" else text
