"""Calls to a vendor's API as WeCom and DingTalk have them: a token that expires, error codes in the body, limits.

A token that the vendor does not accept any more is fetched again, once per call; what passes (busy, too frequent) is
waited for, a few times and longer each time; everything else is a refusal with the vendor's own code and words.
"""

from __future__ import annotations

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from waystation.contracts.errors import Refused, Unavailable

#: Seconds before its end when a token is not used any more.
_EARLY = 300
#: Tries of a call that is told to come later, and seconds before the second one.
_TRIES, _PAUSE = 4, 0.5
#: Bytes of an answer at most.
_MOST = 16 * 1024 * 1024

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Access:
    """How a vendor is reached.

    Args:
        url: where its API is; tests have one of their own.
        per_second: calls that may be made in a second.
    """

    url: str
    key: str
    secret: str
    per_second: float = 10.0


def said_in(answer: dict[str, Any]) -> str:
    """The vendor's own words."""
    return str(answer.get("sub_msg") or answer.get("errmsg") or "")[:300]


class Vendor(ABC):
    """One vendor's API with one pair of credentials.

    Args:
        http: connections to it; None: a new one for every call.
        sleep: waits; tests need not.
    """

    #: Seconds that one call may take.
    patience = 20.0
    #: What an application that may not is told.
    forbidden = ("the application may not read contacts", "应用无通讯录权限")
    #: Codes that say: this token is none (any more); come later; you may not.
    token_codes: frozenset[str]
    busy_codes: frozenset[str]
    forbidden_codes: frozenset[str]

    def __init__(self, access: Access, http: httpx.AsyncClient | None = None, sleep: Sleep = asyncio.sleep) -> None:
        self._access, self._http, self._sleep = access, http, sleep
        self._token, self._good_until = "", 0.0
        self._fetching, self._turn = asyncio.Lock(), asyncio.Lock()
        self._next = 0.0

    @property
    @abstractmethod
    def source(self) -> str:
        """The system's name."""

    @property
    def family(self) -> str:
        """What our own codes begin with."""
        return "directory_"

    @abstractmethod
    async def fetch_token(self) -> dict[str, Any]:
        """The vendor's answer to a request for a token."""

    def code_of(self, answer: dict[str, Any]) -> str:
        """The vendor's code; "0" where all is well."""
        return str(answer.get("errcode", "0"))

    async def call(self, method: str, path: str, params: dict[str, Any], body: Any = None) -> dict[str, Any]:
        """An answer without an error.

        Raises:
            Refused: `…credentials`, `…forbidden`, `…refused`, or what `refusal` makes of a code.
            Unavailable: `…unavailable`, `…busy`, each after the `family`.
        """
        renewed = False
        code = ""
        for number in range(_TRIES):
            token = await self._valid_token()
            answer = await self.request(method, path, {**params, "access_token": token}, body)
            code = self.code_of(answer)
            if code == "0":
                return answer
            if code in self.token_codes and not renewed:
                renewed, self._good_until = True, 0.0 if self._token == token else self._good_until
            elif code in self.busy_codes:
                await self._sleep(_PAUSE * 2**number)
            else:
                raise self.refusal(code, answer)
        raise Unavailable(
            f"{self.family}busy",
            f"{self.source} asks to call less often",
            f"{self.source} 接口调用过于频繁，请稍后再试",
            {"vendor": self.source, "code": code},
            retry_after=60.0,
        )

    async def request(self, method: str, path: str, params: dict[str, Any], body: Any = None) -> dict[str, Any]:
        """One call, in its turn; the answer as a map."""
        await self._my_turn()
        url = f"{self._access.url.rstrip('/')}{path}"
        try:
            answer = await self._ask(method, url, params, body)
        except httpx.HTTPError as error:
            raise self._silent(type(error).__name__) from None  # its text may hold the address with the secret
        if answer.status_code >= 500 or answer.status_code == 429:
            raise self._silent(str(answer.status_code))
        try:
            found = json.loads(answer.content) if len(answer.content) <= _MOST else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise self._silent("no JSON")
        return found

    async def _ask(self, method: str, url: str, params: dict[str, Any], body: Any) -> httpx.Response:
        if self._http is not None:
            return await self._http.request(method, url, params=params, json=body, timeout=self.patience)
        async with httpx.AsyncClient(trust_env=False) as http:
            return await http.request(method, url, params=params, json=body, timeout=self.patience)

    def refusal(self, code: str, answer: dict[str, Any]) -> Refused | Unavailable:
        """The vendor's no, with its own words."""
        said = said_in(answer)
        detail = {"vendor": self.source, "code": code, "said": said}
        if code in self.forbidden_codes:
            en, zh = (f"{self.source}: {why} ({code}: {said})" for why in self.forbidden)
            return Refused(f"{self.family}forbidden", en, zh, detail)
        if code in self.token_codes:
            return self.bad_credentials(code, said)
        en, zh = f"{self.source} refuses: {code}: {said}", f"{self.source} 返回错误 {code}：{said}"
        return Refused(f"{self.family}refused", en, zh, detail)

    def bad_credentials(self, code: str, said: str) -> Refused | Unavailable:
        return Refused(
            f"{self.family}credentials",
            f"{self.source} does not accept the credentials ({code}: {said})",
            f"{self.source} 凭证无效（{code}：{said}）",
            {"vendor": self.source, "code": code, "said": said},
        )

    async def _valid_token(self) -> str:
        async with self._fetching:
            if time.monotonic() >= self._good_until:
                answer = await self.fetch_token()
                code = self.code_of(answer)
                if code in self.busy_codes:
                    raise self._silent(code)
                if code != "0" or not answer.get("access_token"):
                    raise self.bad_credentials(code, str(answer.get("errmsg", ""))[:300])
                self._token = str(answer["access_token"])
                self._good_until = time.monotonic() + max(60, int(answer.get("expires_in", 7200)) - _EARLY)
            return self._token

    async def _my_turn(self) -> None:
        async with self._turn:
            now = time.monotonic()
            if self._next > now:
                await self._sleep(self._next - now)
            self._next = max(self._next, now) + 1 / self._access.per_second

    def _silent(self, cause: str) -> Unavailable:
        return Unavailable(
            f"{self.family}unavailable",
            f"{self.source} is not answering ({cause})",
            f"{self.source} 没有响应（{cause}）",
            {"vendor": self.source, "cause": cause},
            retry_after=30.0,
        )
