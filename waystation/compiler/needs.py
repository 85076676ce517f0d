"""`need` of joins and foreach: a word, a number, or a condition over `arrived` and `total`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from waystation.compiler.findings import Moment
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.messages import closest
from waystation.compiler.shapes import wrong
from waystation.contracts.plan import Value
from waystation.expressions import Type

_NAMES: Mapping[str, Type] = {"arrived": Type("int"), "total": Type("int")}


def _need(value: Any) -> Any:
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    raise wrong("need")


Need = Annotated[Any, PlainValidator(_need), WithJsonSchema({"type": ["string", "integer"]})]


def lower_need(raw: Any, lowering: NodeLowering, *, words: Sequence[str]) -> Value:
    """The need as a plan holds it: a word, an integer, or `{"$": condition}`.

    An expression may also give the number.
    """
    if not isinstance(raw, str):
        if isinstance(raw, Decimal) or raw < 1:
            what = ("need 是不小于 1 的整数", "need is an integer from 1")
            lowering.report("bad_type", "need", variant="limit", what=what)
            return "all"
        return raw
    if raw in words:
        return raw
    if "${" not in raw and raw.replace("_", "").isalpha():
        # One word is no condition: without this a misspelt `all` would be an unknown name.
        lowering.report("bad_type", "need", variant="choice", known=[*words], got=raw)
        return closest(raw, words) or "all"
    source, found = lowering.bare(raw, "need", moment=Moment.OPEN, names=_NAMES)
    if found.kind not in ("any", "bool", "int", "number"):
        lowering.report("bad_type", "need", expected="need")
    return {"$": f"${{ {source} }}"}
