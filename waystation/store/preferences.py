"""How people want to be told. Who has said nothing is told by every channel, and by SMS not at night."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from waystation.contracts.errors import Refused
from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.outside import NoticePreferenceRow

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Preferences:
    """Channels that one takes, hours without SMS (`22:00-08:00`, empty for none), and one's language."""

    mail: bool = True
    sms: bool = True
    quiet: str = "22:00-08:00"
    locale: str = "zh"


DEFAULT = Preferences()


async def preferences_of(session: TenantSession, person: str) -> Preferences:
    """What a person has said, or the default."""
    row = await session.get(NoticePreferenceRow, (session.tenant, person))
    return DEFAULT if row is None else Preferences(row.mail, row.sms, row.quiet, row.locale)


async def prefer(session: TenantSession, person: str, wanted: Preferences, *, at: datetime) -> None:
    """Keep what a person says.

    Raises:
        Refused: `bad_quiet`, the hours are no span.
    """
    if wanted.quiet and span_of(wanted.quiet) is None:
        raise Refused("bad_quiet", "hours are written 22:00-08:00", "时段须写作 22:00-08:00")
    values = {"mail": wanted.mail, "sms": wanted.sms, "quiet": wanted.quiet, "locale": wanted.locale, "changed_at": at}
    await insert_if_new(session, NoticePreferenceRow, person=person, **values)
    query = select(NoticePreferenceRow).where(NoticePreferenceRow.person == person).with_for_update()
    row = (await session.scalars(query.execution_options(populate_existing=True))).one()
    for name, value in values.items():
        setattr(row, name, value)


def span_of(text: str) -> tuple[time, time] | None:
    """A span of the day; None where the text is none, or would never end."""
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    return None if start == end else (start, end)


def not_before(quiet: str, at: datetime, zone: str) -> datetime:
    """When somebody with these quiet hours may be disturbed: now, or when they end."""
    span = span_of(quiet)
    if span is None:
        return at
    here = at.astimezone(ZoneInfo(zone))
    start, end = span
    now = here.time()
    is_quiet = start <= now < end if start < end else now >= start or now < end
    if not is_quiet:
        return at
    ends = here.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return (ends if ends > here else ends + timedelta(days=1)).astimezone(at.tzinfo)
