"""SCIM 2.0 users (RFC 7643, 7644), the part that directories use: what a resource says of a person, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs

from waystation.contracts.directory import PersonRecord
from waystation.contracts.errors import Refused
from waystation.store.organisation import Stored

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
#: Where external ids of SCIM clients belong.
SOURCE = "scim"

_FILTER = re.compile(r'\s*(id|userName|externalId|active)\s+eq\s+("(?:[^"\\]|\\["\\])*"|true|false)\s*', re.IGNORECASE)
_PATH = re.compile(r"(?P<name>[A-Za-z]+)(?:\[[^\]]*\])?(?:\.[A-Za-z]+)?")
_NAMES = {"id": "id", "username": "userName", "externalid": "externalId", "active": "active"}


def filtered(text: str) -> tuple[str, str]:
    """The attribute and value of `attribute eq "value"`.

    Raises:
        Refused: `bad_filter`.
    """
    found = _FILTER.fullmatch(text)
    if found is None:
        en = "only id, userName, externalId or active with eq is understood"
        raise Refused("bad_filter", en, "仅支持 id、userName、externalId、active 的 eq 过滤")
    value = found[2]
    plain = re.sub(r'\\(["\\])', r"\1", value[1:-1]) if value.startswith('"') else value.lower()
    return _NAMES[found[1].lower()], plain


def record_from(resource: Mapping[str, Any], earlier: PersonRecord, *, whole: bool) -> PersonRecord:
    """The record that a resource describes.

    Args:
        whole: a replacement: what the resource does not name is emptied, as far as SCIM knows it.
    Raises:
        Refused: `bad_request`, a value of the wrong type.
    """
    given: dict[str, Any] = {"email": "", "phone": "", "title": None, "active": True} if whole else {}
    name = _name(resource)
    if name is not None:
        given["name"] = name
    for key, field in (("emails", "email"), ("phoneNumbers", "phone")):
        if key in resource:
            given[field] = _primary(resource[key], key)
    if "title" in resource:
        given["title"] = _text(resource["title"], "title") or None
    if "active" in resource:
        given["active"] = _truth(resource["active"])
    if "externalId" in resource:
        given["external"] = {**earlier.external, SOURCE: _text(resource["externalId"], "externalId")}
        if not given["external"][SOURCE]:
            del given["external"][SOURCE]
    extension = resource.get(ENTERPRISE)
    if isinstance(extension, Mapping) and "manager" in extension:
        manager = extension["manager"]
        value = manager.get("value") if isinstance(manager, Mapping) else manager
        given["manager"] = _text(value, "manager") or None
    return structs.replace(earlier, **given)


def patched(record: PersonRecord, operations: Any) -> PersonRecord:
    """The record after the operations of a PATCH: `add`, `replace` and `remove`, with or without a path.

    Raises:
        Refused: `bad_request`.
    """
    if not isinstance(operations, Sequence) or isinstance(operations, str) or not operations:
        raise _wrong("Operations")
    for operation in operations:
        if not isinstance(operation, Mapping):
            raise _wrong("Operations")
        record = _operated(record, operation)
    return record


def _operated(record: PersonRecord, operation: Mapping[str, Any]) -> PersonRecord:
    kind, path, value = str(operation.get("op", "")).lower(), operation.get("path"), operation.get("value")
    if kind not in ("add", "replace", "remove"):
        raise _wrong("op")
    if path is None:
        if not isinstance(value, Mapping) or kind == "remove":
            raise _wrong("value")
        return record_from(value, record, whole=False)
    if not isinstance(path, str):
        raise _wrong("path")
    if kind == "remove":
        value = True if path == "active" else None
    return record_from(_resource(path, value), record, whole=False)


def _resource(path: str, value: Any) -> dict[str, Any]:
    """The part of a resource that a path and its value say."""
    if path.lower().startswith(ENTERPRISE.lower()):
        return {ENTERPRISE: {"manager": value}} if path.lower().endswith(("manager", "manager.value")) else {}
    found = _PATH.fullmatch(path)
    if found is None:
        raise _wrong("path")
    name = found["name"]
    if name in ("emails", "phoneNumbers") and not isinstance(value, list):
        value = [] if value is None else [value if isinstance(value, Mapping) else {"value": value}]
    if path.lower().startswith("name."):
        return {"name": {path[5:]: value}}
    return {name: value}


def resource_of(found: Stored, groups: Sequence[str], address: str) -> dict[str, Any]:
    """A person as a SCIM user. `address` is where all users are."""
    record = found.record
    resource: dict[str, Any] = {
        "schemas": [USER, ENTERPRISE],
        "id": record.id,
        "userName": record.id,
        "displayName": record.name,
        "name": {"formatted": record.name},
        "active": record.active,
        "emails": [{"value": record.email, "type": "work", "primary": True}] if record.email else [],
        "phoneNumbers": [{"value": record.phone, "type": "work"}] if record.phone else [],
        "groups": [{"value": group} for group in groups],
        "roles": [{"value": role} for role in record.roles],
        "meta": {
            "resourceType": "User",
            "lastModified": found.changed_at.isoformat(),
            "version": f'W/"{found.revision}"',
            "location": f"{address}/{record.id}",
        },
    }
    if record.title:
        resource["title"] = record.title
    if SOURCE in record.external:
        resource["externalId"] = record.external[SOURCE]
    if record.manager:
        resource[ENTERPRISE] = {"manager": {"value": record.manager}}
    return resource


def user_name(resource: Mapping[str, Any]) -> str:
    """What the resource is called here.

    Raises:
        Refused: `bad_request`.
    """
    found = _text(resource.get("userName"), "userName")
    if not found:
        raise _wrong("userName")
    return found


def _name(resource: Mapping[str, Any]) -> str | None:
    if resource.get("displayName") is not None:
        return _text(resource["displayName"], "displayName")
    name = resource.get("name")
    if name is None:
        return None
    if not isinstance(name, Mapping):
        raise _wrong("name")
    family, given = _text(name.get("familyName"), "name"), _text(name.get("givenName"), "name")
    # Chinese names stand together and the family's comes first.
    parts = [family, given] if family and not family.isascii() else [given, family]
    joined = ("" if family and not family.isascii() else " ").join(part for part in parts if part)
    return _text(name.get("formatted"), "name") or joined or None


def _primary(values: Any, key: str) -> str:
    if values is None:
        return ""
    if not isinstance(values, list) or not all(isinstance(one, Mapping) for one in values):
        raise _wrong(key)
    ordered = sorted(values, key=lambda one: not one.get("primary"))
    return _text(ordered[0].get("value"), key) if ordered else ""


def _truth(value: Any) -> bool:
    """Some clients write it as a text."""
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise _wrong("active")
    return value


def _text(value: Any, key: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(key)
    return value.strip()


def _wrong(key: str) -> Refused:
    return Refused(
        "bad_request", f"{key} is missing or of the wrong type", f"{key} 缺失或类型不正确", {"attribute": key}
    )
