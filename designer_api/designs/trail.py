"""The trail of a design: who saved, named, published it, rolled its versions out or back, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from designer_api.auth.policy import Caller
from designer_api.deps import Parts
from designer_api.designs import publishing_bodies as bodies
from designer_api.designs.keeping import opened
from waystation.store import audit
from waystation.store.tables.access import AuditRow

#: Action -> its words; braces take values of the row's detail.
_WORDS = {
    "design.create": ("新建了设计稿", "made the design"),
    "design.save": ("保存（第 {revision} 次）", "saved it (no. {revision})"),
    "design.scenario": ("保存了场景「{scenario}」", "saved the scenario “{scenario}”"),
    "design.version": ("命名为「{name}」", "called it “{name}”"),
    "design.restore": (
        "恢复到之前的内容（第 {revision} 次保存）",
        "went back to an earlier state (save no. {revision})",
    ),
    "design.publish": ("发布了 v{version}", "published v{version}"),
    "design.rights": ("修改了权限", "changed the rights"),
    "design.delete": ("删除了设计稿", "deleted the design"),
    "rollout.begin": ("开始灰度 v{version}（{percent}%）", "began to roll out v{version} ({percent}%)"),
    "rollout.change": ("调整 v{version} 的灰度范围（{percent}%）", "changed who gets v{version} ({percent}%)"),
    "rollout.finish": ("全量发布 v{version}", "gave v{version} to everybody"),
    "rollout.back": ("回滚 v{version}", "rolled v{version} back"),
    "version.retire": ("停用 v{version}", "retired v{version}"),
    "version.offer": ("重新启用 v{version}", "offered v{version} again"),
}

_BEGUN = ("开始灰度 v{version}", "began to roll out v{version}")


async def show(held: Parts, caller: Caller, name: str, cursor: str | None, limit: int) -> bodies.Trail:
    """What was done to a design and to the versions of its process, newest first.

    Raises:
        Refused: `not_found`, `bad_cursor`.
    """
    process = (await opened(held, caller, name)).design.facts.process
    async with held.database.read(caller.tenant) as session:
        targets = (f"design/{name}", f"process/{process}")
        page = await audit.records(session, target=targets, cursor=cursor, limit=limit)
    return bodies.Trail(items=[_entry(row) for row in page.items], next=page.next)


def _entry(row: AuditRow) -> bodies.TrailEntry:
    # Of a roll-out that begins with nobody the next line says who gets it.
    empty = row.action == "rollout.begin" and not row.detail.get("percent")
    zh, en = _BEGUN if empty else _WORDS.get(row.action, (row.action, row.action))
    given = _Known(row.detail)
    refused = row.result != "ok"
    reason = str(row.detail.get("reason") or "")
    zh, en = (
        zh.format_map(given) + (f"：{reason}" if reason else ""),
        en.format_map(given) + (f": {reason}" if reason else ""),
    )
    if refused:
        zh, en = f"{zh}，被拒绝（{row.result}）", f"{en}: refused ({row.result})"
    return bodies.TrailEntry(at=row.at, actor=row.actor, action=row.action, result=row.result, zh=zh, en=en)


class _Known(dict[str, Any]):
    """The detail of a row; what an older row does not tell is a question mark."""

    def __init__(self, detail: Mapping[str, Any]) -> None:
        super().__init__({key: value for key, value in detail.items() if value is not None})

    def __missing__(self, key: str) -> str:
        return "?"
