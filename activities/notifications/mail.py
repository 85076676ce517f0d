"""Mail over SMTP: one message to one person, with an id that stays the same however often it is tried."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr

import aiosmtplib

from activities.notifications.letters import Letter, MailServer
from waystation.contracts.errors import Refused, Unavailable

#: Seconds that each step of the conversation may take.
_PATIENCE = 20.0


class Mailer:
    """Sends mail through one server.

    Args:
        trust: whose certificates count; default: those the machine trusts.
    """

    def __init__(self, server: MailServer, *, trust: ssl.SSLContext | None = None, patience: float = _PATIENCE) -> None:
        self._server = server
        self._trust = trust or ssl.create_default_context()
        self._patience = patience

    async def send(self, letter: Letter) -> None:
        """Hand a letter to the server.

        Raises:
            Refused: `mail.bad_address`; `mail.refused`, the server will not take it, now or ever.
            Unavailable: `mail.unavailable`, `mail.busy`, `mail.credentials`.
        """
        message = written(letter, self._server.sender)
        try:
            client = self._client()
            async with client:
                if self._server.user:
                    await client.login(self._server.user, self._server.password)
                _ = await client.send_message(message)
        except aiosmtplib.SMTPAuthenticationError as error:
            raise _not_now("mail.credentials", "does not accept the credentials", "不接受凭证", error.code) from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [one.code for one in error.recipients] or [550]
            raise _answered(max(codes)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _answered(error.code) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise _not_now("mail.unavailable", "is not answering", "没有响应", type(error).__name__) from None

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=self._trust if server.security != "none" else None,
            timeout=self._patience,
        )


def written(letter: Letter, sender: str) -> EmailMessage:
    """The message as it goes out. Nothing in a subject or an address can add a header.

    Raises:
        Refused: `mail.bad_address`.
    """
    message = EmailMessage(policy=WIRE)
    name, address = parseaddr(sender)
    try:
        message["From"] = Address(name, addr_spec=address)
        message["To"] = Address(addr_spec=letter.to)
    except (ValueError, IndexError):
        raise Refused("mail.bad_address", "this is no address for mail", "邮箱地址无效") from None
    message["Subject"] = " ".join("".join(one if one.isprintable() else " " for one in letter.subject).split())
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{letter.id}@{address.rpartition('@')[2] or 'waystation'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body.replace("\0", ""))
    return message


def _answered(code: int) -> Refused | Unavailable:
    """What a server's no means: 4xx passes, 5xx stays."""
    if code >= 500:
        said = f"({code})"
        return Refused(
            "mail.refused", f"the mail server refuses the mail {said}", f"邮件服务器拒收 {said}", {"status": code}
        )
    return _not_now("mail.busy", "asks to come later", "要求稍后再试", code)


def _not_now(code: str, en: str, zh: str, cause: object) -> Unavailable:
    detail = {"cause": str(cause)}
    return Unavailable(code, f"the mail server {en} ({cause})", f"邮件服务器{zh}（{cause}）", detail, retry_after=30.0)
