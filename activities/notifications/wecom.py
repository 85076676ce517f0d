"""企业微信应用消息: /cgi-bin/message/send of its server API, as text, in the name of one application (agentid).

An identical message within the check's interval (four hours at most) is not shown twice. Who is not known or may not
see the application stands in `invaliduser`, who has no licence in
`unlicenseduser`; where nobody is left, it is code 81013.
"""

from __future__ import annotations

import asyncio
from typing import Any

from activities.notifications.chat import Chat, ChatVendor, Sent, text_of
from waystation.outside.vendor import Access, Sleep

_CHECKED_FOR = 4 * 3600


class WeComChat(ChatVendor):
    """One application of one company (corpid).

    Args:
        access: `key` is the corpid, `secret` that of the application.
        agent: the application's id.
    """

    token_codes = frozenset({"40014", "42001"})
    busy_codes = frozenset({"-1", "45033"})
    forbidden_codes = frozenset({"48002", "60011", "60020", "301002"})
    nobody_codes = frozenset({"40003", "60111", "81013", "82001"})
    limit_codes = frozenset({"45009", "45024"})
    account_codes = frozenset({"40001", "40013", "40056", "41011"})

    def __init__(self, access: Access, agent: int, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__(access, sleep=sleep)
        self._agent = agent

    @property
    def source(self) -> str:
        return "wecom"

    async def fetch_token(self) -> dict[str, Any]:
        params = {"corpid": self._access.key, "corpsecret": self._access.secret}
        return await self.request("GET", "/cgi-bin/gettoken", params)

    async def tell(self, message: Chat) -> Sent:
        """As `ChatChannel` says."""
        body = {
            "touser": message.to,
            "msgtype": "text",
            "agentid": self._agent,
            "text": {"content": text_of(message)},
            "safe": 0,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": _CHECKED_FOR,
        }
        answer = await self.call("POST", "/cgi-bin/message/send", {}, body)
        for field in ("invaliduser", "unlicenseduser"):
            if message.to.lower() in str(answer.get(field) or "").lower().split("|"):
                raise self.nobody(field, message.to)
        return Sent(str(answer.get("msgid") or ""))
