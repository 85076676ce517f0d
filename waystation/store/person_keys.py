"""The keys of people: made, found, opened and destroyed. Three layers, so that each can be destroyed on its own.

A master key of the ring wraps the key of a person, which wraps a key for each case that holds data of him. Erasing a
person destroys his key; a case whose time is over loses its own. What was sealed stays where it stands, unreadable.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, select

from waystation.contracts.errors import Unavailable
from waystation.sealing.personal import FOUND_BY, normal
from waystation.sealing.ring import SIZE, KeyRing
from waystation.store.ids import new_id
from waystation.store.inserts import insert_if_new
from waystation.store.session import Conflict, TenantSession
from waystation.store.tables.personal import PersonKeyRow, SealedCaseRow

#: The row that holds the key of the tenant's index.
INDEX = "index"
_NONCE = 12
#: Keys that are looked for in one statement.
_AT_ONCE = 200


@dataclass(slots=True)
class CaseKey:
    """A key of a case, as it is bound. `secret` is None where it was destroyed, or there is no ring."""

    number: int
    slot: str
    person: str
    subject: str
    secret: bytes | None


def wrap(ring: KeyRing, tenant: str, name: str, secret: bytes) -> str:
    """A key as it is kept: sealed with the ring's first key, whose id stands before it."""
    sealed = _sealed(ring.key(ring.current, "person", tenant), secret, name)
    return f"{ring.current}.{sealed}"


def unwrap(ring: KeyRing, tenant: str, name: str, kept: str) -> bytes:
    """A key that was kept.

    Raises:
        Unavailable: `key_missing`.
    """
    key_id, _, sealed = kept.partition(".")
    return _opened(ring.key(key_id, "person", tenant), sealed, name)


async def index_key(session: TenantSession, ring: KeyRing) -> bytes:
    """The key of the tenant's index, made when it is first asked for. It stays the same when master keys change."""
    known = await known_index_key(session, ring)
    if known is None:
        fresh = wrap(ring, session.tenant, INDEX, os.urandom(SIZE))
        _ = await insert_if_new(session, PersonKeyRow, key=INDEX, subject="", wrapped=fresh, **_new())
        known = await known_index_key(session, ring)
    if known is None:  # made by a transaction that this one cannot see yet
        raise Conflict("somebody else makes the key of the index")
    return known


async def known_index_key(session: TenantSession, ring: KeyRing) -> bytes | None:
    """The key of the tenant's index; None before anything was sealed there."""
    kept = await session.scalar(select(PersonKeyRow.wrapped).where(PersonKeyRow.key == INDEX))
    return None if kept is None else unwrap(ring, session.tenant, INDEX, kept)


def term_of(key: bytes, kind: str, value: object) -> str:
    """What stands in the index for a value of a kind; the same for every way to spell it."""
    return hmac.new(key, f"{kind}\0{normal(kind, value)}".encode(), sha256).hexdigest()


def is_found_by(kind: str, value: object) -> bool:
    """Whether people are found by such a value."""
    return kind in FOUND_BY and isinstance(value, str | int) and not isinstance(value, bool) and bool(str(value))


async def of_case(session: TenantSession, case_id: str) -> list[CaseKey]:
    """All keys of a case, in order."""
    query = (
        select(SealedCaseRow, PersonKeyRow)
        .where(SealedCaseRow.case_id == case_id, PersonKeyRow.key == SealedCaseRow.key)
        .order_by(SealedCaseRow.number)
    )
    return [_case_key(session, case, person) for case, person in (await session.execute(query)).all()]


async def opened(session: TenantSession, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    """The keys of these cases and numbers, as far as they still exist."""
    left, found = set(wanted), dict[tuple[str, int], bytes]()
    if session.ring is None:
        return found
    cases = sorted({case for case, _ in left})
    for start in range(0, len(cases), _AT_ONCE):
        query = select(SealedCaseRow, PersonKeyRow).where(
            SealedCaseRow.case_id.in_(cases[start : start + _AT_ONCE]), PersonKeyRow.key == SealedCaseRow.key
        )
        for case, person in (await session.execute(query)).all():
            secret = _case_key(session, case, person).secret
            if secret is not None and (case.case_id, case.number) in left:
                found[case.case_id, case.number] = secret
    return found


async def bind(session: TenantSession, ring: KeyRing, case_id: str, slot: str, subject: str) -> CaseKey:
    """A new key of a case for data of a person; a person without a key gets one.

    Args:
        subject: who it is, as `term_of` says; empty: only this case knows.
    """
    person, secret = await _person(session, ring, subject)
    last = await session.scalar(select(func.max(SealedCaseRow.number)).where(SealedCaseRow.case_id == case_id))
    number, own = int(last or 0) + 1, os.urandom(SIZE)
    fresh = await insert_if_new(
        session, SealedCaseRow, case_id=case_id, number=number, slot=slot, key=person,
        wrapped=_sealed(secret, own, f"{case_id}/{number}"), since=datetime.now(UTC),
    )  # fmt: skip
    if not fresh:
        raise Conflict(f"somebody else seals in case {case_id}")
    return CaseKey(number, slot, person, subject, own)


async def _person(session: TenantSession, ring: KeyRing, subject: str) -> tuple[str, bytes]:
    """Name and key of a person."""
    query = select(PersonKeyRow).where(PersonKeyRow.subject == subject, PersonKeyRow.wrapped.is_not(None))
    row = (await session.scalars(query.order_by(PersonKeyRow.key).limit(1))).first() if subject else None
    if row is not None and row.wrapped is not None:
        return row.key, unwrap(ring, session.tenant, row.key, row.wrapped)
    name, secret = new_id(), os.urandom(SIZE)
    kept = wrap(ring, session.tenant, name, secret)
    _ = await insert_if_new(session, PersonKeyRow, key=name, subject=subject, wrapped=kept, **_new())
    return name, secret


async def rewrap(session: TenantSession, ring: KeyRing, *, limit: int = 500) -> int:
    """Wrap keys of people by the ring's first key that an older one has wrapped; how many there were."""
    first = f"{ring.current}."
    query = select(PersonKeyRow).where(
        PersonKeyRow.wrapped.is_not(None), PersonKeyRow.wrapped.not_like(f"{first.replace('_', '/_')}%", escape="/")
    )
    rows: Sequence[PersonKeyRow] = (await session.scalars(query.limit(limit).with_for_update())).all()
    for row in rows:
        row.wrapped = wrap(ring, session.tenant, row.key, unwrap(ring, session.tenant, row.key, row.wrapped or ""))
    await session.flush()
    return len(rows)


def _case_key(session: TenantSession, case: SealedCaseRow, person: PersonKeyRow) -> CaseKey:
    secret = None
    if session.ring is not None and case.wrapped is not None and person.wrapped is not None:
        holder = unwrap(session.ring, session.tenant, person.key, person.wrapped)
        secret = _opened(holder, case.wrapped, f"{case.case_id}/{case.number}")
    return CaseKey(case.number, case.slot, person.key, person.subject, secret)


def _new() -> dict[str, object]:
    return {"created_at": datetime.now(UTC), "erased_at": None, "erased_by": ""}


def _sealed(key: bytes, secret: bytes, name: str) -> str:
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, secret, name.encode())).decode()


def _opened(key: bytes, sealed: str, name: str) -> bytes:
    try:
        kept = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(kept[:_NONCE], kept[_NONCE:], name.encode())
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise Unavailable("not_openable", f"the key {name} was changed", f"密钥 {name} 已被改动") from error
