"""A mail server on this machine: takes mail, or says no at the step that a test names."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class MailHost:
    """The running server. `says` has its answer at a step (`RCPT`, `DATA`) where it is not yes."""

    port: int = 0
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    silent: bool = False

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _options: Any) -> str:  # noqa: N802
        if "RCPT" not in self.says:
            envelope.rcpt_tos.append(to)
        return self.says.get("RCPT", "250 OK")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.silent:
            await asyncio.sleep(60)
        if "DATA" not in self.says:
            assert isinstance(envelope.original_content, bytes)
            self.taken.append((list(envelope.rcpt_tos), message_from_bytes(envelope.original_content, policy=default)))
        return self.says.get("DATA", "250 OK")


def _knows(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"me", b"right")
    return AuthResult(success=right, handled=right)


@asynccontextmanager
async def mail_host(tls: ssl.SSLContext | None = None) -> AsyncIterator[MailHost]:
    """A mail server for the length of the block; with a certificate it insists on STARTTLS and a password."""
    host, open_ones = MailHost(), []

    def conversation() -> SMTP:
        more: dict[str, Any] = {}
        if tls is not None:
            more = {"tls_context": tls, "require_starttls": True, "authenticator": _knows, "auth_required": True}
        made = SMTP(host, hostname="mail.example.test", enable_SMTPUTF8=True, loop=asyncio.get_running_loop(), **more)
        open_ones.append(made)
        return made

    server = await asyncio.get_running_loop().create_server(conversation, "127.0.0.1", 0)
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        server.close()
        for one in open_ones:
            if isinstance(one.transport, asyncio.WriteTransport):
                one.transport.abort()
            if one._handler_coroutine is not None:
                one._handler_coroutine.cancel()
        await asyncio.sleep(0)
