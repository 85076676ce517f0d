"""Messages to colleagues in the app of their company: what WeCom and DingTalk have in common as channels.

A message is a text with the moment of its notice as its last line. So every try of one message is the same to the
vendor, which tells the person once, and two messages are never taken for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Protocol

from waystation.contracts.errors import Refused, Unavailable
from waystation.outside.vendor import Vendor, said_in

#: Bytes of a text that both vendors take; what is longer is cut by ourselves, visibly.
LONGEST = 2048
#: An operator has to mend something; seconds until it is tried again.
_MENDED = 600.0
_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Chat:
    """A message to one person. `to` is his id at the vendor; `at` is when the notice was decided."""

    to: str
    subject: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """What the vendor has taken. `id` is its own; `note` says what is not known of it."""

    id: str
    note: str = ""


class ChatChannel(Protocol):
    """A way to people through the app of their company."""

    @property
    def source(self) -> str:
        """The vendor, by whose name people's ids are kept."""

    async def tell(self, message: Chat) -> Sent:
        """Have a message sent.

        Raises:
            Refused: `<source>.bad_user`, `<source>.refused`: saying it again is pointless.
            Unavailable: `<source>.limit`, `<source>.account`, `<source>.busy`, `<source>.unavailable`.
        """


class ChatVendor(Vendor):
    """A vendor whose refusals are those of a channel: what an operator can mend is tried again."""

    #: Codes that say: nobody there by that id; too many for now; the application or its rights are wrong.
    nobody_codes: frozenset[str]
    limit_codes: frozenset[str]
    account_codes: frozenset[str]

    @property
    def family(self) -> str:
        return f"{self.source}."

    def refusal(self, code: str, answer: dict[str, Any]) -> Refused | Unavailable:
        said = said_in(answer)
        if code in self.nobody_codes:
            return self.nobody(code, said)
        if code in self.limit_codes:
            return self.limited(code, said, 60.0)
        if code in self.account_codes | self.forbidden_codes | self.token_codes:
            return self.bad_credentials(code, said)
        return super().refusal(code, answer)

    def bad_credentials(self, code: str, said: str) -> Refused | Unavailable:
        en, zh = f"{self.source}: the application may not send ({code})", f"{self.source}：应用无法发送消息（{code}）"
        return Unavailable(f"{self.family}account", en, zh, self._detail(code, said), retry_after=_MENDED)

    def nobody(self, code: str, said: str) -> Refused:
        en, zh = f"{self.source}: nobody there has this id ({code})", f"{self.source}：无此接收人（{code}）"
        return Refused(f"{self.family}bad_user", en, zh, self._detail(code, said))

    def limited(self, code: str, said: str, seconds: float) -> Unavailable:
        en, zh = f"{self.source}: a limit is reached ({code})", f"{self.source}：触发频率限制（{code}）"
        return Unavailable(f"{self.family}limit", en, zh, self._detail(code, said), retry_after=seconds)

    def _detail(self, code: str, said: str) -> dict[str, Any]:
        return {"vendor": self.source, "code": code, "said": said}


def text_of(message: Chat) -> str:
    """Subject, body and moment, within what both vendors take."""
    moment = message.at.astimezone(UTC).astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    room = LONGEST - len(moment) - 1
    said = "\n".join(filter(None, (message.subject.strip(), message.body.strip())))
    if len(said.encode()) > room:
        said = said.encode()[: room - len("…".encode())].decode(errors="ignore") + "…"
    return f"{said}\n{moment}"
