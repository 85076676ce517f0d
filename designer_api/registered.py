"""What a tenant registers to talk with others, webhooks and hooks: listed, shown and changed alike, and audited."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, Protocol, TypeVar

from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from waystation.contracts.errors import Refused
from waystation.outside.signing import new_secret
from waystation.store import audit, kept_secrets
from waystation.store.session import TenantSession

_Row = TypeVar("_Row")
_View = TypeVar("_View")
_Answer = TypeVar("_Answer")


class _Rows(Protocol[_Row]):
    """Where they are kept."""

    async def find(self, session: TenantSession, id: str, /, *, locked: bool = False) -> _Row | None: ...  # noqa: A002

    async def everyone(self, session: TenantSession, /) -> list[_Row]: ...


@dataclass(frozen=True, slots=True)
class Register(Generic[_Row, _View]):
    """All of one kind.

    Args:
        kind, zh: what one is called.
        view: a row as it is answered.
        told: what a change says of a row in the audit log.
    """

    kind: str
    zh: str
    rows: _Rows[_Row]
    view: Callable[[_Row], _View]
    told: Callable[[_Row], dict[str, Any] | None] = lambda _: None

    async def listed(self, held: Parts, caller: Caller) -> list[_View]:
        async with held.database.read(caller.tenant) as session:
            return [self.view(row) for row in await self.rows.everyone(session)]

    async def shown(self, held: Parts, caller: Caller, name: str) -> _View:
        """One of them.

        Raises:
            Refused: `not_found`.
        """
        async with held.database.read(caller.tenant) as session:
            return self.view(self.there(await self.rows.find(session, name)))

    async def changing(
        self,
        held: Parts,
        caller: Caller,
        name: str,
        verb: str,
        change: Callable[[TenantSession, _Row], Awaitable[_Answer]],
    ) -> _Answer:
        """A change of one of them, noted in the audit log as `<kind>.<verb>`.

        Raises:
            Refused: `not_found`, and what the change refuses.
        """

        async def work(session: TenantSession) -> _Answer:
            row = self.there(await self.rows.find(session, name, locked=True))
            answer = await change(session, row)
            action, target = f"{self.kind}.{verb}", f"{self.kind}/{name}"
            await audit.record(session, caller.person, action, at=now(), target=target, detail=self.told(row))
            return answer

        return await held.database.transact(caller.tenant, work)

    async def rotated(self, held: Parts, caller: Caller, name: str, *, hours: int) -> str:
        """A new secret; for so many hours the one before counts too."""
        secret, until = new_secret(), now() + timedelta(hours=hours)

        async def work(session: TenantSession, row: Any) -> str:
            row.secrets = kept_secrets.keep(session, row.id, secret, row.secrets, until)
            return secret

        return await self.changing(held, caller, name, "rotate", work)

    def there(self, row: _Row | None) -> _Row:
        """Raise `not_found` for one that is not there."""
        if row is None:
            raise Refused("not_found", f"there is no such {self.kind}", f"没有该{self.zh}")
        return row
