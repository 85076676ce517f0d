"""The verbs of approvals.md at one node: the machine's part around `workflows.panel`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from msgspec import structs

from waystation.contracts.errors import Refused
from waystation.contracts.events import Command, EntryKind, ResolvePeople
from waystation.contracts.params import ReturnRule
from workflows.machine import asking, commands, desk, failures, forms, locks, returns, take_back, talking
from workflows.machine.case_commands import find
from workflows.machine.errors import NodeError
from workflows.machine.field_sentences import NOT_A_MAP, Sentence
from workflows.machine.run import Run, node_key
from workflows.machine.state import Activation
from workflows.panel import Change, Panel, answerers, has_previous, perform, step_back
from workflows.panel import check as check_panel

Work = Callable[[], Any]

_NO_TIME = Sentence("must be a date and time in ISO 8601", "必须是 ISO 8601 日期时间")
_FUTURE = Sentence("must not be in the future", "不能晚于现在")
ANSWERING = ("complete", "approve", "reject", "abstain")


class Surroundings:
    """What a panel's check asks about the case: see `workflows.panel.VerbContext`."""

    def __init__(self, run: Run, act: Activation, command: Command) -> None:
        self.run, self.act, self.command = run, act, command
        node = run.node(act)
        self.at: datetime = run.state.now
        self.excluded = frozenset(asking.excluded(run, node.params.assign))
        self.allow: tuple[str, ...] = node.params.allow
        self.acts_for = frozenset(command.facts.get("acts_for", ()))
        self.is_operator = bool(run.program.plan.access.operate) and commands.may_operate(run, command)
        self.form: dict[str, Any] | None = None

    def locked(self) -> bool:
        return locks.held_by_other(self.run, self.act, self.command)

    def check_form(self) -> None:
        """Work out the form's fields; kept for `perform`."""
        given = self.command.args.get("form") or {}
        if not isinstance(given, dict):
            raise forms.bad_form({"form": NOT_A_MAP})
        node = self.run.node(self.act)
        if self.command.verb in ("reject", "abstain") and not given:
            self.form = {}
            return
        given = {**self._draft(), **given}
        use = desk.form_for(node.params, self.command.args.get("outcome"))
        names = self.run.names_of(self.act)
        current = desk.merged_form(self.act)
        self.form = forms.answer_data(self.run, use, {**current, **given} if current and use is None else given, names)

    def _draft(self) -> dict[str, Any]:
        """What the actor saved before: a field that he does not send again is not lost."""
        panel = self.act.panel
        return panel.drafts.get(self.command.actor, {}) if panel is not None else {}

    def known(self, person: str) -> bool:
        known = self.command.facts.get("known")
        return known is None or person in known


def check(run: Run, command: Command) -> Work:
    """The work of a verb at a task."""
    if command.verb == "take_back":
        found = _decided_before(run, command)
        if found is not None:
            return found
    act = _task(run, command)
    if act is None or act.panel is None or act.phase != "open":
        if command.verb == "take_back":
            raise _nothing_to_take_back(run, command)
        raise commands.not_open(f"{command.task} is not open", f"{command.task} 未打开")
    ctx = Surroundings(run, act, command)
    panel = act.panel
    check_panel(panel, command, ctx)
    _check_event_time(command, run.state.now)
    if command.verb == "return":
        return _return(run, act, panel, command, ctx)
    return lambda: _perform(run, act, panel, command, ctx)


def lock_wanted(run: Run, command: Command) -> tuple[str, str] | None:
    """Path and full name of the lock across cases that a command takes; None where it takes none."""
    if command.verb not in ("claim", *ANSWERING) or command.id in run.state.commands:
        return None
    act = _task(run, command)
    if act is None or act.panel is None or act.phase != "open":
        return None
    name = locks.wanted(run, act)
    return None if name is None else (act.path, name)


def _check_event_time(command: Command, now: datetime) -> None:
    """穿越时空: an earlier date needs the right `backdate`, and is never in the future."""
    given = command.args.get("event_time")
    if given is None:
        return
    try:
        moment = datetime.fromisoformat(str(given))
    except ValueError:
        raise forms.bad_form({"event_time": _NO_TIME}) from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    if moment > now:
        raise forms.bad_form({"event_time": _FUTURE})
    if "backdate" not in (*command.facts.get("roles", ()), *command.facts.get("rights", ())):
        raise Refused("not_allowed", "recording an earlier date needs the right backdate", "补录日期需要 backdate 权限")


