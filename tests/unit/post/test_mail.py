"""Mail goes out as one message, over a connection as secret as was asked for, or fails with a code that says how."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from activities.notifications.letters import Letter, MailServer
from activities.notifications.mail import Mailer, written
from tests.support.mail import MailHost, mail_host
from tests.support.web import certificate
from waystation.contracts.errors import Refused, Unavailable, WaystationError
from waystation.post import check_settings
from waystation.settings import Settings

LETTER = Letter("abc", "wang@example.com", "催办：报修单", "请尽快处理。\n")


def mailer(host: MailHost, patience: float = 5.0) -> Mailer:
    return Mailer(MailServer("127.0.0.1", host.port, "none", "驿站 <no-reply@ws.example>"), patience=patience)


async def failure(sender: Mailer, letter: Letter = LETTER) -> WaystationError:
    with pytest.raises((Refused, Unavailable)) as raised:
        await sender.send(letter)
    return raised.value


async def test_a_letter_arrives_whole() -> None:
    """In Chinese, to one person, with the same id every time."""
    async with mail_host() as host:
        await mailer(host).send(LETTER)
        await mailer(host).send(LETTER)
    (to, first), (_, second) = host.taken
    assert to == ["wang@example.com"]
    assert (first["Subject"], first["From"], first["To"]) == (LETTER.subject, "驿站 <no-reply@ws.example>", LETTER.to)
    assert first.get_content().splitlines() == LETTER.body.splitlines()
    assert first["Message-ID"] == second["Message-ID"] == "<abc@ws.example>"
    assert first["Auto-Submitted"] == "auto-generated"


async def test_over_tls_with_a_password(tmp_path: Path) -> None:
    """STARTTLS is insisted on; a certificate of somebody else, or a wrong password, sends nothing."""
    shows, trusts = certificate(tmp_path, "localhost")
    async with mail_host(shows) as host:
        server = MailServer("localhost", host.port, "starttls", "a@ws.example", "me", "right")
        await Mailer(server, trust=trusts).send(LETTER)
        assert len(host.taken) == 1
        assert (await failure(Mailer(replace(server, password="wrong"), trust=trusts))).code == "mail.credentials"
        assert (await failure(Mailer(server))).code == "mail.unavailable"
    async with mail_host() as host:  # which offers no TLS
        server = replace(server, port=host.port)
        assert (await failure(Mailer(server, trust=trusts))).code == "mail.unavailable"
        assert host.taken == []


@pytest.mark.parametrize(
    ("step", "said", "code"),
    [("RCPT", "550 no such user", "mail.refused"), ("RCPT", "450 greylisted", "mail.busy"),
     ("DATA", "554 spam", "mail.refused"), ("DATA", "451 tomorrow", "mail.busy")],
)  # fmt: skip
async def test_what_a_server_says_no_to(step: str, said: str, code: str) -> None:
    """4xx passes, 5xx stays; its words, which may hold addresses, are not repeated."""
    async with mail_host() as host:
        host.says[step] = said
        failed = await failure(mailer(host))
    assert (failed.code, isinstance(failed, Refused)) == (code, code == "mail.refused")
    assert said[4:] not in f"{failed} {failed.detail}"


async def test_a_server_that_is_silent_or_gone() -> None:
    """Both are worth another try."""
    async with mail_host() as host:
        host.silent = True
        assert (await failure(mailer(host, patience=0.3))).code == "mail.unavailable"
    assert (await failure(mailer(host))).code == "mail.unavailable"


def test_nothing_adds_a_header() -> None:
    """Not in a subject, which becomes one line, nor in an address, which is refused."""
    message = written(replace(LETTER, subject="a\r\nBcc: x@y\n b"), "ws@ws.example")
    assert message["Subject"] == "a Bcc: x@y b"
    assert message["Bcc"] is None
    for address in ("a@b.c\r\nBcc: x@y", "a@b.c, x@y", "nobody", "", "a b@c"):
        with pytest.raises(Refused, match="bad_address"):
            written(replace(LETTER, to=address), "ws@ws.example")


def test_the_mail_server_in_the_settings() -> None:
    """One URL says all; half a setting stops the start."""
    whole = Settings(smtp_url="smtp://me:p%40ss@mail.example.com", mail_from="a@b.c")
    assert MailServer.of(whole) == MailServer("mail.example.com", 587, "starttls", "a@b.c", "me", "p@ss")
    assert MailServer.of(Settings(smtp_url="smtps://m:9999", mail_from="a@b.c")) == MailServer(
        "m", 9999, "tls", "a@b.c"
    )
    assert MailServer.of(Settings()) is None
    assert "p@ss" not in repr(MailServer.of(whole))
    for wrong in (Settings(smtp_url="smtp://m"), Settings(smtp_url="http://m", mail_from="a@b.c")):
        with pytest.raises(Refused, match="bad_setting"):
            check_settings(wrong)
    check_settings(whole)
