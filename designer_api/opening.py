"""Sealed values are opened where answers leave the API, so that no route can forget it or show too much.

Whatever is answered as JSON passes here. Without envelopes it goes on as it is. Else each is opened for the caller as
the rules of access say of its field: hidden, masked or whole; and what he was shown whole is noted before he gets it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from designer_api import errors
from designer_api.auth.access_rules import Right
from designer_api.auth.policy import Caller
from designer_api.auth.veil import masked
from waystation.contracts.errors import WaystationError
from waystation.sealing.envelopes import ERASED, SEALED, Envelope, envelopes_in, replaced, take_out
from waystation.store import person_keys, personal, personal_reads
from waystation.store.session import Database, TenantSession

if TYPE_CHECKING:
    from designer_api.deps import Parts

_MARK = f'"{SEALED}"'.encode()


class Opening:
    """Opens what is sealed in JSON answers. Everything else, streams too, passes as it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def hold(message: Message) -> None:
            if not held and not _is_json(message):
                await send(message)
                return
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                await _let_go(held, scope, receive, send)
                held.clear()

        await self.app(scope, receive, hold)


def _is_json(message: Message) -> bool:
    return message["type"] == "http.response.start" and Headers(raw=message["headers"]).get(
        "content-type", ""
    ).startswith("application/json")


async def _let_go(held: list[Message], scope: Scope, receive: Receive, send: Send) -> None:
    body = b"".join(message.get("body", b"") for message in held[1:])
    if _MARK not in body:
        for message in held:
            await send(message)
        return
    request = Request(scope, receive)
    try:
        body = orjson.dumps(await opened(request, orjson.loads(body)))
    except WaystationError as error:
        await errors.problem(request, error)(scope, receive, send)
        return
    MutableHeaders(raw=held[0]["headers"])["content-length"] = str(len(body))
    await send(held[0])
    await send({"type": "http.response.body", "body": body})


async def opened(request: Request, value: Any) -> Any:
    """A JSON value as whoever asks may see it."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        return replaced(value, lambda _: None)
    return await opened_for(request.app.state.parts.database, caller, value, route_of(request))


def route_of(request: Request) -> str:
    """What was asked, as the access log has it: without ids."""
    path = str(getattr(request.scope.get("route"), "path", request.url.path))
    return f"{request.method} {path}"


async def opened_for(database: Database, caller: Caller, value: Any, route: str) -> Any:
    """A JSON value as a caller may see it; what he is shown whole is in the access log then.

    Raises:
        Unavailable: the database does not answer, or a key is missing: then nothing is shown.
    """
    rights = caller.rules.rights(caller.roles)
    wanted = [each for each in envelopes_in(value) if rights.get(each.field, Right.EDIT) > Right.HIDE]
    async with database.read(caller.tenant) as session:
        keys = await person_keys.opened(session, (each.key for each in wanted))
    shown: dict[str, set[str]] = defaultdict(set)

    def see(each: Envelope) -> Any:
        right = rights.get(each.field, Right.EDIT)
        if right is Right.HIDE:
            return None
        text = take_out(keys.get(each.key), caller.tenant, each)
        if text is None:
            return ERASED
        found = orjson.loads(text)
        if right is Right.MASK:
            return masked(found)
        shown[each.case].add(each.field)
        return found

    seen = replaced(value, see)
    await _note(database, caller, shown, route)
    return seen


async def note_plain(held: Parts, caller: Caller, case: str, plan: str, value: Any, route: str) -> None:
    """Note what of a case that runs is shown as it is in the engine: nothing is sealed there, so nothing is opened."""
    async with held.database.read(caller.tenant) as session:
        declared = await personal.fields_of(session, [plan]) if session.ring is not None else None
    if declared is None:
        return
    rights = caller.rules.rights(caller.roles)
    told = {name for name in _named(value) if name in declared.fields and rights.get(name, Right.EDIT) >= Right.READ}
    await _note(held.database, caller, {case: told} if told else {}, route)


def _named(value: Any) -> Iterator[str]:
    """Names of fields with a value, wherever they occur."""
    if isinstance(value, dict):
        yield from (name for name, item in value.items() if item is not None)
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from _named(item)


async def note_read(database: Database, caller: Caller, case: str, fields: Iterable[str], route: str) -> None:
    """Note that a caller is shown these of a case."""
    await _note(database, caller, {case: set(fields)}, route)


async def _note(database: Database, caller: Caller, shown: dict[str, set[str]], route: str) -> None:
    if not shown:
        return
    at = datetime.now(UTC)

    async def work(session: TenantSession) -> None:
        await personal_reads.note(session, caller.person, shown, route=route, at=at)

    await database.transact(caller.tenant, work)
