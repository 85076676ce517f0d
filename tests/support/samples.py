"""A smallest value that a JSON schema of an OpenAPI document takes."""

from __future__ import annotations

from typing import Any


def sample(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """Something valid: the default, the first choice, or the least of its type."""
    if "$ref" in schema:
        return sample(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return sample(document, schema[key][0])
    return _of_type(document, schema)


def _of_type(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    match schema.get("type"):
        case "object":
            names = schema.get("required", ())
            return {name: sample(document, schema["properties"][name]) for name in names}
        case "array":
            least = schema.get("minItems", 0)
            return [sample(document, schema.get("items", {"type": "string"}))] * least
        case "integer" | "number":
            return int(schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1))
        case "boolean":
            return False
        case "string" if schema.get("format") == "date-time":
            return "2026-01-01T00:00:00Z"
        case "string" if schema.get("pattern", "").startswith("^[a-z]+\\."):
            return "cases.see"
        case "string":
            return "x" * max(1, schema.get("minLength", 1))
    return {}


def body_of(document: dict[str, Any], route: dict[str, Any]) -> dict[str, Any]:
    """Arguments for httpx: a body that the route takes, where it takes one."""
    content = route.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        return {"json": sample(document, content["application/json"]["schema"])}
    if "multipart/form-data" in content:
        return {"files": {"file": ("a.csv", b"id,name\n1,x\n", "text/csv")}}
    return {}
