"""Commands: checked first, then carried out, then remembered (language.md section 9, approvals.md).

`check` returns the work to do and raises Refused before anything has changed. Checks come in one order: suspended,
not_open, then those of the node's people (`workflows.panel`), then the verb's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waystation.contracts.errors import Refused
from waystation.contracts.events import Command, EntryKind, Event
from workflows.machine import case_commands, desk_verbs, migration, talking
from workflows.machine.program import Program
from workflows.machine.run import Run

#: Command ids whose answers the state keeps; older ones are answered from the journal.
REMEMBERED = 1_000

Work = Callable[[], Any]
#: Number and program of a version.
Target = tuple[int, Program]


@dataclass(frozen=True, slots=True)
class _Rule:
    check: Callable[[Run, Command], Work]
    while_suspended: bool = False
    when_ended: bool = False
    operate: bool = True


_CASE_COMMANDS: dict[str, _Rule] = {
    "cancel": _Rule(case_commands.cancel, while_suspended=True),
    "withdraw": _Rule(case_commands.withdraw, when_ended=True, operate=False),
    "suspend": _Rule(case_commands.suspend),
    "resume": _Rule(case_commands.resume, while_suspended=True),
    "retry": _Rule(case_commands.retry),
    "skip": _Rule(case_commands.skip),
    "fail": _Rule(case_commands.fail),
    "jump": _Rule(case_commands.jump),
    "edit": _Rule(case_commands.edit),
    "cancel_node": _Rule(case_commands.cancel_node),
    "complete_rest": _Rule(case_commands.complete_rest),
    "add_item": _Rule(case_commands.add_item),
    "amend": _Rule(case_commands.amend),
    "migrate": _Rule(case_commands.without_target),
    "reopen": _Rule(case_commands.reopen, when_ended=True),
    "handover": _Rule(desk_verbs.handover_all),
    "people_changed": _Rule(desk_verbs.people_changed, while_suspended=True, operate=False),
}


def check(run: Run, command: Command, target: Target | None = None) -> Work:
    """The work that an allowed command does. `target` is the version that `migrate` goes to.

    Raises:
        Refused: with the first code that applies.
    """
    rule = _CASE_COMMANDS.get(command.verb)
    if run.state.status == "suspended" and not (rule and rule.while_suspended):
        raise Refused("suspended", "the case is suspended", "流程已挂起")
    if run.state.status == "ended" and not (rule and rule.when_ended):
        raise not_open("the case has ended", "流程已结束")
    if run.state.closing is not None and run.state.closing.status != "done" and command.verb not in ("retry", "skip"):
        raise not_open("the case is ending", "流程正在结束")
    if command.verb == "comment" and command.task is None:
        return talking.comment_on_case(run, command)
    if rule is None:
        return desk_verbs.check(run, command)
    if command.verb == "handover" and command.task is not None:
        return desk_verbs.check(run, command)
    if rule.operate and not may_operate(run, command):
        raise Refused("not_allowed", "you may not operate this case", "您无权管理此流程")
    if command.verb == "migrate" and target is not None:
        return migration.check(run, command, target[1], target[0])
    return rule.check(run, command)


def not_open(en: str, zh: str) -> Refused:
    return Refused("not_open", en, zh)


def may_operate(run: Run, command: Command) -> bool:
    access = run.program.plan.access.operate
    allowed = not access or not command.actor or command.facts.get("operate") is True
    return allowed or is_among(access, command.actor, command.facts)


def is_among(entries: tuple[str, ...], actor: str, facts: dict[str, Any]) -> bool:
    """Is the actor one of `role:x`, `group:x`, `user:x`? Roles and groups come from the command's facts."""
    for entry in entries:
        kind, _, name = entry.partition(":")
        if (kind == "user" and name == actor) or name in facts.get(f"{kind}s", ()):
            return True
    return False


def accept(run: Run, command: Command, result: Any) -> Any:
    """Journal the command and keep its answer under its id."""
    state = run.state
    state.revision += 1
    answer = {"revision": state.revision, "status": state.status}
    if result is not None:
        answer["result"] = result
    run.journal(
        EntryKind.COMMANDED,
        command.task or "",
        id=command.id,
        verb=command.verb,
        args={key: value for key, value in command.args.items() if key != "form"},
        answer=answer,
    )
    state.commands[command.id] = answer
    while len(state.commands) > REMEMBERED:
        del state.commands[next(iter(state.commands))]
    return answer


def take_held(run: Run) -> list[Event]:
    """Events that came while the case was suspended, once it is resumed."""
    if run.state.status != "running" or not run.state.held:
        return []
    held, run.state.held = run.state.held, []
    return held


def set_title(run: Run) -> None:
    """Title and priority of the case, from the data it starts with."""
    plan = run.program.plan
    found = run.text(plan.title_of_case or plan.title, run.base)
    run.state.title = found if isinstance(found, str) else next(iter(found.values()), "")
    priority = run.value(plan.priority, run.base)
    if isinstance(priority, int) and not isinstance(priority, bool):
        run.state.priority = min(5, max(1, priority))
