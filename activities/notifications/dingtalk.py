"""钉钉工作通知: asyncsend_v2 puts a message on its way, getsendresult says what became of it for each person.

Taking a message means nothing yet: who is unknown, over a limit or told the same again today is in the result only.
143103, 143104, 143203 and 143204 are limits of a minute, 143105 and 143205 of a day; 143106 and 143206 say that he has
been told this today, which is what a try that is repeated after a crash should hear.
"""

from __future__ import annotations

import asyncio
from typing import Any

from activities.notifications.chat import Chat, ChatVendor, Sent, text_of
from waystation.outside.dingtalk import DingTalkVendor
from waystation.outside.vendor import Access, Sleep

_MINUTE = frozenset({"143103", "143104", "143203", "143204"})
_DAY = frozenset({"143105", "143205"})
_TOLD = frozenset({"143106", "143206"})
#: Seconds before each look for the result; without one by then the message counts as taken.
_LOOKS = (0.5, 1.0, 2.0, 4.0)


class DingTalkChat(DingTalkVendor, ChatVendor):
    """One application of one company.

    Args:
        access: `key` is the application's AppKey, `secret` its AppSecret.
        agent: its AgentId.
    """

    nobody_codes = frozenset({"33012", "60121", "1430000"})
    limit_codes = _MINUTE | {"1430003"}
    account_codes = frozenset({"40089", "41011", "40056", "50002"})

    def __init__(self, access: Access, agent: int, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__(access, sleep=sleep)
        self._agent = agent

    async def tell(self, message: Chat) -> Sent:
        """As `ChatChannel` says."""
        body = {
            "agent_id": self._agent,
            "userid_list": message.to,
            "to_all_user": False,
            "msg": {"msgtype": "text", "text": {"content": text_of(message)}},
        }
        answer = await self.call("POST", "/topapi/message/corpconversation/asyncsend_v2", {}, body)
        task = answer.get("task_id")
        return Sent(str(task), "" if await self._arrived(message.to, task) else "unconfirmed")

    async def _arrived(self, person: str, task: Any) -> bool:
        """Whether the vendor says that he has it; False where it does not say yet.

        Raises:
            Refused, Unavailable: he has not.
        """
        for pause in _LOOKS:
            await self._sleep(pause)
            body = {"agent_id": self._agent, "task_id": task}
            answer = await self.call("POST", "/topapi/message/corpconversation/getsendresult", {}, body)
            result = answer.get("send_result") or {}
            if person in (result.get("invalid_user_id_list") or ()):
                raise self.nobody("invalid_user_id_list", person)
            for one in result.get("forbidden_list") or ():
                if str(one.get("userid")) == person:
                    self._judge(str(one.get("code")))
                    return True
            if person in (result.get("failed_user_id_list") or ()):
                raise self.limited("failed_user_id_list", person, 60.0)
            told = {*(result.get("read_user_id_list") or ()), *(result.get("unread_user_id_list") or ())}
            if person in told:
                return True
        return False

    def _judge(self, code: str) -> None:
        """Raise why a message was held back, unless it is that he has it from an earlier try."""
        if code in _TOLD:
            return
        if code in _MINUTE | _DAY:
            raise self.limited(code, "", 60.0 if code in _MINUTE else 6 * 3600.0)
        raise self.refusal(code, {"errmsg": "held back"})
