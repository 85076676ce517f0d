"""HTTP calls to the outside that cannot be turned against our own network.

A name is looked up once; if any of its addresses may not be reached, none is. The connection goes to the address that
was judged, while certificate, SNI and `Host` stay with the name: pointing the name elsewhere a moment later changes
nothing. Redirects are not followed, proxies of the environment are not asked, nothing is unpacked, and an answer may
take only so long and be only so large. What a failure says never holds what was sent.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import httpcore
import httpx

from waystation.contracts.errors import Refused, Unavailable
from waystation.outside.addresses import Networks

#: Bytes of an address and of a body that is sent, at most.
LONGEST_URL, LARGEST_BODY = 4096, 4 * 1024 * 1024
#: Addresses of one name that are tried.
_MOST_ADDRESSES = 3
_PORTS = {"http": 80, "https": 443}

#: Looks a name up: its addresses as text, in the order in which they are tried.
Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Args:
        patience: seconds that it may take in all.
        most: bytes of the answer's body at most.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    patience: float = 10.0
    most: int = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. Names of headers are lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this name; empty where there is none."""
        return next((text for known, text in self.headers if known == name), "")


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, as the machine's own resolver gives them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Reach:
    """Makes calls.

    Args:
        networks: private networks that may be reached; plain http only goes there.
        clear: plain http may go anywhere.
        trust: whose certificates count; default: those the machine trusts.
    """

    def __init__(
        self,
        networks: Networks | None = None,
        *,
        clear: bool = False,
        resolve: Resolve = look_up,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._networks = networks or Networks()
        self._clear = clear
        self._resolve = resolve
        self._trust = trust or ssl.create_default_context()

    async def call(self, call: Call, *, clear: bool | None = None) -> Answer:
        """Make one call.

        Args:
            clear: plain http may go anywhere, for this call.
        Raises:
            Refused: `http.bad_url`, `http.address_refused`, `http.too_large`: calling again is pointless.
            Unavailable: `http.timeout`, `http.unreachable`, `http.unknown_host`.
        """
        url = parse_url(call.url)
        if len(call.body) > LARGEST_BODY:
            raise _refused("http.too_large", "the request is too large", "请求内容过大", {"most": LARGEST_BODY})
        allowed = self._clear if clear is None else clear
        line = _Line(self._networks, self._resolve, only_named=url.scheme == "http" and not allowed)
        try:
            async with asyncio.timeout(call.patience):
                return await self._exchange(call, url, line)
        except (TimeoutError, httpcore.TimeoutException):
            raise Unavailable(
                "http.timeout", "the other side did not answer in time", "对方未在限定时间内应答", _where(url)
            ) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            detail = {**_where(url), "cause": type(error).__name__}
            raise Unavailable("http.unreachable", "the other side cannot be reached", "无法连接对方", detail) from None

    async def _exchange(self, call: Call, url: httpx.URL, line: _Line) -> Answer:
        headers = [(name.encode("ascii"), text.encode("utf-8")) for name, text in _headers(call, url).items()]
        async with httpcore.AsyncConnectionPool(ssl_context=self._trust, network_backend=line, http2=False) as pool:
            target = httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            )  # fmt: skip
            async with pool.stream(call.method, target, headers=headers, content=call.body) as answer:
                body = bytearray()
                async for part in answer.aiter_stream():
                    body += part
                    if len(body) > call.most:
                        detail = {**_where(url), "most": call.most}
                        raise _refused("http.too_large", "the answer is too large", "应答内容过大", detail)
                found = [(_text(name).lower(), _text(text)) for name, text in answer.headers]
                return Answer(answer.status, tuple(found), bytes(body))


class _Line(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were judged, and to nothing else."""

    def __init__(self, networks: Networks, resolve: Resolve, *, only_named: bool) -> None:
        self._networks, self._resolve, self._only_named = networks, resolve, only_named
        self._wire = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failed: Exception = httpcore.ConnectError()
        for address in (await self._addresses(host, port))[:_MOST_ADDRESSES]:
            try:
                return await self._wire.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            ip_address(host)
            found = [host]
        except ValueError:
            found = await self._looked_up(host, port)
        for text in found:
            address = ip_address(text.partition("%")[0])
            if not self._networks.allows(address):
                en, zh = f"{host} is at an address that may not be reached", f"{host} 指向禁止访问的地址"
                raise _refused("http.address_refused", en, zh, {"host": host})
            if self._only_named and not self._networks.is_named(address):
                en, zh = f"{host} may be reached by https only", f"{host} 仅允许通过 https 访问"
                raise _refused("http.address_refused", en, zh, {"host": host})
        return found

    async def _looked_up(self, host: str, port: int) -> list[str]:
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise Unavailable("http.unknown_host", f"{host} is not known", f"无法解析主机名 {host}", {"host": host})
        return found


def parse_url(text: str) -> httpx.URL:
    """An absolute address over http or https, with nothing in it that hides where it leads.

    Raises:
        Refused: `http.bad_url`.
    """
    try:
        url = httpx.URL(text) if len(text) <= LONGEST_URL else None
    except (httpx.InvalidURL, ValueError, TypeError):
        url = None
    if url is None or url.scheme not in _PORTS or not url.host or url.userinfo or url.port == 0:
        raise _refused("http.bad_url", "this is no address over http or https", "不是有效的 http(s) 地址", {})
    return url


def port_of(url: httpx.URL) -> int:
    """The port of an address, its scheme's own if it names none."""
    return url.port or _PORTS[url.scheme]


def _headers(call: Call, url: httpx.URL) -> dict[str, str]:
    own = {"host": url.netloc.decode("ascii"), "user-agent": "waystation", "accept-encoding": "identity"}
    if call.body or call.method in ("POST", "PUT", "PATCH"):
        own["content-length"] = str(len(call.body))
    return {**{name.lower(): text for name, text in call.headers.items()}, **own}


def _text(raw: bytes) -> str:
    """A header's text: UTF-8, as it should be, or what it was when headers were young."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _where(url: httpx.URL) -> dict[str, Any]:
    """What a failure may say of an address: its host; path and query may hold secrets."""
    return {"host": url.host}


def _refused(code: str, en: str, zh: str, detail: Mapping[str, Any]) -> Refused:
    return Refused(code, en, zh, detail)
