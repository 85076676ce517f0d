"""How to reach people who work here: sealed for the tenant, beside a record that no longer says it.

Names stay readable, because lists are searched and sorted by them. Nobody is looked up by mail or telephone in the
database: who does, reads everybody.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import or_, select

from waystation.contracts.directory import PersonRecord
from waystation.sealing.ring import KeyRing
from waystation.store import tenant_seal
from waystation.store.session import TenantSession
from waystation.store.tables.people import PersonRow

_FIELDS = ("email", "phone")


def parted(session: TenantSession, record: PersonRecord) -> tuple[PersonRecord, Any]:
    """A record as it is kept, and what is kept sealed beside it; None where there is nothing to seal, or no keys."""
    held = _held(record)
    if not held or session.ring is None:
        return record, None
    return without(record), tenant_seal.sealed(session, held)


def joined(session: TenantSession, record: PersonRecord, contact: Any) -> PersonRecord:
    """The whole record. What stands in it in the clear was written later, by a process without keys.

    Raises:
        Unavailable: `key_missing`.
    """
    if contact is None:
        return record
    return msgspec.structs.replace(record, **(tenant_seal.opened(session, contact) | _held(record)))


def without(record: PersonRecord) -> PersonRecord:
    """The record of somebody who cannot be reached."""
    return msgspec.structs.replace(record, **dict.fromkeys(_FIELDS, ""))


async def seal_all(session: TenantSession) -> int:
    """Seal what still stands in the clear; of how many people."""
    if session.ring is None:
        return 0
    told = or_(*(PersonRow.record.contains(f'"{name}":', autoescape=True) for name in _FIELDS))
    done = 0
    for row in (await session.scalars(select(PersonRow).where(told).with_for_update())).all():
        record = msgspec.json.decode(row.record, type=PersonRecord)
        if _held(record):
            bare, row.contact = parted(session, joined(session, record, row.contact))
            row.record = msgspec.json.encode(bare).decode()
            done += 1
    await session.flush()
    return done


async def rewrap(session: TenantSession, ring: KeyRing) -> int:
    """Seal again what an older master key has sealed; of how many people."""
    done = 0
    for row in (await session.scalars(select(PersonRow).where(PersonRow.contact.is_not(None)).with_for_update())).all():
        if tenant_seal.key_id(row.contact) != ring.current:
            row.contact = tenant_seal.sealed(session, tenant_seal.opened(session, row.contact))
            done += 1
    await session.flush()
    return done


def _held(record: PersonRecord) -> dict[str, str]:
    return {name: value for name in _FIELDS if (value := getattr(record, name))}
