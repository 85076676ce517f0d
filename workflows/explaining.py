"""`explain`: why a case waits where it waits, and why each of its clocks shows what it shows. In zh and en."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from workflows.clock_parts import Standing, sum_up
from workflows.machine import CaseState, Program
from workflows.machine.state import Activation, Clock
from workflows.panel import answerers


def explain(
    program: Program, state: CaseState, told: Sequence[Standing] = (), *, now: datetime | None = None
) -> dict[str, Any]:
    """`{status, waits: [{path, kind, why: {zh, en}, …}], clocks: [{clock, due, why: {zh, en}, parts, …}]}`.

    Args:
        told: from the journal, when clocks were stopped and went on.
        now: default: the time that the case knows.
    """
    moment = max(now or state.now, state.now)
    return {
        "status": state.status,
        "waits": [_wait(program, state, act) for act in state.acts.values()],
        "joins": _joins(state),
        "clocks": [_clock(program, clock, told, moment) for clock in state.clocks.values()],
    }


def _wait(program: Program, state: CaseState, act: Activation) -> dict[str, Any]:
    node = program.bodies[state.frames[act.frame].body].nodes[act.node]
    zh, en = _why(act, node.kind)
    found: dict[str, Any] = {
        "path": act.path,
        "kind": node.kind,
        "since": act.since,
        "title": node.plan.title,
        "why": {"zh": zh, "en": en},
    }
    if act.panel is not None and act.phase == "open":
        found["people"] = answerers(act.panel)
    if act.failure is not None:
        found["incident"] = {"code": act.failure.code, "title": act.failure.title, "detail": act.failure.detail}
    return found


def _why(act: Activation, kind: str) -> tuple[str, str]:
    if act.failure is not None:
        return f"出错停住：{act.failure.code}", f"stands still with {act.failure.code}"
    if act.phase == "lock":
        name = str(act.work.get("lock", ""))
        return f"等待资源 {name}", f"waits for the lock {name}"
    if act.phase == "closed":
        return "开放条件不成立", "its open_while does not hold"
    if act.phase == "acting":
        return "动作执行中", "its action is running"
    if act.phase == "resolving":
        return "正在查找处理人", "its people are being found"
    if act.work.get("returning"):
        return "等待其他分支到达后退回", "goes back when the other branches have arrived"
    if act.panel is not None:
        people = ", ".join(answerers(act.panel))
        return f"等待 {people} 处理", f"waits for {people}"
    by_kind = {
        "wait": ("等待到时", "waits for its time"),
        "receive": ("等待消息", "waits for a message"),
        "call": ("等待子流程结束", "waits for the called case"),
        "foreach": ("等待各项完成", "waits for its items"),
        "scope": ("内部尚未完成", "is not done inside"),
        "race": ("等待任一分支先完成", "waits for the first of its alternatives"),
    }
    return by_kind.get(kind, ("进行中", "is under way"))


def _joins(state: CaseState) -> list[dict[str, Any]]:
    found = []
    for frame in state.frames.values():
        for fork in frame.forks.values():
            if fork.join and any(fork.arrived):
                arrived = [fork.targets[i] for i, tokens in enumerate(fork.arrived) if tokens and i < len(fork.targets)]
                alive = [fork.targets[i] for i, count in enumerate(fork.live) if count and i < len(fork.targets)]
                found.append({"join": fork.join, "fork": fork.key, "arrived": arrived, "alive": alive})
    return found


def _clock(program: Program, clock: Clock, told: Sequence[Standing], now: datetime) -> dict[str, Any]:
    zone = ZoneInfo(program.plan.timezone)
    calendar = program.plan.calendars.get(clock.calendar) if clock.calendar else None
    counted = sum_up(clock, calendar, zone, [one for one in told if one.clock == clock.id], now)
    calendar_zh = f"按日历 {clock.calendar}" if clock.calendar else "按自然时间"
    calendar_en = f"on the calendar {clock.calendar}" if clock.calendar else "on wall time"
    total, used, left = (_hours(seconds) for seconds in (counted.budget, counted.used, counted.remaining))
    zh = (
        f"自 {_shown(clock.start, zone)} 起{calendar_zh}共 {total} 小时，"
        f"已用 {used} 小时，剩余 {left} 小时，到期 {_shown(clock.due, zone)}"
    )
    en = (
        f"{total} h {calendar_en} from {_shown(clock.start, zone)}; {used} h used, {left} h left; "
        f"due {_shown(clock.due, zone)}"
    )
    if clock.paused is not None:
        zh += f"；自 {_shown(clock.paused, zone)} 起暂停（{clock.why_paused}），恢复后到期时间顺延"
        en += f"; stands since {_shown(clock.paused, zone)} ({clock.why_paused}), and moves on by that time"
    return {
        "clock": clock.id,
        "path": clock.path,
        "start": clock.start,
        "due": clock.due,
        "next": clock.next,
        "calendar": clock.calendar,
        "paused_since": clock.paused,
        "budget_seconds": counted.budget,
        "used_seconds": counted.used,
        "remaining_seconds": counted.remaining,
        "parts": counted.parts,
        "why": {"zh": zh, "en": en},
    }


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.2f}".rstrip("0").rstrip(".")


def _shown(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