def _task(run: Run, command: Command) -> Activation | None:
    """The task meant: where several have this name, the one that this actor may answer."""
    exact = run.state.acts.get(command.task or "")
    if exact is not None:
        return exact
    fits = [
        act
        for act in run.state.acts.values()
        if act.panel is not None and (act.node == command.task or node_key(act.path) == command.task)
    ]
    own = [act for act in fits if act.panel is not None and command.actor in answerers(act.panel)]
    found = own or fits
    return found[0] if found else find(run, command.task)


def _perform(run: Run, act: Activation, panel: Panel, command: Command, ctx: Surroundings) -> Any:
    if command.verb in ("claim", *ANSWERING) and not locks.claim(run, act, command):
        raise Refused("locked", "the shared resource is in use", "共享资源正被占用")
    changes = perform(panel, command, ctx)
    for change in changes:
        _journal(run, act, change, command, ctx)
    if command.verb == "release":
        locks.free(run, act.path)
    if any(change.kind == "answered" for change in changes):
        _answered(run, act, command, ctx)
    talking.tell(run, act, command, changes)
    if command.verb == "comment":
        talking.pause_on_comment(run, act)
    if command.verb in ("comment", "urge", "read", "cc", "draft"):
        if command.verb == "cc":
            desk.show(run, act)
        return None
    desk.after_change(run, act)
    return None


def _journal(run: Run, act: Activation, change: Change, command: Command, ctx: Surroundings) -> None:
    key = run.node(act).key
    if change.kind == "answered":
        data = {**change.data, "form": ctx.form or {}}
        if "event_time" in command.args:
            data["event_time"] = command.args["event_time"]
        run.journal(EntryKind.ANSWERED, act.path, key, **data)
    else:
        run.journal(EntryKind.VERB, act.path, key, **change.data)


def _answered(run: Run, act: Activation, command: Command, ctx: Surroundings) -> None:
    run.state.last_actor = command.actor
    if ctx.form:
        act.work.setdefault("forms", {})[f"{len(act.work.get('forms', {}))}:{command.actor}"] = ctx.form
    for node, people in (command.args.get("pick") or {}).items():
        run.state.picked[str(node)] = [people] if isinstance(people, str) else [str(person) for person in people]
    take_back.forget_before(run, act)


# ------------------------------------------------------------------------------------------------ going back
def _return(run: Run, act: Activation, panel: Panel, command: Command, ctx: Surroundings) -> Work:
    rule: ReturnRule = getattr(run.node(act).params, "returns", ReturnRule())
    if _to_previous(command, rule) and has_previous(panel, command.actor):
        return lambda: _step_back(run, act, panel, command, ctx)
    target = _return_target(run, act, command, rule)
    chosen = ReturnRule(
        rule.to,
        command.args.get("siblings", rule.siblings),
        command.args.get("resubmit", rule.resubmit),
        command.args.get("answers", rule.answers),
    )
    frame = returns.frame_with(run, act, target)
    if frame is None or (target != returns.START and returns.last_visit(frame, target) is None):
        raise Refused("not_allowed", f"there is no way back to {target}", f"无法退回到 {target}")

    def work() -> None:
        for change in perform(panel, command, ctx):
            _journal(run, act, change, command, ctx)
        act.work["returned_by"] = command.actor
        failures.guarded(run, act, returns.go_back, target, chosen)

    return work


def _to_previous(command: Command, rule: ReturnRule) -> bool:
    wanted = str(command.args.get("to") or rule.to[0])
    return wanted == "previous" and ("previous" in rule.to or "any" in rule.to)


def _step_back(run: Run, act: Activation, panel: Panel, command: Command, ctx: Surroundings) -> None:
    """In a sequence the previous person is asked again, inside the same activation: nothing is undone."""
    for change in (*perform(panel, command, ctx), *step_back(panel, run.state.now, command.actor)):
        _journal(run, act, change, command, ctx)
    desk.after_change(run, act)


def _return_target(run: Run, act: Activation, command: Command, rule: ReturnRule) -> str:
    """The node that `to` means: initiator, previous, or a chosen one that the author allows."""
    wanted = str(command.args.get("to") or rule.to[0])
    if wanted == "initiator" and ("initiator" in rule.to or "any" in rule.to):
        return returns.START
    if _to_previous(command, rule):
        found = returns.previous_approval(run, act)
        if found is None:
            raise Refused("not_allowed", "there is no earlier approval", "没有上一审批节点")
        return found
    if wanted in rule.to or "any" in rule.to:
        if returns.frame_with(run, act, wanted) is None:
            raise Refused("not_allowed", f"there is no way back to {wanted}", f"无法退回到 {wanted}")
        return wanted
    raise Refused("not_allowed", f"returning to {wanted} is not open here", f"此处不允许退回到 {wanted}")


