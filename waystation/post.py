"""The post: notices to people, and what processes send by mail or SMS, from the outbox to the channels.

A notice in the outbox becomes one row a person and channel, so that each is tried, given up and tried again for itself.
The inbox inside the product needs no post. Addresses, preferences and templates are read when something is sent.
Scenarios run without one: nothing leaves them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from activities._journal import SEND_OUT
from activities.notifications.aliyun import AliyunSms, shortened
from activities.notifications.chat import Chat, ChatChannel
from activities.notifications.dingtalk import DingTalkChat
from activities.notifications.letters import ChatApp, Letter, MailServer, Short, SmsAccount
from activities.notifications.mail import Mailer
from activities.notifications.templates import Rendered, Template, load_template, render
from activities.notifications.wecom import WeComChat
from waystation.carrier import Carrier, Does, Patience
from waystation.contracts.directory import PersonRecord
from waystation.contracts.errors import Refused
from waystation.outside import Outside, Reach
from waystation.outside.vendor import Access
from waystation.settings import Settings
from waystation.store import notices, organisation, outbox, people, preferences, tenants
from waystation.store.outbox import Claimed
from waystation.store.preferences import Preferences
from waystation.store.session import Database, TenantSession
from workflows.people.finding import holders

NOTICE, MAIL, SMS, WECOM, DINGTALK = "notice", "mail", "sms", "wecom", "dingtalk"
#: What people may see of the post and have tried again.
KINDS = (NOTICE, MAIL, SMS, WECOM, DINGTALK, SEND_OUT)
#: The notice to operators, and who of them are looked for, the first that there are.
UNDELIVERED, OPERATORS = "undelivered", ("operator", "admin")
#: A notice that could not be handed on for so long is history; it stays in the inbox.
_STALE = timedelta(days=3)
_CHANNELS = {"mail": MAIL, "email": MAIL, "sms": SMS, "wecom": WECOM, "dingtalk": DINGTALK}
#: Codes that concern one person or message, not the channel.
_FOR_ITSELF = (".no_address", ".no_number", ".no_id", ".bad_user", ".bad_number", ".bad_address")

_log = structlog.get_logger(__name__)


class Post:
    """Hands out notices and sends mail and SMS.

    Args:
        mailer, sms, chats: the channels that are set up; what is meant for others is given up, and operators told.
    """

    def __init__(
        self, database: Database, *, mailer: Mailer | None = None, sms: AliyunSms | None = None,
        account: SmsAccount | None = None, chats: Sequence[ChatChannel] = (),
    ) -> None:  # fmt: skip
        self._database = database
        self._chats = {channel.source: channel for channel in chats}
        self._mailer, self._sms, self._account = mailer, sms, account
        self.does: dict[str, Does] = {
            NOTICE: self._hand_out, MAIL: self._mail, SMS: self._short, SEND_OUT: self._send_out,
            WECOM: self._chat, DINGTALK: self._chat,
        }  # fmt: skip

    @classmethod
    def of(cls, database: Database, settings: Settings, reach: Reach) -> Post:
        """The post of this installation.

        Raises:
            Refused: `bad_setting`.
        """
        server, account = MailServer.of(settings), SmsAccount.of(settings)
        return cls(
            database,
            mailer=None if server is None else Mailer(server),
            sms=None if account is None else AliyunSms(account, reach),
            account=account,
            chats=chats_of(settings),
        )

    def carrier(self, worker: str, patience: Patience | None = None) -> Carrier:
        """A carrier for the post. Nothing of it has an order; a conversation with a mail server may take minutes."""
        lease = timedelta(minutes=5)
        patience = patience or Patience()
        return Carrier(
            self._database, self.does, worker, _alone, patience=patience, given_up=undelivered, batch=20, lease=lease
        )

    @property
    def channels(self) -> set[str]:
        """Those that are set up."""
        return {*([MAIL] if self._mailer else []), *([SMS] if self._sms else []), *self._chats}

    # ---------------------------------------------------------------------------------------------- notices
    async def _hand_out(self, item: Claimed) -> bool | str:
        """One row a person and channel; putting them again changes nothing."""
        at = datetime.now(UTC)
        if at - item.created_at > _STALE:
            return "too_old"
        template = load_template(str(item.body["template"]))
        named = item.body.get("channels") or template.channels
        wanted = {_CHANNELS[name] for name in named if name in _CHANNELS} & self.channels
        if not wanted:
            return "inbox_only"
        urgent = template.severity == "urgent" or item.body.get("priority") == 1

        async def work(session: TenantSession) -> None:
            tenant = await tenants.tenant(session)
            zone = tenant.timezone if tenant is not None else "Asia/Shanghai"
            for person in item.body.get("to") or ():
                said = await preferences.preferences_of(session, str(person))
                for channel in sorted(wanted & _taken(said)):
                    quiet = channel == SMS and not urgent
                    due = preferences.not_before(said.quiet, at, zone) if quiet else at
                    await self._put(session, channel, item, str(person), due)

        await self._database.transact(item.tenant, work)
        return True

    async def _put(self, session: TenantSession, channel: str, item: Claimed, person: str, due: datetime) -> None:
        body = {"person": person, "template": item.body["template"], "values": item.body.get("values") or {}}
        _ = await outbox.put(session, channel, f"{item.id}/{person}", body, at=due, case_id=item.case_id)

    async def _send_out(self, item: Claimed) -> bool | str:
        """What a `send` node says to a channel. Other ways out hear of it as the event `message_sent`."""
        channel = _CHANNELS.get(str(item.body["to"]))
        if channel is None:
            return "left_to_webhooks"
        if channel not in self.channels:
            raise _not_set_up(channel)
        fields = item.body.get("fields") or {}
        body = {"message": item.body["name"], "fields": fields, "person": str(fields.get("person") or "")}

        async def work(session: TenantSession) -> None:
            _ = await outbox.put(session, channel, item.id, body, at=datetime.now(UTC), case_id=item.case_id)

        await self._database.transact(item.tenant, work)
        return True

    # --------------------------------------------------------------------------------------------- channels
    async def _mail(self, item: Claimed) -> bool | str:
        if self._mailer is None:
            raise _not_set_up(MAIL)
        record, said = await self._receiver(item)
        if record is not None and not record.active:
            return "has_left"
        fields = item.body.get("fields") or {}
        address = record.email if record is not None else str(fields.get("address") or "")
        if not address:
            raise Refused("mail.no_address", "nobody says to which address", "收件人没有邮箱地址")
        text = _text(item.body, said)
        await self._mailer.send(Letter(item.id, address, text.subject, text.body))
        return True

    async def _short(self, item: Claimed) -> bool | str:
        if self._sms is None or self._account is None:
            raise _not_set_up(SMS)
        record, said = await self._receiver(item)
        if record is not None and not record.active:
            return "has_left"
        fields = item.body.get("fields") or {}
        phone = record.phone if record is not None else str(fields.get("phone") or "")
        if not phone:
            raise Refused("sms.no_number", "nobody says to which number", "收件人没有手机号码")
        name = str(item.body.get("template") or item.body.get("message"))
        approved = self._account.text_for(name)
        if approved is None:
            raise Refused("sms.no_text", f"no approved text for {name}", f"{name} 没有对应的短信模板")
        text = _text(item.body, said)
        known = {"title": text.subject, "text": text.body, **_scalars(item.body.get("values") or fields)}
        params = {one: shortened(known.get(one) or "-") for one in approved.params}
        sent = await self._sms.send(Short(item.id, phone, approved.code, params))
        _log.info("sms_sent", item=item.id, case=item.case_id, vendor_id=sent)
        return True

    async def _chat(self, item: Claimed) -> bool | str:
        """A message in the app of a company, to somebody whose id there is known from its contact list."""
        channel = self._chats.get(item.kind)
        if channel is None:
            raise _not_set_up(item.kind)
        record, said = await self._receiver(item)
        if record is not None and not record.active:
            return "has_left"
        to = record.external.get(channel.source, "") if record is not None else ""
        if not to:
            en, zh = f"the person has no id at {channel.source}", f"收件人没有 {channel.source} 账号"
            raise Refused(f"{channel.source}.no_id", en, zh)
        text = _text(item.body, said)
        sent = await channel.tell(Chat(to, text.subject, text.body, item.created_at))
        _log.info("chat_sent", item=item.id, case=item.case_id, channel=channel.source, vendor_id=sent.id)
        return sent.note or True

    async def _receiver(self, item: Claimed) -> tuple[PersonRecord | None, Preferences]:
        """Who gets it, as he is now; somebody unknown has no address."""
        person = str(item.body.get("person") or "")
        if not person:
            return None, preferences.DEFAULT
        async with self._database.read(item.tenant) as session:
            stored = await organisation.person(session, person)
            said = await preferences.preferences_of(session, person)
        return (stored.record if stored is not None else PersonRecord(person)), said


def check_settings(settings: Settings) -> None:
    """Refuse settings of the way out that a worker could not start with.

    Raises:
        Refused: `bad_setting`.
    """
    _ = Outside.of(settings), MailServer.of(settings), SmsAccount.of(settings), ChatApp.all_of(settings)


def chats_of(settings: Settings) -> list[ChatChannel]:
    """The channels in the apps of a company that are set up.

    Raises:
        Refused: `bad_setting`.
    """
    makes: dict[str, Callable[[Access, int], ChatChannel]] = {WECOM: WeComChat, DINGTALK: DingTalkChat}
    found = ChatApp.all_of(settings)
    return [makes[name](Access(app.url, app.key, app.secret), app.agent) for name, app in found.items()]


async def undelivered(session: TenantSession, item: Claimed, code: str) -> None:
    """Tell operators, or where there are none administrators, that something was given up: once for each person or
    message that has no address, and once a day for each other reason of a channel."""
    at, person = datetime.now(UTC), str(item.body.get("person") or "")
    about = item.body.get("template") or item.body.get("message") or item.body.get("name") or item.kind
    for_itself = code.endswith(_FOR_ITSELF)
    key = f"{item.kind} {code} {(person or item.id) if for_itself else at.date().isoformat()}"
    values = {
        "channel": item.body.get("to") if item.kind == SEND_OUT else item.kind, "code": code, "about": about,
        "to": person or "—", "case": item.case_id or "", "delivery": item.id,
    }  # fmt: skip
    await notices.tell(session, key, await _operators(session), UNDELIVERED, values, priority=2, at=at)


async def _operators(session: TenantSession) -> list[str]:
    known = await people.organisation(session)
    for role in OPERATORS:
        if found := holders(known, role):
            return sorted(found)
    return sorted(known.admins)


def _not_set_up(channel: str) -> Refused:
    return Refused(f"{channel}.not_set_up", f"{channel} is not set up here", f"未配置通道 {channel}")


def _alone(item: Claimed) -> str:
    return item.id


def _taken(said: Preferences) -> set[str]:
    return {*([MAIL] if said.mail else []), *([SMS] if said.sms else []), WECOM, DINGTALK}


def _text(body: dict[str, Any], said: Preferences) -> Rendered:
    """Subject and body: of the template, or what the process wrote itself."""
    if "template" not in body:
        fields = body.get("fields") or {}
        subject = str(fields.get("subject") or fields.get("title") or body["message"])
        return Rendered(subject=subject[:200], body=str(fields.get("text") or ""))
    template: Template = load_template(str(body["template"]))
    return render(template, body.get("values") or {}, locale=said.locale)


def _scalars(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not isinstance(value, dict | list) and value is not None}
