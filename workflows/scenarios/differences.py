"""What a scenario finds otherwise than written, in both languages: the engine's own words stay as they are in both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

#: What can be expected, as Chinese readers call it; in English it has the name that it has in the file.
_CALLED = {
    "open": "待办节点", "assigned": "办理人", "breached": "已超时节点", "path": "经过的路径", "undone": "已撤销的节点",
    "actions": "已执行的动作", "visited": "经过的节点", "not_visited": "不应经过的节点", "order": "先后次序",
    "incident": "故障", "inbox": "待办任务", "visible": "可见任务", "forecast": "预计步骤", "ended": "结束结果",
    "data": "数据", "title": "标题", "notices": "通知", "sent": "发出的消息", "failed": "失败",
}  # fmt: skip
_HEAD = re.compile(r"^[a-z_]+")


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence."""

    zh: str
    en: str


class Failure(Exception):
    """Something is not as expected; one sentence each."""

    def __init__(self, *lines: Said) -> None:
        super().__init__("; ".join(line.en for line in lines))
        self.lines = lines


def called(what: str) -> str:
    """What is expected, for Chinese readers: `data.days` is 数据.days, `inbox of sm_yang` is sm_yang 的待办任务."""
    head, of, person = what.partition(" of ")
    name = _HEAD.sub(lambda found: _CALLED.get(found[0], found[0]), head)
    return f"{person} 的{name}" if of else name


def unlike(what: str, wanted: Any, found: Any) -> Said:
    """It is expected to be one thing and found to be another."""
    return Said(f"{called(what)}：期望 {wanted}，实际 {found}", f"{what}: expected {wanted}, found {found}")


def about(what: str, zh: str, en: str) -> Said:
    """A sentence about one thing that is expected."""
    return Said(f"{called(what)}：{zh}", f"{what}: {en}")
