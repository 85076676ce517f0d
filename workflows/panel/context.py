"""What a check must know that is not in the panel, and the sentences of every refusal."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from waystation.contracts.errors import Refused


class VerbContext(Protocol):
    """One command's surroundings, made by the caller for this command and this node.

    `locked` and `check_form` are asked only when the order of checks has come to them; neither changes anything.
    """

    @property
    def at(self) -> datetime:
        """The case's time, aware UTC."""

    @property
    def excluded(self) -> frozenset[str]:
        """Four eyes: who may neither answer here, nor be given the task, nor act here for somebody else."""

    @property
    def allow(self) -> tuple[str, ...]:
        """The verbs that the author opens to those asked."""

    @property
    def acts_for(self) -> frozenset[str]:
        """People the actor may stand in for now, for this process."""

    @property
    def is_operator(self) -> bool:
        """May the actor operate this process? He may move tasks, but not answer them."""

    def locked(self) -> bool:
        """Is the lock of this node (`take: claim`) held by another activation?"""

    def check_form(self) -> None:
        """Raise `Refused("bad_form")` when the form given with the command breaks the node's form."""

    def known(self, person: str) -> bool:
        """Is this an active person of the organisation?"""


_SENTENCES: dict[str, tuple[str, str]] = {
    "not_yours": ("this task is not yours", "这不是您的任务"),
    "claimed": ("somebody else has taken this task", "任务已被他人认领"),
    "locked": ("the shared resource is in use", "共享资源正被占用"),
    "not_allowed": ("this is not allowed here", "此处不允许该操作"),
    "four_eyes": ("somebody who acted before must not act here", "前面的经办人不得再处理此任务"),
    "stale": ("the task has changed since you opened it", "任务已更新，请刷新后重试"),
    "too_late": ("it is too late for this", "已来不及执行该操作"),
    "too_soon": ("you have urged this task less than four hours ago", "四小时内已催办过"),
    "would_be_empty": ("too few people would be left to answer", "减签后处理人不足"),
}


def refusal(code: str, reason: str = "", **detail: Any) -> Refused:
    """The refusal with this code; `reason` tells programs apart what people read as one sentence."""
    en, zh = _SENTENCES[code]
    return Refused(code, en, zh, {**({"reason": reason} if reason else {}), **detail})
