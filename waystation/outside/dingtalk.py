"""钉钉's own ways: how a token is had, and where an answer has its code.

gettoken (appkey, appsecret). An error is an errcode, or 88 with the code proper as `sub_code` (or only inside errmsg):
40014 and 42001 are tokens, 900xx and -1 pass, 60011 is a right.
"""

from __future__ import annotations

import re
from typing import Any

from waystation.outside.vendor import Vendor

_SUBCODE = re.compile(r"subcode=([^,\]]+)")


class DingTalkVendor(Vendor):
    """One application of one company, by its AppKey and AppSecret."""

    token_codes = frozenset({"40014", "42001", "40001"})
    busy_codes = frozenset({"-1", "90001", "90002", "90003", "90004", "90005", "90006", "90018"})
    forbidden_codes = frozenset({"60011", "60020", "50004"})

    @property
    def source(self) -> str:
        return "dingtalk"

    def code_of(self, answer: dict[str, Any]) -> str:
        code = str(answer.get("errcode", "0"))
        if code != "88":
            return code
        inside = _SUBCODE.search(str(answer.get("errmsg", "")))
        return str(answer.get("sub_code") or (inside[1] if inside else code))

    async def fetch_token(self) -> dict[str, Any]:
        params = {"appkey": self._access.key, "appsecret": self._access.secret}
        return await self.request("GET", "/gettoken", params)
