"""Commands of section 9: on the case as a whole and on nodes that stand still. Each checks, then returns its work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from waystation.contracts.calendars import due_at
from waystation.contracts.durations import parse_duration
from waystation.contracts.errors import Refused
from waystation.contracts.events import Command, EntryKind
from workflows.machine import clocks, endings, failures, returns, tokens, undo
from workflows.machine.errors import NodeError
from workflows.machine.field_sentences import NO_SUCH_FIELD, Sentence, both
from workflows.machine.run import Run, node_key
from workflows.machine.state import Activation, Ending, Token
from workflows.machine.steps.bodies import Foreach

Work = Callable[[], Any]


def find(run: Run, task: str | None, kinds: tuple[str, ...] = ()) -> Activation | None:
    """The activation that a name means: a visit path, or a node id or key; the oldest where several fit."""
    if not task:
        return None
    exact = run.state.acts.get(task)
    if exact is not None:
        return exact
    for act in run.state.acts.values():
        if (act.node == task or node_key(act.path) == task) and (not kinds or run.node(act).kind in kinds):
            return act
    return None


def need(run: Run, command: Command) -> Activation:
    act = find(run, command.task or command.args.get("node"))
    if act is None:
        raise Refused("not_open", f"nothing is active at {command.task}", f"{command.task} 没有进行中的任务")
    return act


def _refuse(en: str, zh: str, code: str = "not_allowed") -> Refused:
    return Refused(code, en, zh)


# ------------------------------------------------------------------------------------------------ the case
def cancel(run: Run, command: Command) -> Work:
    def work() -> None:
        _wake_up(run)
        endings.stop_everything(run, Ending("cancelled"), "cancelled")

    return work


def _wake_up(run: Run) -> None:
    if run.state.status == "suspended":
        run.state.status = "running"
        run.state.held = []


def withdraw(run: Run, command: Command) -> Work:
    rule = run.program.plan.withdraw
    if command.actor != run.state.initiator:
        raise _refuse("only the initiator may withdraw", "只有发起人可以撤回", "not_yours")
    if rule is None:
        raise _refuse("this process cannot be withdrawn", "此流程不允许撤回")
    ended = run.state.status == "ended"
    if ended and run.state.ending is not None and run.state.ending.status != "done":
        raise _refuse("the case has ended", "流程已结束", "not_open")
    if rule.until == "first_answer" and (run.state.last_actor or ended):
        raise _refuse("somebody has answered already", "已有人处理，无法撤回", "too_late")
    if rule.until == "end" and ended:
        raise _refuse("the case has ended", "流程已结束，无法撤回", "too_late")
    if rule.until == "after_end" and ended and _too_late(run, rule.after or "0s"):
        raise _refuse("the time to withdraw is over", "已超过撤回期限", "too_late")

    def work() -> None:
        if ended:
            run.state.status, run.state.ending = "running", None
        endings.stop_everything(run, Ending("withdrawn"), "withdrawn")

    return work


def _too_late(run: Run, after: str) -> bool:
    calendar = run.program.environment_calendar
    return run.state.now > due_at(run.state.ended_at or run.state.now, parse_duration(after), calendar)


def suspend(run: Run, command: Command) -> Work:
    def work() -> None:
        clocks.pause_all(run, None, "suspended")
        run.state.status = "suspended"
        run.journal(EntryKind.SUSPENDED, reason=command.args.get("reason", ""))

    return work


def resume(run: Run, command: Command) -> Work:
    if run.state.status != "suspended":
        raise _refuse("the case is not suspended", "流程未挂起")

    def work() -> None:
        run.state.status = "running"
        clocks.resume_all(run, None, "suspended")
        run.journal(EntryKind.RESUMED)

    return work


def edit(run: Run, command: Command) -> Work:
    data = command.args.get("data")
    if not isinstance(data, dict):
        raise _refuse("`data` must be a map of fields", "data 必须是字段映射", "bad_form")
    problems: dict[str, Sentence] = {}
    for name, value in data.items():
        if name not in run.program.schemas:
            problems[name] = NO_SUCH_FIELD
        elif (problem := run.program.field_error(name, value)) is not None:
            problems[name] = problem
    if problems:
        raise Refused("bad_form", "the data does not fit the process", "数据不符合流程定义", both(problems))

    def work() -> None:
        run.assign(data, run.state.frames[""])

    return work


def without_target(run: Run, command: Command) -> Work:
    """`migrate` whose driver found no such version."""
    raise _refuse("there is no such version", "没有该版本", "unknown_version")


def reopen(run: Run, command: Command) -> Work:
    """唤醒: the same case again from a chosen node, its data kept."""
    if run.state.status != "ended":
        raise _refuse("the case has not ended", "流程尚未结束")
    named = (command.args.get(key) for key in ("node", "to", "at"))
    node = next(filter(None, named), None) or command.task or run.program.plan.start.at
    if node not in run.program.root.nodes:
        raise _refuse(f"there is no node {node}", f"没有节点 {node}")

    def work() -> None:
        state = run.state
        state.status, state.ending, state.closing, state.ended_at = "running", None, None, None
        root = state.frames[""]
        root.forks, root.queues, root.absorb, root.tokens, root.ended_as = {}, {}, {}, 1, None
        run.journal(EntryKind.REOPENED, node=node, reason=command.args.get("reason", ""))
        clocks.arm_case(run)
        tokens.send(run, root, node, Token(seen={returns.START: 0}))

    return work


def amend(run: Run, command: Command) -> Work:
    """追加: change who is asked at a node that has not been entered yet."""
    who = command.args.get("who")
    people = [who] if isinstance(who, str) else list(who or ())
    node = run.program.node_by_key(command.task or "") or run.program.root.nodes.get(command.task or "")
    if node is None or node.kind not in ("task", "approval") or not people:
        raise _refuse("name a task or approval and who is asked there", "请指定任务节点和处理人")
    if any(node_key(act.path) == node.key for act in run.state.acts.values()):
        raise _refuse("the node has been entered already", "节点已开始", "too_late")
    if not all(person in command.facts.get("known", people) for person in people):
        raise _refuse("nobody by that name", "查无此人")

    def work() -> None:
        run.state.amended[node.key] = people
        run.journal(EntryKind.VERB, "", node.key, verb="amend", who=people)

    return work


# --------------------------------------------------------------------------------------- nodes standing still
def _meant_undo(run: Run, command: Command) -> bool:
    """Whether the command is for an undo that has failed: it names its node, or nothing at all."""
    job = run.state.undo
    if job is None or job.failure is None or job.current is None:
        return False
    return command.task in (None, job.current.path, job.current.node, job.current.node.rsplit("/", 1)[-1])


def retry(run: Run, command: Command) -> Work:
    if _meant_undo(run, command):
        return lambda: undo.retry(run, command.args.get("with"))
    act = need(run, command)
    if act.phase != "incident":
        raise _refuse("the node has not failed", "节点没有异常")
    data = command.args.get("data")
    write = edit(run, command) if data is not None else None

    def work() -> None:
        if write is not None:
            write()
        failures.close_incident(run, act, "retry")
        act.phase = "open"
        if (act.work.pop("not_begun", False)) is True:
            run.state.allowance = run.state.steps
            tokens.open_node(run, act)
            return
        failures.guarded(run, act, run.node(act).step.retry)

    return work


def skip(run: Run, command: Command) -> Work:
    """Leave a node that has failed as if it had been done, with a result."""
    if _meant_undo(run, command):
        return lambda: undo.skip(run)
    act = need(run, command)
    result = command.args.get("result")
    outcome = command.args.get("outcome")

    def work() -> None:
        node = run.node(act)
        if act.phase == "incident":
            failures.close_incident(run, act, "skip")
        undo.orphan(run, act, undo=False)
        act.action = ""
        node.step.withdrawn(run, act, undo_inside=False, undo_late=False)
        chosen = _outcome_of_skip(outcome, result, node.by_outcome)
        names = {"result": result, "form": result or {}, "actor": command.actor, "outcome": chosen}
        failures.guarded(run, act, _leave_skipped, node.kind, chosen, names)

    return work


def _outcome_of_skip(named: Any, result: Any, edges: Mapping[str, Any]) -> str | None:
    """The outcome that an operator names, also as a part of the result; else the first that has an edge."""
    if named is None and isinstance(result, dict) and result.get("outcome") in edges:
        named = result["outcome"]
    return str(named) if named is not None else next(iter(edges), None)


def _leave_skipped(run: Run, act: Activation, kind: str, outcome: str | None, names: dict[str, Any]) -> None:
    try:
        tokens.leave(run, act, outcome, **names)
    except NodeError:
        if names["result"] is not None and kind != "set":  # what a set assigns does not come from a result
            raise
        tokens.finish(run, act, outcome)


def fail(run: Run, command: Command) -> Work:
    code = str(command.args.get("code", "failed_by_operator"))

    def work() -> None:
        endings.begin_failing(run, code, str(command.args.get("reason", "")))

    return work


def jump(run: Run, command: Command) -> Work:
    """跳转: an operator moves a token; a reason is asked for."""
    target = str(command.args.get("to", ""))
    act = find(run, command.args.get("from") or command.task)
    if act is None:
        raise Refused("not_open", "nothing is active there", "该节点没有进行中的任务")
    frame = returns.frame_with(run, act, target)
    if frame is None:
        raise _refuse(f"there is no way from {act.path} to {target}", f"无法从 {act.path} 跳转到 {target}")
    if not str(command.args.get("reason", "")).strip():
        raise _refuse("a jump needs a reason", "跳转必须填写原因", "bad_form")

    def work() -> None:
        if act.phase == "incident":
            failures.close_incident(run, act, "jump")
        returns.jump(run, act, target, f"jump: {command.args['reason']}")

    return work


def cancel_node(run: Run, command: Command) -> Work:
    """Withdraw a node's activation with what is inside it; its token is consumed. Undo inside runs."""
    act = need(run, command)

    def work() -> None:
        frame = run.frame(act)
        before = len(frame.undo)
        token = tokens.withdraw(run, act, "cancelled by command", undo_inside=True, undo_late=True)
        records = undo.take_inside(frame, act, before)
        if records:
            undo.start(run, records, "cancel_node", [])
        tokens.die(run, frame, token)

    return work


def _open_foreach(run: Run, command: Command) -> Activation:
    act = find(run, command.task or command.args.get("node"), ("foreach",))
    if act is None:
        raise Refused("not_open", "no foreach is open there", "没有进行中的循环")
    if run.node(act).kind != "foreach" or act.work.get("went_on"):
        raise Refused("not_open", "that foreach has gone on already", "该循环已结束")
    return act


def complete_rest(run: Run, command: Command) -> Work:
    act = _open_foreach(run, command)
    step = run.node(act).step

    def work() -> None:
        if isinstance(step, Foreach):
            step.complete_rest(run, act)

    return work


def add_item(run: Run, command: Command) -> Work:
    act = _open_foreach(run, command)
    step = run.node(act).step

    def work() -> None:
        if isinstance(step, Foreach):
            step.add_item(run, act, command.args.get("item"))

    return work


__all__ = [
    "add_item",
    "amend",
    "cancel",
    "cancel_node",
    "complete_rest",
    "edit",
    "fail",
    "find",
    "jump",
    "need",
    "reopen",
    "resume",
    "retry",
    "skip",
    "suspend",
    "withdraw",
]
