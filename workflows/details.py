"""What Temporal's own page says about a case, for those who run the business: zh and en, a few lines of Markdown."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from waystation.contracts.plan import Text
from workflows.machine import CaseState, Program
from workflows.machine.state import Activation
from workflows.panel import answerers

#: Lines of one kind, at most: the page is a glance, not a report.
MOST = 12

_PHASES = {
    "acting": ("正在执行", "running"),
    "waiting": ("等待", "waiting"),
    "open": ("等待", "waiting"),
    "lock": ("等待占用", "waiting for a lock"),
    "closed": ("暂不可处理", "not offered now"),
    "resolving": ("查找处理人", "finding people"),
    "undoing": ("撤销中", "undoing"),
}
_STATUSES = {
    "running": ("进行中", "running"),
    "suspended": ("已挂起", "suspended"),
    "ended": ("已结束", "ended"),
}


def details(program: Program, state: CaseState) -> str:
    """The state of a case in a few lines."""
    zh, en = _STATUSES[state.status]
    if state.ending is not None:
        how = state.ending.code or state.ending.outcome or state.ending.status
        zh, en = f"{zh}：{how}", f"{en}: {how}"
    elif state.closing is not None and state.closing.status != "done":
        zh, en = "正在撤销并结束", "undoing, then ending"
    lines = [f"**{zh} · {en}**", ""]
    acts = [act for act in state.acts.values() if act.phase != "inside"]
    lines += [f"- {_line(program, state, act)}" for act in acts[:MOST]]
    if len(acts) > MOST:
        lines.append(f"- … +{len(acts) - MOST}")
    return "\n".join(lines)


def summary(text: Text) -> str:
    """A text as one line in both languages."""
    if isinstance(text, str):
        return text[:200]
    return " · ".join(dict.fromkeys(part for part in (text.get("zh"), text.get("en")) if part))[:200]


def status_mark(state: CaseState) -> str:
    """The value of the status search attribute: running, suspended or incident."""
    if state.status == "running" and any(act.phase == "incident" for act in state.acts.values()):
        return "incident"
    return state.status


def _line(program: Program, state: CaseState, act: Activation) -> str:
    frame = state.frames.get(act.frame)
    node = program.bodies[frame.body].nodes[act.node] if frame is not None else None
    title = summary(node.plan.title) if node is not None and node.plan.title else act.node
    return f"{title} (`{act.path}`) — {_doing(act)}{_due(program, state, act)}"


def _doing(act: Activation) -> str:
    if act.failure is not None:
        return f"故障 · incident `{act.failure.code}` {act.failure.title}".rstrip()
    people = answerers(act.panel) if act.panel is not None else []
    if people:
        return f"待处理 · asked: {', '.join(people[:5])}{' …' if len(people) > 5 else ''}"
    zh, en = _PHASES.get(act.phase, (act.phase, act.phase))
    return f"{zh} · {en}"


def _due(program: Program, state: CaseState, act: Activation) -> str:
    dues = [clock.next for clock in state.clocks.values() if clock.path == act.path and clock.next is not None]
    return f"，到期 · due {_local(program, min(dues))}" if dues else ""


def _local(program: Program, moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(program.plan.timezone)).strftime("%Y-%m-%d %H:%M")
