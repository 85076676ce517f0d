"""Talking about tasks and cases: who is told of it, and what it does to clocks. Nothing here moves a token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waystation.contracts.errors import Refused
from waystation.contracts.events import Command, EntryKind, SendNotice
from waystation.contracts.params import ApprovalParams
from workflows.machine import clocks
from workflows.machine.run import Run
from workflows.machine.state import Activation
from workflows.panel import Change, answerers

Work = Callable[[], Any]


def tell(run: Run, act: Activation, command: Command, changes: list[Change]) -> None:
    """Urging, copying and mentioning reach people at once."""
    panel = act.panel
    people: list[str] = []
    if command.verb == "urge" and panel is not None:
        people = answerers(panel)
    elif command.verb == "cc":
        people = [str(person) for change in changes for person in change.data.get("who", ())]
    elif command.verb == "comment":
        people = list(command.args.get("mention", ()))
    _send(run, command, people, act)


def _send(run: Run, command: Command, people: list[str], act: Activation | None) -> None:
    """A notice about a task, or without `act` about the case as a whole."""
    if not people:
        return
    run.state.sent += 1
    path, node, key = (act.path, act.node, run.node(act).key) if act is not None else ("", "", "")
    values = {
        "case_title": run.state.title,
        "node": node,
        "by": command.actor,
        "text": command.args.get("text", ""),
    }
    name = f"notice:{path}:{run.state.sent}"
    run.journal(
        EntryKind.NOTICE,
        path,
        key,
        id=name,
        to=people,
        template=command.verb,
        channels=[],
        priority=2,
        values=values,
    )
    run.effect(SendNotice(path, name, tuple(people), command.verb, (), 2, values))


def pause_on_comment(run: Run, act: Activation) -> None:
    params = run.node(act).params
    if isinstance(params, ApprovalParams) and params.pause_on_comment:
        clocks.pause_all(run, act.path, "comment")


def comment_on_case(run: Run, command: Command) -> Work:
    """沟通 on the case as a whole: by its initiator, whoever is asked or was sent it, and those whom `facts.sees` lets.

    Whom a process lets see its cases is the matter of who sends the command; the machine knows only who has a part.
    """
    if not (command.facts.get("sees") or command.actor == run.state.initiator or _has_a_part(run, command)):
        raise Refused("not_yours", "you have no part in this case", "您未参与此流程")
    people = list(dict.fromkeys(str(person) for person in command.args.get("mention") or ()))
    known = command.facts.get("known")
    if known is not None and not set(people) <= set(known):
        raise Refused("not_allowed", "nobody by that name", "查无此人", {"reason": "unknown_person"})

    def work() -> None:
        text = str(command.args.get("text") or "")
        run.journal(EntryKind.VERB, "", "", verb="comment", text=text, mentions=people)
        _send(run, command, people, None)

    return work


def _has_a_part(run: Run, command: Command) -> bool:
    panels = [act.panel for act in run.state.acts.values() if act.panel is not None]
    asked = {chair.person for panel in panels for chair in panel.chairs}
    return command.actor in asked or any(command.actor in panel.readers for panel in panels)
