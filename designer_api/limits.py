"""Limits on what comes in: bytes of a body before it is read, depth and characters of JSON before it is parsed."""

from __future__ import annotations

import re

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Bytes of a JSON body; files have their own limit.
MOST_BYTES = 4 * 1024 * 1024
MOST_FILE_BYTES = 24 * 1024 * 1024
MOST_DEPTH = 64
#: The escape of half a character, of which two make one.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class BodyLimit:
    """Refuses bodies that are too large or too deep. Reads JSON bodies whole, so that both are known in time."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        if b"content-length" not in headers and b"transfer-encoding" not in headers:
            await self.app(scope, receive, send)
            return
        is_file = headers.get(b"content-type", b"").startswith(b"multipart/")
        most = MOST_FILE_BYTES if is_file else MOST_BYTES
        body = await _read(receive, most)
        if body is None:
            await _refuse(send, 413, "too_large", f"at most {most} bytes", f"请求体不得超过 {most} 字节")
        elif not is_file and _too_deep(body):
            await _refuse(
                send, 400, "too_deep", f"at most {MOST_DEPTH} levels of JSON", f"JSON 嵌套不得超过 {MOST_DEPTH} 层"
            )
        elif not is_file and _has_half_characters(body):
            await _refuse(send, 400, "bad_request", "the JSON holds half a character", "JSON 中含有不完整的字符")
        else:
            await self.app(scope, _replay(body, receive), send)


async def _read(receive: Receive, most: int) -> bytes | None:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            return None
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _too_deep(body: bytes) -> bool:
    """Counts brackets outside strings; linear, and no parser is near it."""
    depth, in_string, escaped = 0, False, False
    for byte in body:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in (0x5B, 0x7B):
            depth += 1
            if depth > MOST_DEPTH:
                return True
        elif byte in (0x5D, 0x7D):
            depth -= 1
    return False


def _has_half_characters(body: bytes) -> bool:
    """Whether JSON writes text that no encoding has: Python's parser lets it through, and nothing can keep it."""
    if not _HALF.search(body):
        return False
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return "surrogate" in str(error)
    return False


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


async def _refuse(send: Send, status: int, code: str, en: str, zh: str) -> None:
    body = orjson.dumps({"type": "about:blank", "title": zh, "status": status, "code": code, "zh": zh, "en": en})
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
