"""From arguments to bytes and from an answer to data. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from activities.http.contracts import RequestIn
from waystation.contracts.errors import Refused
from waystation.outside import Answer
from waystation.store import exact_json

#: Headers that are the connection's or ours, not the author's.
OWN_HEADERS = frozenset(
    "host connection content-length transfer-encoding upgrade te trailer keep-alive proxy-authorization "
    "proxy-connection expect accept-encoding idempotency-key user-agent".split()
)
#: Headers of an answer that are not kept, how many are, and characters of each.
_NOT_KEPT, _MOST_HEADERS, _LONGEST = frozenset({"set-cookie", "set-cookie2"}), 40, 500
#: Characters of an answer that a failure repeats.
_SAID = 500
#: Longest time that the other side may ask us to wait, in seconds.
_LONGEST_WAIT = 3600.0
_HIDDEN = "***"


def body_of(args: RequestIn) -> tuple[bytes, str]:
    """The bytes of a request and their media type; empty where there is no body.

    Raises:
        Refused: `http.bad_body`.
    """
    if args.body is None:
        return b"", ""
    if args.send == "json":
        return exact_json.encode(args.body).encode(), "application/json"
    if args.send == "text" and isinstance(args.body, str):
        return args.body.encode(), "text/plain; charset=utf-8"
    if args.send == "form" and isinstance(args.body, Mapping):
        fields = {str(name): _plain(value) for name, value in args.body.items()}
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    raise Refused("http.bad_body", f"the body cannot be sent as {args.send}", f"内容无法按 {args.send} 发送")


def with_query(url: str, query: Mapping[str, Any]) -> str:
    """An address with more parameters."""
    if not query:
        return url
    whole, _, _ = url.partition("#")
    more = urlencode({name: _plain(value) for name, value in query.items()}, quote_via=quote)
    return f"{whole}{'&' if '?' in whole else '?'}{more}"


def basic(user: str, password: str) -> str:
    """The header of a user with a password."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def read_answer(args: RequestIn, answer: Answer, hide: Iterable[str]) -> tuple[dict[str, str], Any]:
    """Headers and body of an answer as data, without the secrets that were sent.

    Raises:
        Refused: `http.bad_answer`.
    """
    hidden = _with_shapes(hide)
    kept = [(name, text) for name, text in answer.headers if name not in _NOT_KEPT][:_MOST_HEADERS]
    headers = {name[:100]: without(text, hidden)[:_LONGEST] for name, text in kept}
    if args.expect == "nothing" or not answer.body:
        return headers, None
    if answer.header("content-encoding").strip().lower() not in ("", "identity"):
        raise _bad_answer("it is compressed", "应答被压缩")
    text = answer.body.decode("utf-8", "replace").replace("\0", "\ufffd")
    if args.expect == "text":
        return headers, without(text, hidden)
    try:
        orjson.loads(answer.body)  # refuses what nests too deeply, which the exact reader would not survive
        return headers, _cleaned(exact_json.decode(text), hidden)
    except (ValueError, RecursionError):
        raise _bad_answer("it is not JSON", "应答不是 JSON") from None


def said(answer: Answer, hide: Iterable[str]) -> str:
    """The beginning of what the other side said with its refusal, without secrets."""
    text = without(answer.body.decode("utf-8", "replace"), _with_shapes(hide))
    return "".join(character if character.isprintable() else " " for character in text[:_SAID])


def without(text: str, hidden: Iterable[str]) -> str:
    """A text with stars instead of secrets."""
    for secret in hidden:
        text = text.replace(secret, _HIDDEN)
    return text


def _cleaned(value: Any, hidden: list[str]) -> Any:
    """JSON data with stars instead of secrets, in names too."""
    if isinstance(value, str):
        return without(value, hidden)
    if isinstance(value, dict):
        return {without(name, hidden): _cleaned(item, hidden) for name, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item, hidden) for item in value]
    return value


def wait_of(answer: Answer, at: datetime) -> float:
    """Seconds that the other side asks us to wait (`Retry-After`); 1 where it does not say."""
    text = answer.header("retry-after").strip()
    if text.isascii() and text.isdigit():
        return min(max(float(text[:9]), 1.0), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return 1.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - at).total_seconds(), 1.0), _LONGEST_WAIT)


def _with_shapes(secrets: Iterable[str]) -> list[str]:
    """Secrets as they may come back: as they are, in JSON, in an address, in base64. Longest first."""
    found: set[str] = set()
    for secret in secrets:
        found.add(base64.b64encode(secret.encode()).decode().rstrip("="))
        for text in (secret, secret.encode().decode("latin-1")):  # the latter: read as old headers are
            found |= {text, quote(text, safe=""), orjson.dumps(text).decode()[1:-1], json.dumps(text)[1:-1]}
    return sorted((one for one in found if one), key=len, reverse=True)


def _plain(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _bad_answer(en: str, zh: str) -> Refused:
    return Refused("http.bad_answer", f"the answer cannot be read: {en}", f"无法读取应答：{zh}")