# ------------------------------------------------------------------------------------------------- take back
def _nothing_to_take_back(run: Run, command: Command) -> Refused:
    """Whoever gave no answer there has none to take back; for the others it is too late."""
    answers = run.state.answers.get(node_key(command.task or ""), {})
    if answers and all(command.actor not in (record.person, record.by) for record in answers.values()):
        return Refused("not_yours", "you gave no answer there", "您没有在此处作出答复")
    return Refused("too_late", "the process has gone on", "流程已继续，无法拿回")


def _decided_before(run: Run, command: Command) -> Work | None:
    """The actor takes back an answer that has decided its node; None when the node is still open."""
    act = _task(run, command)
    if act is not None and act.panel is not None and act.phase == "open":
        answered = [
            chair
            for chair in act.panel.chairs
            if chair.state == "answered" and command.actor in (chair.person, chair.by)
        ]
        if answered:
            return None
    path = take_back.find(run, command.task or "", command.actor)
    if path is None:
        return None

    def work() -> None:
        reopened = take_back.reopen(run, path)
        if reopened.panel is not None:
            ctx = Surroundings(run, reopened, command)
            reopened.phase = "open"
            for change in perform(reopened.panel, command, ctx):
                _journal(run, reopened, change, command, ctx)
            desk.show(run, reopened, opened=True)

    return work


# -------------------------------------------------------------------------------------------------- everybody
def handover_all(run: Run, command: Command) -> Work:
    """离职转办 within this case: all open work of A goes to B, also in lists not reached yet; or only these `tasks`."""
    leaving, to = str(command.args.get("from", "")), str(command.args.get("to", ""))
    if not leaving or not to:
        raise Refused("bad_form", "name `from` and `to`", "请指定 from 和 to")
    only = command.args.get("tasks")
    seated = [act for act in run.state.acts.values() if act.panel is not None and _sits(act.panel, leaving)]
    concerned = [act for act in seated if only is None or act.path in only]

    def work() -> list[dict[str, Any]]:
        results = [_hand_over_one(run, act, command) for act in concerned]
        if only is not None:
            return results
        run.state.handed = {**{a: to if b == leaving else b for a, b in run.state.handed.items()}, leaving: to}
        run.state.handed.pop(to, None)
        for key, people in run.state.amended.items():
            run.state.amended[key] = [to if person == leaving else person for person in people]
        return results

    return work


def _sits(panel: Panel, person: str) -> bool:
    return any(chair.person == person and chair.state == "open" for chair in panel.chairs)


def _hand_over_one(run: Run, act: Activation, command: Command) -> dict[str, Any]:
    panel = act.panel
    if panel is None:
        return {"task": act.path, "ok": False, "code": "not_open"}
    ctx = Surroundings(run, act, command)
    ctx.is_operator = True
    try:
        check_panel(panel, command, ctx)
    except Refused as refused:
        return {"task": act.path, "ok": False, "code": refused.code}
    for change in perform(panel, command, ctx):
        _journal(run, act, change, command, ctx)
    desk.after_change(run, act)
    return {"task": act.path, "ok": True}


def people_changed(run: Run, command: Command) -> Work:
    """The organisation changed: open tasks are resolved again. Only the organisation says so, never a person."""
    if command.actor:
        raise Refused("not_allowed", "only a change of the organisation does this", "仅组织变更时由系统执行")

    def work() -> None:
        run.state.gone = [str(person) for person in command.args.get("gone", ())]
        for act in list(run.state.acts.values()):
            if act.panel is not None and act.phase == "open":
                try:
                    _resolve_again(run, act)
                except NodeError as error:
                    run.journal(EntryKind.PEOPLE_FOUND, act.path, run.node(act).key, by="", rules=[], error=error.code)

    return work


def _resolve_again(run: Run, act: Activation) -> None:
    params = run.node(act).params
    before = len(run.effects)
    asking.ask(run, act, params.assign, mode=getattr(params, "mode", "any"))
    asked = run.effects[before]
    if isinstance(asked, ResolvePeople):
        request = structs.replace(asked.request, keep=_seated(act.panel))
        run.effects[before] = ResolvePeople(asked.path, "reseat", request)


def _seated(panel: Panel | None) -> tuple[str, ...]:
    """Who is asked now, and for whom: a task that was transferred still counts for the one it was found for."""
    chairs = [chair for chair in panel.chairs if chair.state == "open"] if panel is not None else []
    first = [panel.claimer] if panel is not None and panel.claimer else []
    people = [person for chair in chairs for person in (chair.person, chair.seat) if person]
    return tuple(dict.fromkeys([*first, *people]))
