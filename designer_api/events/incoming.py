"""Calls from others: checked, read as their hook says, and made into a case or a message, once each.

What a hook takes out of a call it says in the expressions of the process language, over `body`; they are bounded, and
checked when the hook is made. Whoever is not signed is told the same, whether tenant and hook exist or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from designer_api.deps import Parts
from waystation.contracts.errors import Refused
from waystation.expressions import Environment, Expression, ExpressionError, Template, compile_value, plain, typed
from waystation.outside import signing
from waystation.store import exact_json, hooks, idempotency, kept_secrets, tenants
from waystation.store.ids import new_id
from waystation.store.session import TenantSession

#: Bytes of one call.
MOST_BYTES = 1024 * 1024
#: The name that a call's body has in expressions.
_NAMES = frozenset({"body"})


@dataclass(frozen=True, slots=True)
class Arrived:
    """A call as it came."""

    id: str
    timestamp: str
    signature: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: the case that it started, cases that got its message, or nothing."""

    ignored: bool = False
    started: tuple[str, ...] = ()
    taken: int = 0


async def receive(held: Parts, tenant: str, hook: str, call: Arrived, at: datetime) -> Outcome:
    """Do what a hook says with a call. The same call again has the same outcome and does nothing more.

    Raises:
        Refused: `bad_signature`, `bad_timestamp`, `too_large`, `bad_body`, `bad_mapping`, `key_reused`; what starting a
            case or sending a message refuses.
    """
    if len(call.body) > MOST_BYTES:
        raise Refused("too_large", f"at most {MOST_BYTES} bytes", f"内容不得超过 {MOST_BYTES} 字节")
    does, zone = await _checked(held, tenant, hook, call, at)
    mapped = read(does, _json(call.body), at, zone)
    if mapped is None:
        return Outcome(ignored=True)
    key, fields = mapped
    case = await held.database.transact(tenant, lambda session: _once(session, hook, call))
    if "start" in does:
        begun = await held.gateway.start(tenant, str(does["start"]), fields, key=key, case=case)
        return Outcome(started=(begun.case,))
    if key is not None:
        fields = {**fields, "key": key}
    sent = await held.gateway.message(tenant, str(does["message"]), fields, f"hook/{hook}/{call.id}")
    return Outcome(started=tuple(sent.started), taken=sent.taken)


def check(does: Mapping[str, Any]) -> None:
    """Refuse a hook whose expressions cannot be understood.

    Raises:
        Refused: `bad_mapping`, with the field and the place.
    """
    for field, text in _texts(does):
        try:
            value = compile_value(text)
        except ExpressionError as error:
            raise _bad(field, text, error) from None
        roots = {reference.path[0] for one in _expressions(value) for reference in one.references}
        strange = sorted(map(str, roots - _NAMES))
        if strange:
            en, zh = f"{field}: unknown name {strange[0]}", f"{field}：未知的名称 {strange[0]}"
            raise Refused("bad_mapping", en, zh, {"field": field, "expression": text})


def read(does: Mapping[str, Any], body: Any, at: datetime, zone: str) -> tuple[str | None, dict[str, Any]] | None:
    """Key and fields of what a call brings; None where its hook does not want it.

    Raises:
        Refused: `bad_mapping`, `bad_body`.
    """
    names, environment = {"body": typed({}, body)}, Environment(at, zone)

    def value(field: str, text: Any) -> Any:
        if not isinstance(text, str):
            return text
        try:
            found = compile_value(text)
            return found if isinstance(found, str) else plain(found.evaluate(names, environment))
        except ExpressionError as error:
            raise _bad(field, text, error) from None

    if does.get("when") is not None and value("when", does["when"]) is not True:
        return None
    key = value("key", does.get("key"))
    if does.get("fields") is None:
        if not isinstance(body, dict):
            raise Refused("bad_body", "a JSON object is needed", "内容须为 JSON 对象")
        fields = dict(body)
    else:
        fields = {name: value(f"fields.{name}", text) for name, text in does["fields"].items()}
    return None if key is None else str(key), fields


async def _checked(held: Parts, tenant: str, hook: str, call: Arrived, at: datetime) -> tuple[dict[str, Any], str]:
    """What the hook does and the tenant's zone, once the call is known to be from who may call it."""
    async with held.database.read(tenant) as session:
        row = await hooks.find(session, hook)
        known = kept_secrets.valid(session, hook, row.secrets, at) if row is not None and row.active else []
        signing.check(known, call.id, call.timestamp, call.signature, call.body, at=at)
        assert row is not None  # without one nothing is signed
        found = await tenants.tenant(session)
        return dict(row.does), found.timezone if found is not None else "Asia/Shanghai"


async def _once(session: TenantSession, hook: str, call: Arrived) -> str:
    """The case that belongs to a call: chosen once. Another content under the same id is refused."""
    content = hashlib.sha256(call.body).hexdigest()
    answer = await idempotency.chosen(session, f"hook:{hook}", call.id, {"content": content}, {"case": new_id()})
    return str(answer["case"])


def _json(body: bytes) -> Any:
    try:
        return exact_json.decode(body.decode())
    except (ValueError, RecursionError):
        raise Refused("bad_body", "the body is not JSON", "内容不是 JSON") from None


def _texts(does: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [(name, does.get(name)) for name in ("when", "key")]
    found += [(f"fields.{name}", text) for name, text in (does.get("fields") or {}).items()]
    return [(name, text) for name, text in found if isinstance(text, str)]


def _expressions(value: str | Expression | Template) -> tuple[Expression, ...]:
    if isinstance(value, Template):
        return value.expressions
    return (value,) if isinstance(value, Expression) else ()


def _bad(field: str, text: str, error: ExpressionError) -> Refused:
    detail = {"field": field, "expression": text[:500], "start": error.start, "end": error.end, "reason": error.reason}
    return Refused("bad_mapping", f"{field}: {error.en}", f"{field}：{error.zh}", detail)
