"""The post: each person and channel for itself, tried again, given up, and tried again when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from activities.notifications.aliyun import AliyunSms
from activities.notifications.dingtalk import DingTalkChat
from activities.notifications.letters import ApprovedText, MailServer, SmsAccount
from activities.notifications.mail import Mailer
from activities.notifications.templates import load_template, render
from activities.notifications.wecom import WeComChat
from tests.support import chats
from tests.support.chats import AGENT, Told
from tests.support.directories import KEY, SECRET, running
from tests.support.mail import MailHost, mail_host
from tests.support.web import says, web
from waystation.carrier import Carrier, Patience
from waystation.contracts.directory import PersonRecord
from waystation.gateway import organisation as gateway_organisation
from waystation.outside import Networks, Reach
from waystation.outside.vendor import Access
from waystation.post import KINDS, UNDELIVERED, Post
from waystation.store import notices, organisation, outbox, preferences, tenants
from waystation.store.preferences import Preferences, not_before
from waystation.store.session import Database, TenantSession
from waystation.store.tables.effects import OutboxRow

NOW = datetime.now(UTC)
QUICK = Patience(first=0.0, longest=0.0, most=3)
VALUES = {"case_title": {"zh": "报修 7 号", "en": "Repair 7"}, "node": "check", "by": "王五"}


@pytest.fixture
async def office(database: Database) -> Database:
    """People: one who wants all, one who reads English and takes no SMS, one who has left, one without any address,
    and an operator."""
    records = [
        PersonRecord("wang", "王五", "wang@example.com", "13800138000", external={"wecom": "wx-wang"}),
        PersonRecord("lee", "Lee", "lee@example.com", "13800138001"),
        PersonRecord("gone", "赵六", "gone@example.com", "13800138002", active=False),
        PersonRecord("bare", "无号"),
        PersonRecord("olly", "值班", "olly@example.com", roles=("operator",)),
    ]

    async def work(session: TenantSession) -> None:
        await tenants.ensure_tenant(session, at=NOW)
        await organisation.add(session, records, by="", at=NOW)
        await gateway_organisation.finish(session, by="", may_administer=True, at=NOW)
        await preferences.prefer(session, "bare", Preferences(quiet=""), at=NOW)
        await preferences.prefer(session, "wang", Preferences(quiet=""), at=NOW)
        await preferences.prefer(session, "lee", Preferences(sms=False, locale="en"), at=NOW)

    await database.transact("t", work)
    return database


async def put(database: Database, kind: str, key: str, body: dict[str, Any], *, at: datetime = NOW) -> None:
    async with database.write("t") as session:
        await outbox.put(session, kind, key, body, at=at, case_id="c1")


async def notice(database: Database, to: list[str], *channels: str, key: str = "n1", at: datetime = NOW) -> None:
    body = {"to": to, "template": "urge", "channels": list(channels), "priority": 3, "values": VALUES}
    await put(database, "notice", key, body, at=at)


async def rows(database: Database) -> list[OutboxRow]:
    async with database.read("t") as session:
        return (await outbox.listed(session, KINDS, limit=200)).items


def kinds(found: list[OutboxRow], *facts: str) -> list[tuple[Any, ...]]:
    return sorted(tuple(getattr(row, fact) for fact in ("kind", *facts)) for row in found)


async def all_due(carrier: Carrier) -> None:
    while await carrier.deliver_due():
        pass


def by_mail(database: Database, host: MailHost) -> Carrier:
    server = MailServer("127.0.0.1", host.port, "none", "ws@ws.example")
    return Post(database, mailer=Mailer(server, patience=5)).carrier("w", QUICK)


async def test_each_gets_his_own_in_his_language(office: Database) -> None:
    """Who has left gets nothing; handing out again changes nothing; what is not set up is not sent."""
    await notice(office, ["wang", "lee", "gone"], "inbox", "mail", "sms")
    async with mail_host() as host:
        carrier = by_mail(office, host)
        await all_due(carrier)
        await put(office, "notice", "n1", {})
        await all_due(carrier)
    found = {to[0]: message for to, message in host.taken}
    assert set(found) == {"wang@example.com", "lee@example.com"}
    assert (found["wang@example.com"]["Subject"], found["lee@example.com"]["Subject"]) == (
        "催办：报修 7 号",
        "Please hurry: Repair 7",
    )
    assert kinds(await rows(office), "status", "error") == [
        ("mail", "done", ""), ("mail", "done", ""), ("mail", "done", "has_left"), ("notice", "done", ""),
    ]  # fmt: skip


async def test_what_fails_is_tried_given_up_and_tried_again(office: Database) -> None:
    """A server that says later is asked again; one that says no is not; an operator may have it tried again."""
    await notice(office, ["wang"], "mail")
    async with mail_host() as host:
        carrier = by_mail(office, host)
        host.says["RCPT"] = "451 later"
        await all_due(carrier)
        (mail,) = [row for row in await rows(office) if row.kind == "mail"]
        assert (mail.status, mail.error, mail.tries) == ("waiting", "mail.busy", 1)
        await later(office, carrier, times=2)
        (mail,) = [row for row in await rows(office) if row.kind == "mail"]
        assert (mail.status, mail.error, mail.tries) == ("dead", "mail.busy", 3)
        host.says.clear()
        async with office.write("t") as session:
            assert await outbox.try_again(session, mail.id, at=NOW)
        await all_due(carrier)
        assert len(host.taken) == 1
        await notice(office, ["wang"], "mail", key="n2")
        host.says["RCPT"] = "550 no such user"
        await all_due(carrier)
    assert kinds(await rows(office), "status", "error", "tries")[:2] == [
        ("mail", "dead", "mail.refused", 1),
        ("mail", "done", "", 1),
    ]


async def later(database: Database, carrier: Carrier, *, times: int) -> None:
    """What was put off is due now."""
    for _ in range(times):
        async with database.write("t") as session:
            for row in (await outbox.listed(session, ["mail", "sms", "wecom"], status="waiting")).items:
                row.due_at = NOW
        await all_due(carrier)


async def test_what_a_process_sends_itself(office: Database) -> None:
    """By mail to a person or an address; other ways out are left to webhooks; a text with no template is as written."""
    sent = {"name": "order_ready", "to": "mail", "id": "x", "fields": {"address": "c@example.com", "subject": "好了"}}
    await put(office, "send_out", "a", sent)
    await put(office, "send_out", "b", {**sent, "fields": {"person": "wang", "text": "hello"}})
    await put(office, "send_out", "c", {**sent, "to": "payment"})
    await put(office, "send_out", "d", {**sent, "to": "sms"})
    async with mail_host() as host:
        await all_due(by_mail(office, host))
    assert sorted((to[0], message["Subject"]) for to, message in host.taken) == [
        ("c@example.com", "好了"),
        ("wang@example.com", "order_ready"),
    ]
    notes = [(row.status, row.error) for row in await rows(office) if row.kind == "send_out"]
    assert sorted(notes) == [("dead", "sms.not_set_up"), ("done", ""), ("done", ""), ("done", "left_to_webhooks")]
    assert await told_operators(office) == [("sms.not_set_up", "—")]


async def told_operators(database: Database) -> list[tuple[str, str]]:
    async with database.read("t") as session:
        found = (await notices.notices_of(session, "olly")).items
        assert {row.template for row in found} <= {UNDELIVERED}
        for row in found:
            text = render(load_template(UNDELIVERED), row.body["values"])
            assert row.body["values"]["code"] in text.subject
    return sorted((row.body["values"]["code"], row.body["values"]["to"]) for row in found)


async def test_nobody_is_left_out_silently(office: Database) -> None:
    """Without a number, an address or an id a message is given up, and operators have a notice of it, each once."""
    for key in ("a", "b"):
        await notice(office, ["bare"], "mail", "sms", "wecom", "dingtalk", key=key)
    await put(office, "send_out", "c", {"name": "code", "to": "sms", "id": "x", "fields": {"text": "to nobody"}})
    await put(office, "send_out", "d", {"name": "code", "to": "wecom", "id": "y", "fields": {"person": "typo"}})
    with running(Told(), chats.wecom) as company:
        access = Access(company.url, "k", "s")
        account = SmsAccount(company.url, "k", "s", "驿站", {"*": ApprovedText("SMS_1", ("title",))})
        post = Post(
            office,
            mailer=Mailer(MailServer("127.0.0.1", 1, "none", "ws@ws.example")),
            sms=AliyunSms(account, Reach()),
            account=account,
            chats=[WeComChat(access, AGENT), DingTalkChat(access, AGENT)],
        )
        await all_due(post.carrier("w", QUICK))
    dead = sorted((row.kind, row.error) for row in await rows(office) if row.status == "dead")
    assert dead == [
        ("dingtalk", "dingtalk.no_id"), ("dingtalk", "dingtalk.no_id"), ("mail", "mail.no_address"),
        ("mail", "mail.no_address"), ("sms", "sms.no_number"), ("sms", "sms.no_number"), ("sms", "sms.no_number"),
        ("wecom", "wecom.no_id"), ("wecom", "wecom.no_id"), ("wecom", "wecom.no_id"),
    ]  # fmt: skip
    assert await told_operators(office) == [
        ("dingtalk.no_id", "bare"), ("mail.no_address", "bare"), ("sms.no_number", "bare"), ("sms.no_number", "—"),
        ("wecom.no_id", "bare"), ("wecom.no_id", "typo"),
    ]  # fmt: skip


async def test_a_notice_in_the_app_of_the_company(office: Database) -> None:
    """By the id that the contact list has for the person, in his language; a channel that is down is tried again."""
    await notice(office, ["wang", "lee"], "wecom")
    with running(Told(people={"wx-wang"}), chats.wecom) as company:
        carrier = Post(office, chats=[WeComChat(Access(company.url, KEY, SECRET), AGENT)]).carrier("w", QUICK)
        company.troubles["/cgi-bin/message/send"] = [502]
        await all_due(carrier)
        assert [row.error for row in await rows(office) if row.kind == "wecom" and row.status == "waiting"] == [
            "wecom.unavailable"
        ]
        await later(office, carrier, times=1)
    assert [(to, text.splitlines()[0]) for to, text in company.sent] == [("wx-wang", "催办：报修 7 号")]
    assert kinds(await rows(office), "status", "error")[1:] == [("wecom", "dead", "wecom.no_id"), ("wecom", "done", "")]


async def test_short_messages(office: Database) -> None:
    """With the parameters that the approved text has; not to who takes none; a template without a text is given up."""
    async with web(says(body=b'{"Code":"OK","BizId":"1"}')) as there:
        account = SmsAccount(there.url, "k", "s", "驿站", {"urge": ApprovedText("SMS_1", ("title", "by", "none"))})
        sms = AliyunSms(account, Reach(Networks.read("127.0.0.1")))
        carrier = Post(office, sms=sms, account=account).carrier("w", QUICK)
        await notice(office, ["wang", "lee"], "sms")
        await put(
            office, "send_out", "a", {"name": "unknown", "to": "sms", "id": "x", "fields": {"phone": "13900139000"}}
        )
        await all_due(carrier)
    (asked,) = there.asked
    assert "PhoneNumbers=13800138000" in asked.target
    assert "%22by%22%3A%20%22%E7%8E%8B%E4%BA%94%22%2C%20%22none%22%3A%20%22-%22" in asked.target
    found = kinds(await rows(office), "status", "error")
    assert found[-2:] == [("sms", "dead", "sms.no_text"), ("sms", "done", "")]


async def test_old_notices_are_not_sent(office: Database) -> None:
    """A mail about last week helps nobody; it stands in the inbox."""
    await notice(office, ["wang"], "mail", at=NOW - timedelta(days=4))
    async with mail_host() as host:
        await all_due(by_mail(office, host))
    assert (host.taken, kinds(await rows(office), "error")) == ([], [("notice", "too_old")])


@pytest.mark.parametrize(
    ("quiet", "now", "due"),
    [("22:00-08:00", "21:59", "21:59"), ("22:00-08:00", "22:00", "08:00+1"), ("22:00-08:00", "07:59", "08:00"),
     ("22:00-08:00", "08:00", "08:00"), ("12:00-14:00", "13:00", "14:00"), ("12:00-14:00", "14:00", "14:00"),
     ("", "03:00", "03:00")],
)  # fmt: skip
def test_quiet_hours(quiet: str, now: str, due: str) -> None:
    """By the tenant's clock: from their first minute to the one before their end."""
    zone = ZoneInfo("Asia/Shanghai")

    def at(text: str) -> datetime:
        clock, _, days = text.partition("+")
        hour, minute = map(int, clock.split(":"))
        return datetime(2026, 5, 12, hour, minute, tzinfo=zone) + timedelta(days=int(days or 0))

    assert not_before(quiet, at(now).astimezone(UTC), "Asia/Shanghai") == at(due)


def test_pauses_grow_and_end() -> None:
    """Ten seconds, twenty, … an hour; after fourteen tries it is over."""
    pause: Callable[[int], float] = Patience().pause
    assert [pause(1), pause(2), pause(9), pause(10), pause(99)] == [10.0, 20.0, 2560.0, 3600.0, 3600.0]
