"""The organisation by version, and who may log in with what. Secrets come here hashed; hashing is the caller's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import CursorResult, bindparam, delete, func, select, update

from waystation.contracts.errors import Refused
from waystation.contracts.people import Organisation
from waystation.store import organisation as rows
from waystation.store.inserts import insert_if_new
from waystation.store.prepared import prepared
from waystation.store.session import Conflict, TenantSession
from waystation.store.tables.access import OrganisationRow, TokenRow, UserRow

#: Versions of an organisation that are kept; each holds all of it.
KEPT = 50

_VERSION = select(OrganisationRow.version, OrganisationRow.saved_at)
_NEWEST = prepared(_VERSION.order_by(OrganisationRow.version.desc()).limit(1))
_NUMBERED = prepared(_VERSION.where(OrganisationRow.version == bindparam("version")))
_BEARER = (
    select(TokenRow, UserRow.disabled_at)
    .outerjoin(UserRow, (UserRow.tenant == TokenRow.tenant) & (UserRow.person == TokenRow.person))
    .where(TokenRow.digest == bindparam("digest"), TokenRow.revoked_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a valid token stands for."""

    tenant: str
    person: str
    kind: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    used_at: datetime | None = None


async def save_organisation(session: TenantSession, organisation: Organisation, *, by: str, at: datetime) -> int:
    """Make this the whole organisation, whoever was in it before; returns the number of its version.

    Raises:
        Conflict: somebody else saves right now.
    """
    latest = await latest_version(session)
    if await _text_of(session, latest) == msgspec.json.encode(organisation).decode():
        return latest
    await rows.write_all(session, organisation, by=by, at=at)
    return await save_version(session, organisation, latest, by=by, at=at)


async def save_version(
    session: TenantSession, organisation: Organisation, latest: int, *, by: str, at: datetime
) -> int:
    """Keep a new version of the organisation; an unchanged one keeps its number. Only the newest `KEPT` are kept.

    Args:
        latest: the newest version when this transaction began to read: what somebody else has saved since is not in
            this organisation, and would be lost.
    Raises:
        Conflict: somebody else has saved meanwhile.
    """
    text = msgspec.json.encode(organisation).decode()
    if await _text_of(session, latest) == text:
        return latest
    session.changes("organisation")
    made = await insert_if_new(
        session, OrganisationRow, version=latest + 1, organisation=text, saved_at=at, saved_by=by
    )
    if not made:
        raise Conflict(f"version {latest + 1} of the organisation has just been saved by somebody else")
    await session.execute(delete(OrganisationRow).where(OrganisationRow.version <= latest + 1 - KEPT))
    return latest + 1


async def _text_of(session: TenantSession, version: int) -> str | None:
    return await session.scalar(select(OrganisationRow.organisation).where(OrganisationRow.version == version))


async def latest_version(session: TenantSession) -> int:
    """The number of the newest version; 0 where there is none."""
    return await session.scalar(select(func.max(OrganisationRow.version))) or 0


async def organisation(session: TenantSession, version: int | None = None) -> Organisation:
    """A version of the organisation, by default the newest; an empty one where there is none. Not to be changed."""
    if version is None:
        found = (await session.execute(_NEWEST)).one_or_none()
    else:
        found = (await session.execute(_NUMBERED, {"version": version})).one_or_none()
    if found is None:
        return Organisation()
    name = ("organisation", session.tenant, found.version, found.saved_at)
    known: Organisation | None = session.kept.get(name)
    if known is None:
        known = msgspec.json.decode(await _text_of(session, found.version) or "{}", type=Organisation)
        session.keep(name, known)
    return known


async def save_user(session: TenantSession, person: str, login: str, password_hash: str, *, at: datetime) -> None:
    """Let a person log in, or change how.

    Raises:
        Refused: `login_in_use`.
    """
    holder = await user_by_login(session, login)
    if holder is not None and holder.person != person:
        raise Refused("login_in_use", f"the login {login} belongs to somebody else", f"登录名 {login} 已被占用")
    fresh = {"login": login, "password_hash": password_hash}
    if not await insert_if_new(session, UserRow, person=person, created_at=at, disabled_at=None, **fresh):
        await session.execute(update(UserRow).where(UserRow.person == person).values(**fresh))


async def user_by_login(session: TenantSession, login: str) -> UserRow | None:
    return (await session.scalars(select(UserRow).where(UserRow.login == login))).one_or_none()


async def user(session: TenantSession, person: str) -> UserRow | None:
    return await session.get(UserRow, (session.tenant, person))


async def disable_user(session: TenantSession, person: str, *, at: datetime) -> None:
    """Let a person in no more: no login, and every token of his ends."""
    await session.execute(update(UserRow).where(UserRow.person == person).values(disabled_at=at))
    await revoke_all(session, person, at=at)


async def enable_user(session: TenantSession, person: str) -> None:
    await session.execute(update(UserRow).where(UserRow.person == person).values(disabled_at=None))


async def add_token(
    session: TenantSession,
    digest: str,
    person: str,
    *,
    kind: str,
    at: datetime,
    expires_at: datetime | None = None,
    scopes: tuple[str, ...] = (),
    label: str = "",
) -> None:
    """Keep a token by the SHA-256 (hex) of its secret."""
    session.add(
        TokenRow(
            digest=digest,
            person=person,
            kind=kind,
            label=label,
            scopes=list(scopes),
            created_at=at,
            expires_at=expires_at,
            used_at=None,
            revoked_at=None,
        )
    )
    await session.flush()


async def bearer(session: TenantSession, digest: str, *, at: datetime) -> Bearer | None:
    """Who a token stands for now; None when it is unknown, revoked, expired or its person disabled.

    Before the tenant is known the session is of `EVERY_TENANT`: the digest of a secret is unique over all of them.
    """
    for row, disabled_at in await session.execute(_BEARER, {"digest": digest}):
        if disabled_at is None and (row.expires_at is None or row.expires_at > at):
            return Bearer(row.tenant, row.person, row.kind, tuple(row.scopes), row.expires_at, row.used_at)
    return None


async def tokens_of(session: TenantSession, person: str) -> list[TokenRow]:
    """A person's tokens, newest first; also those that are over."""
    query = select(TokenRow).where(TokenRow.person == person)
    return list(await session.scalars(query.order_by(TokenRow.created_at.desc(), TokenRow.digest)))


async def token_used(session: TenantSession, digest: str, *, at: datetime) -> None:
    """Note when a token was used last."""
    await session.execute(update(TokenRow).where(TokenRow.digest == digest).values(used_at=at))


async def revoke(session: TenantSession, digest: str, *, at: datetime) -> bool:
    """End a token. False when it had ended or is unknown."""
    result = await session.execute(
        update(TokenRow).where(TokenRow.digest == digest, TokenRow.revoked_at.is_(None)).values(revoked_at=at)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


async def revoke_all(session: TenantSession, person: str, *, at: datetime, but: str = "") -> int:
    """End every token of a person, but for the one with this digest; returns how many."""
    result = await session.execute(
        update(TokenRow)
        .where(TokenRow.person == person, TokenRow.revoked_at.is_(None), TokenRow.digest != but)
        .values(revoked_at=at)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount
