"""The post: notices to people, and what processes send by mail or SMS, from the outbox to the channels.

A notice in the outbox becomes one row a person and channel, so that each is tried, given up and tried again for itself.
The inbox inside the product needs no post. Addresses, preferences and templates are read when something is sent.
Scenarios run without one: nothing leaves them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from activities._journal import SEND_OUT
from activities.notifications.aliyun import AliyunSms, shortened
from activities.notifications.letters import Letter, MailServer, Short, SmsAccount
from activities.notifications.mail import Mailer
from activities.notifications.templates import Rendered, Template, load_template, render
from waystation.carrier import Carrier, Does, Patience
from waystation.contracts.directory import PersonRecord
from waystation.contracts.errors import Refused
from waystation.outside import Outside, Reach
from waystation.settings import Settings
from waystation.store import organisation, outbox, preferences, tenants
from waystation.store.outbox import Claimed
from waystation.store.preferences import Preferences
from waystation.store.session import Database, TenantSession

NOTICE, MAIL, SMS = "notice", "mail", "sms"
#: What people may see of the post and have tried again.
KINDS = (NOTICE, MAIL, SMS, SEND_OUT)
#: A notice that could not be handed on for so long is history; it stays in the inbox.
_STALE = timedelta(days=3)
_CHANNELS = {"mail": MAIL, "email": MAIL, "sms": SMS}
_LOCALES = ("zh", "en")

_log = structlog.get_logger(__name__)


class Post:
    """Hands out notices and sends mail and SMS.

    Args:
        mailer, sms: the channels that are set up; what is meant for others is not sent.
    """

    def __init__(
        self, database: Database, *, mailer: Mailer | None = None, sms: AliyunSms | None = None,
        account: SmsAccount | None = None,
    ) -> None:  # fmt: skip
        self._database = database
        self._mailer, self._sms, self._account = mailer, sms, account
        self.does: dict[str, Does] = {
            NOTICE: self._hand_out, MAIL: self._mail, SMS: self._short, SEND_OUT: self._send_out,
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
        )

    def carrier(self, worker: str, patience: Patience | None = None) -> Carrier:
        """A carrier for the post. Nothing of it has an order; a conversation with a mail server may take minutes."""
        lease = timedelta(minutes=5)
        patience = patience or Patience()
        return Carrier(self._database, self.does, worker, _alone, patience=patience, batch=20, lease=lease)

    @property
    def channels(self) -> set[str]:
        """Those that are set up."""
        return {*([MAIL] if self._mailer else []), *([SMS] if self._sms else [])}

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
            return "not_set_up"
        fields = item.body.get("fields") or {}
        body = {"message": item.body["name"], "fields": fields, "person": str(fields.get("person") or "")}

        async def work(session: TenantSession) -> None:
            _ = await outbox.put(session, channel, item.id, body, at=datetime.now(UTC), case_id=item.case_id)

        await self._database.transact(item.tenant, work)
        return True

    # --------------------------------------------------------------------------------------------- channels
    async def _mail(self, item: Claimed) -> bool | str:
        if self._mailer is None:
            return "not_set_up"
        record, said = await self._receiver(item)
        fields = item.body.get("fields") or {}
        address = record.email if record is not None else str(fields.get("address") or "")
        if not address:
            return "no_address"
        text = _text(item.body, said)
        await self._mailer.send(Letter(item.id, address, text.subject, text.body))
        return True

    async def _short(self, item: Claimed) -> bool | str:
        if self._sms is None or self._account is None:
            return "not_set_up"
        record, said = await self._receiver(item)
        fields = item.body.get("fields") or {}
        phone = record.phone if record is not None else str(fields.get("phone") or "")
        if not phone:
            return "no_address"
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

    async def _receiver(self, item: Claimed) -> tuple[PersonRecord | None, Preferences]:
        """Who gets it, as he is now; somebody who has left gets nothing."""
        person = str(item.body.get("person") or "")
        if not person:
            return None, preferences.DEFAULT
        async with self._database.read(item.tenant) as session:
            stored = await organisation.person(session, person)
            said = await preferences.preferences_of(session, person)
        if stored is None or not stored.record.active:
            return PersonRecord(person), said
        return stored.record, said


def check_settings(settings: Settings) -> None:
    """Refuse settings of the way out that a worker could not start with.

    Raises:
        Refused: `bad_setting`.
    """
    _ = Outside.of(settings), MailServer.of(settings), SmsAccount.of(settings)


def _alone(item: Claimed) -> str:
    return item.id


def _taken(said: Preferences) -> set[str]:
    return {*([MAIL] if said.mail else []), *([SMS] if said.sms else [])}


def _text(body: dict[str, Any], said: Preferences) -> Rendered:
    """Subject and body: of the template, or what the process wrote itself."""
    if "template" not in body:
        fields = body.get("fields") or {}
        subject = str(fields.get("subject") or fields.get("title") or body["message"])
        return Rendered(subject=subject[:200], body=str(fields.get("text") or ""))
    values = {name: _in(said.locale, value) for name, value in (body.get("values") or {}).items()}
    template: Template = load_template(str(body["template"]))
    return render(template, values, locale=said.locale)


def _in(locale: str, value: Any) -> Any:
    """A text in several languages as the one that is wanted."""
    if isinstance(value, dict) and value and set(value) <= set(_LOCALES):
        return value.get(locale) or next(iter(value.values()))
    return value


def _scalars(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not isinstance(value, dict | list) and value is not None}
