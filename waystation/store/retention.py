"""How long cases keep personal data: a tenant's rules, and carrying them out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from waystation.store import audit, definitions, erasing, personal_reads, tenants
from waystation.store.session import TenantSession

#: The name of the tenant's setting.
SETTING = "privacy.retention"
#: In a rule: every process that has none of its own.
EVERY = "*"

Days = Annotated[int, Field(ge=1, le=36_500)]


class KeepRule(BaseModel):
    """So many days after its end, a case of this process loses what is personal in it. `*`: all other processes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    process: Annotated[str, Field(min_length=1, max_length=100)]
    days: Days


class Retention(BaseModel):
    """All rules. Without a rule, personal data stay until somebody erases them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    keep: Annotated[tuple[KeepRule, ...], Field(max_length=500)] = ()
    reads: Days = Field(default=1095, description="Days that the log of reads is kept. 访问日志保留天数")


def read_retention(kept: Any) -> Retention:
    """The rules from a tenant's setting; None is none."""
    return Retention() if kept is None else Retention.model_validate(kept)


async def carry_out(session: TenantSession, at: datetime) -> bool:
    """One round of letting old data go; whether there may be more."""
    rules = read_retention(await tenants.setting(session, SETTING))
    _ = await personal_reads.forget(session, at - timedelta(days=rules.reads))
    named = {rule.process: rule.days for rule in rules.keep}
    every = named.pop(EVERY, None)
    if every is not None:
        named |= {process: every for process in await definitions.process_ids(session) if process not in named}
    let_go = 0
    for process, days in sorted(named.items()):
        count = await erasing.let_go(session, process, at - timedelta(days=days))
        if count:
            detail = {"process": process, "cases": count, "days": days}
            await audit.record(session, "", "cases.let_go", at=at, target=f"process/{process}", detail=detail)
        let_go += count
    return let_go > 0
