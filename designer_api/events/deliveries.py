"""Webhooks at work: what is new in the feed is handed on, and each event is brought to each webhook.

Events of one case come to one webhook in the order of its journal: an event waits until those before it have been
taken or given up. Cases are told beside each other. An event is written when it is sent, by the rights that the
webhook's owner has then, and signed with the secrets that count then. Run by workers, beside the cases.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import orjson
import structlog

from designer_api.auth import veil
from designer_api.auth.entrance import caller_for
from designer_api.events.cloud_events import MEDIA_TYPE, event_id, event_of
from designer_api.opening import opened_for
from designer_api.views import sees
from waystation.carrier import Carrier, NotYet, Patience
from waystation.contracts.errors import Refused, Unavailable, WaystationError
from waystation.outside import Answer, Call, Reach
from waystation.outside.signing import headers
from waystation.store import cases, feed, kept_secrets, outbox, webhooks
from waystation.store.outbox import Claimed
from waystation.store.session import EVERY_TENANT, Database, TenantSession
from waystation.store.tables.outside import WebhookRow
from workflows.plans import PLANS, Plans

#: Seconds between looks whether something is new.
IDLE = 0.5
#: Seconds that one call may take, and bytes of its answer, which nobody reads.
_PATIENCE, _MOST = 15.0, 64 * 1024
#: What waits about one case at most looked at to find which is first.
_LOOKED_AT = 200
#: Seconds until what must wait is looked at again: for its turn, for a webhook that is switched off.
_TURN, _OFF = 2.0, 600.0

_log = structlog.get_logger(__name__)


class Webhooks:
    """The webhooks of all tenants.

    Args:
        worker: a name that tells this process from others.
    """

    def __init__(
        self, database: Database, reach: Reach, worker: str, *, plans: Plans = PLANS, patience: Patience | None = None,
        idle: float = IDLE,
    ) -> None:  # fmt: skip
        self._database, self._reach, self._plans, self._idle = database, reach, plans, idle
        self.carrier = Carrier(
            database, {webhooks.KIND: self._bring}, worker, lambda item: (item.tenant, item.target, item.case_id),
            patience=patience or Patience(), batch=32, lease=timedelta(minutes=3),
        )  # fmt: skip

    async def run(self) -> None:
        """Hand on and bring, for ever; ends when its task is cancelled."""
        bringing = asyncio.create_task(self.carrier.run())
        try:
            while True:
                try:
                    await self.hand_on()
                except Unavailable as error:
                    _log.warning("webhooks_paused", code=error.code)
                await asyncio.sleep(self._idle)
        finally:
            bringing.cancel()
            await asyncio.gather(bringing, return_exceptions=True)

    async def hand_on(self) -> None:
        """Put what is new in the feed of each tenant before its webhooks."""
        async with self._database.read(EVERY_TENANT) as session:
            told = await webhooks.tenants_told(session)
        for tenant in told:
            await feed.number_new(self._database, tenant)
            async with self._database.read(tenant) as session:
                end = (await feed.end(session)).number
                behind = [row.id for row in await webhooks.everyone(session) if row.active and row.position < end]
            for webhook in behind:
                while await self._database.transact(tenant, partial(_hand_on, webhook)):
                    pass
        if told:
            self.carrier.wake()

    # ---------------------------------------------------------------------------------------------- bringing
    async def _bring(self, item: Claimed) -> bool | str:
        """One event to one webhook."""
        at = datetime.now(UTC)
        async with self._database.read(item.tenant) as session:
            row = await webhooks.find(session, item.target)
            if row is None:
                return "not_subscribed"
            await self._check_turn(session, row, item, at)
        found = await self._written(item, row, at)
        if isinstance(found, str):
            return found
        await self._send(item, row, *found, at)
        return True

    async def _check_turn(self, session: TenantSession, row: WebhookRow, item: Claimed, at: datetime) -> None:
        if not row.active:
            raise NotYet("webhook.switched_off", _OFF)
        if row.resting_until is not None and row.resting_until > at:
            raise NotYet("webhook.resting", (row.resting_until - at).total_seconds())
        waiting = await outbox.waiting_bodies(session, webhooks.KIND, row.id, item.case_id, _LOOKED_AT)
        first = webhooks.first_waiting(waiting)
        if first is not None and first < (int(item.body["number"]), int(item.body["seq"])):
            raise NotYet("webhook.in_order", _TURN)

    async def _written(self, item: Claimed, row: WebhookRow, at: datetime) -> tuple[str, bytes, list[str]] | str:
        """Id and text of the event and the secrets that count; or why there is nothing to tell.

        Raises:
            Refused: `webhook.owner_gone`.
        """
        try:
            owner = await caller_for(self._database, item.tenant, row.person, at)
        except Refused:
            raise Refused("webhook.owner_gone", "its owner has left", "回调的所有者已离开") from None
        veil.look_through(owner.rules.rights(owner.roles))
        async with self._database.read(item.tenant) as session:
            case = await cases.case(session, str(item.case_id))
            entry = await feed.entry(session, str(item.case_id), int(item.body["seq"]))
            if case is None or entry is None:
                return "taken_back"
            if not await sees(self._plans, session, owner, case):
                return "not_visible"
            event = event_of(item.tenant, case, entry)
            secrets = kept_secrets.valid(session, row.id, row.secrets, at)
        told = await opened_for(self._database, owner, event.model_dump(mode="json"), f"webhook {row.id}")
        return event_id(entry), orjson.dumps(told), secrets

    async def _send(
        self, item: Claimed, row: WebhookRow, event: str, body: bytes, secrets: list[str], at: datetime
    ) -> None:
        signed = headers(secrets, event, at, body)
        call = Call("POST", row.url, {"content-type": MEDIA_TYPE, **signed}, body, _PATIENCE, _MOST)
        try:
            answer = await self._reach.call(call)
        except Refused as refused:
            if refused.code != "http.too_large":  # whatever it said, it has answered
                raise
            answer = Answer(200, (), b"")
        except WaystationError:
            await self._note(item, well=False)
            raise
        await self._judge(item, answer)

    async def _judge(self, item: Claimed, answer: Answer) -> None:
        if 200 <= answer.status < 300:
            await self._note(item, well=True)
            return
        if answer.status == 410:
            at = datetime.now(UTC)
            await self._database.transact(item.tenant, lambda session: webhooks.switch_off(session, item.target, at=at))
            raise Refused("webhook.gone", "the other side wants no more", "对方不再接收")
        if answer.status >= 500 or answer.status == 429:
            await self._note(item, well=False)
        en, zh = f"the other side answers {answer.status}", f"对方返回 {answer.status}"
        raise Unavailable(f"webhook.status_{answer.status}", en, zh)

    async def _note(self, item: Claimed, *, well: bool) -> None:
        at = datetime.now(UTC)
        await self._database.transact(
            item.tenant, lambda session: webhooks.went(session, item.target, well=well, at=at)
        )


async def _hand_on(webhook: str, session: TenantSession) -> bool:
    return await webhooks.hand_on(session, webhook, at=datetime.now(UTC))
