"""What happened in a case, as sentences in order, with nodes and people by the names that users know them by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waystation.compiler.mermaid import in_language
from waystation.contracts.events import Entry, EntryKind
from waystation.contracts.plan import Body, Plan
from waystation.design.model import address
from waystation.design.trial_answers import node_of
from waystation.design.trials import World

#: Sentences of one case.
MOST = 200
#: What a deadline does; that it marks somebody as late has an entry of its own.
_STEPS = {
    "notify": ("通知相关人员", "people are told"),
    "escalate": ("升级处理", "it is escalated"),
    "transfer": ("转交他人", "it is handed to others"),
    "add": ("增加处理人", "others are asked too"),
    "remind": ("提醒处理人", "those asked are reminded"),
    "outcome": ("自动给出结果", "it is answered by itself"),
    "error": ("按出错处理", "it counts as an error"),
    "boundary": ("转到另一条路", "another way is taken"),
}
_ENDS = {
    "done": ("办结", "it ends"),
    "cancelled": ("被取消", "it is cancelled"),
    "withdrawn": ("被撤回", "it is withdrawn"),
    "failed": ("失败", "it fails"),
}
Both = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened; `kind` is that of the journal."""

    at: datetime
    node: str
    kind: str
    zh: str
    en: str


class Names:
    """Nodes, people and actions by the names that users know them by; what has none keeps its id."""

    def __init__(self, world: World, *older: Plan) -> None:
        """`older`: versions that may have nodes which the design does not have any more."""
        self._people = world.people.people
        self._actions = world.catalog.actions
        self.nodes: dict[str, Any] = {}
        self.outcomes: dict[str, Any] = {}
        for plan in (*older, world.plans.get(world.process)):
            if plan is not None:
                self.nodes |= dict(_titles(plan.body, ""))
                self.outcomes |= {
                    str(node.params["outcome"]): node.title
                    for node in plan.body.nodes.values()
                    if node.kind == "end" and node.title and node.params.get("outcome")
                }
        self._called = Counter(map(str, self.nodes.values()))

    def node(self, name: str) -> Both:
        """A node by its address; where others are called the same, with that."""
        title = self.nodes.get(name) or name
        zh, en = in_language(title, "zh") or name, in_language(title, "en") or name
        return (f"{zh}（{name}）", f"{en} ({name})") if self._called[str(title)] > 1 else (zh, en)

    def outcome(self, name: str) -> Both:
        """An outcome of the whole process: what the end is called that gives it."""
        title = self.outcomes.get(name)
        if title is None:
            return _USUAL.get(name, (name, name))
        return in_language(title, "zh") or name, in_language(title, "en") or name

    def action(self, name: str) -> Both:
        spec = self._actions.get(name)
        return (name, name) if spec is None else (spec.card.title_zh, spec.card.title_en)

    def people(self, ids: Iterable[Any]) -> Both:
        names = [self._people[each].name or each if each in self._people else each for each in map(str, ids)]
        return "、".join(names) or "无人", ", ".join(names) or "nobody"


def story(entries: Iterable[Entry], names: Names) -> list[Moment]:
    """The journal of a case as sentences; what users have no word for is left out."""
    found: list[Moment] = []
    for entry in entries:
        said = _said(entry, names)
        if said is not None:
            found.append(Moment(entry.at, node_of(entry.path), entry.kind.value, *said))
    return found[-MOST:]


def _said(entry: Entry, names: Names) -> Both | None:
    data = entry.data
    zh, en = names.node(node_of(entry.path)) if entry.path else ("流程", "the case")
    match entry.kind:
        case EntryKind.TASK_OPENED:
            who = names.people(data.get("candidates") or ())
            return f"「{zh}」交给 {who[0]}", f"“{en}” is given to {who[1]}"
        case EntryKind.ANSWERED:
            who = names.people([entry.by])
            outcome = _outcome(data)
            return f"{who[0]} 处理了「{zh}」：{outcome[0]}", f"{who[1]} answers “{en}”: {outcome[1]}"
        case EntryKind.CLOCK_STEP:
            steps = [_STEPS[each] for each in str(data.get("does") or "").split(",") if each in _STEPS]
            done = "、".join(each[0] for each in steps), ", ".join(each[1] for each in steps)
            return (f"「{zh}」到时：{done[0]}", f"the time of “{en}” is up: {done[1]}") if steps else None
        case EntryKind.BREACHED:
            return f"「{zh}」超时", f"“{en}” is late"
        case EntryKind.NOTICE:
            who = names.people(_list(data.get("to")))
            return f"通知 {who[0]}", f"{who[1]} are told"
        case EntryKind.ACTION_FAILED:
            return f"「{zh}」没有成功（{data.get('code')}）", f"“{en}” fails ({data.get('code')})"
        case EntryKind.ACTION_DONE:
            return f"「{zh}」执行成功", f"“{en}” is done"
        case EntryKind.INCIDENT_OPENED:
            return f"「{zh}」出现异常，等待运维处理", f"“{en}” needs an operator"
        case EntryKind.INCIDENT_CLOSED:
            return f"「{zh}」的异常已处理", f"“{en}” is mended"
        case EntryKind.MESSAGE_TAKEN:
            return f"收到消息 {data.get('name')}", f"the message {data.get('name')} is taken"
        case EntryKind.RETURNED:
            return (
                f"退回到「{names.node(str(data.get('to')))[0]}」",
                f"returned to “{names.node(str(data.get('to')))[1]}”",
            )
        case EntryKind.UNDO_STARTED:
            return "开始撤销已完成的动作", "what was done is being undone"
        case EntryKind.CASE_ENDED:
            ends = _ENDS.get(str(data.get("status")), _ENDS["done"])
            end = names.outcome(str(data.get("outcome") or data.get("code") or ""))
            return f"流程{ends[0]}" + (f"：{end[0]}" if end[0] else ""), ends[1] + (f": {end[1]}" if end[1] else "")
        case _:
            return None


#: Outcomes whose node or end has no title of its own.
_USUAL: dict[str, Both] = {
    "done": ("完成", "done"), "approved": ("已同意", "approved"), "rejected": ("已拒绝", "refused"),
    "returned": ("已退回", "returned"), "withdrawn": ("已撤回", "withdrawn"), "cancelled": ("已取消", "cancelled"),
    "granted": ("已批准", "granted"), "refused": ("已驳回", "refused"), "accepted": ("已接受", "accepted"),
    "closed": ("已关闭", "closed"), "completed": ("已完成", "completed"), "failed": ("失败", "failed"),
    "expired": ("已过期", "expired"), "skipped": ("已跳过", "skipped"),
}  # fmt: skip
_ANSWERS = {"approve": ("同意", "agreed"), "reject": ("拒绝", "refused"), "abstain": ("弃权", "abstained")}


def _outcome(data: Mapping[str, Any]) -> Both:
    given = str(data.get("answer") or "")
    if given in _ANSWERS:
        return _ANSWERS[given]
    outcome = str(data.get("outcome") or given or "done")
    return _USUAL.get(outcome, (outcome, outcome))


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [] if value is None else [value]


def _titles(body: Body, around: str) -> Iterator[tuple[str, Any]]:
    for name, node in body.nodes.items():
        here = address(around, name)
        yield here, node.title
        if node.body is not None:
            yield from _titles(node.body, here)
