"""What each verb does to the panel. `check` has said yes; nothing here refuses.

Answering an unclaimed pool task claims it, and so does handing it on (transfer, delegate, add_before, add_after):
who decides what becomes of a task has taken it. One answer of a person answers every chair of his that is open now,
so somebody to whom a second voice was transferred is not asked twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from waystation.contracts.events import Command
from workflows.panel.checks import outcome_of
from workflows.panel.context import VerbContext
from workflows.panel.counting import verdict
from workflows.panel.leaving import dismiss, reopen
from workflows.panel.model import Chair, Change, Panel
from workflows.panel.standing import ADDING, JUDGING, Stand, acting, people_named, verb_of
from workflows.panel.turns import answerers

#: `Chair.relation` of chairs that a verb makes.
Relation = Literal["", "before", "after", "with", "delegate"]


def perform(panel: Panel, command: Command, ctx: VerbContext) -> list[Change]:
    """Carry out a verb that `check` accepted, and say what the journal keeps."""
    verb = verb_of(command)
    stand = acting(panel, command, ctx) or Stand(command.actor, ())
    changes = _VERBS[verb](panel, command, ctx, stand)
    if panel.claimer is not None and verdict(panel) is None and not answerers(panel):
        panel.claimer = None  # he has said his word, it decided nothing, and his claim keeps the others out
    return changes


def _change(verb: str, command: Command, stand: Stand, **data: Any) -> list[Change]:
    for_whom = stand.person if stand.person not in ("", command.actor) else ""
    return [Change("verb", {"verb": verb, **data, **({"for": for_whom} if for_whom else {})})]


# ------------------------------------------------------------------------------------------------ answering
def _answer(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    answer = command.verb if command.verb in JUDGING else outcome_of(panel, command)
    panel.answers += 1
    for chair in stand.chairs:
        chair.state, chair.answer, chair.at, chair.by = "answered", answer, ctx.at, command.actor
        chair.order, chair.form, chair.comment = panel.answers, panel.shown, str(command.args.get("comment") or "")
    _take(panel, stand)
    _keep_draft(panel, command)
    advice = all(chair.relation == "delegate" for chair in stand.chairs)
    return [_advice(panel, command, stand, answer) if advice else _given(panel, command, stand, answer)]


def _given(panel: Panel, command: Command, stand: Stand, answer: str) -> Change:
    data: dict[str, Any] = {
        "answer": command.verb,
        "outcome": None if panel.judge else answer,
        "form": command.args.get("form") or {},
        "comment": str(command.args.get("comment") or ""),
        "for": stand.person if stand.person != command.actor else "",
    }
    if all(not chair.counted for chair in stand.chairs):
        data["relation"] = stand.chairs[0].relation
    asked_again = _parents(panel, stand, "before")
    return Change("answered", {**data, "back_to": asked_again} if asked_again else data)


def _advice(panel: Panel, command: Command, stand: Stand, answer: str) -> Change:
    """A delegate's word: on the record, never counted, and not his answer for four eyes."""
    return _change(
        "advise",
        command,
        stand,
        answer=answer,
        form=command.args.get("form") or {},
        comment=str(command.args.get("comment") or ""),
        back_to=_parents(panel, stand, "delegate"),
    )[0]


def _parents(panel: Panel, stand: Stand, relation: str) -> list[str]:
    found = [panel.chair(chair.parent) for chair in stand.chairs if chair.relation == relation]
    return list(dict.fromkeys(chair.person for chair in found if chair is not None))


def _take_back(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    for chair in stand.chairs:
        reopen(chair)
    for chair in panel.chairs:
        if chair.state == "withdrawn":
            chair.state = "open"
    return _change("take_back", command, stand)


def _draft(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    _keep_draft(panel, command)
    return _change("draft", command, stand, form=command.args.get("form") or {})


def _keep_draft(panel: Panel, command: Command) -> None:
    """Fields given now go over those saved earlier; a field not sent is not lost. Answers stay, for `take_back`."""
    form = command.args.get("form") or {}
    if form:
        panel.drafts[command.actor] = {**panel.drafts.get(command.actor, {}), **form}


# ------------------------------------------------------------------------------------------- whose task it is
def _claim(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    panel.claimer = stand.person
    return _change("claim", command, stand)


def _release(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    panel.claimer = None
    return _change("release", command, stand)


def _take(panel: Panel, stand: Stand) -> None:
    if panel.pool and not panel.judge and any(chair.counted for chair in stand.chairs):
        panel.claimer = stand.person


def _transfer(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    _take(panel, stand)
    return _hand_on("transfer", panel, command, ctx, stand)


def _handover(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    return _hand_on("handover", panel, command, ctx, stand)


def _hand_on(verb: str, panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    (receiver,) = people_named(command.args)
    for chair in stand.chairs:
        chair.chain = (*chair.chain, chair.person)
        chair.person, chair.proxies = receiver, _proxies(receiver, command, ctx)
    if panel.claimer == stand.person:
        panel.claimer = receiver
    if stand.person in panel.drafts:  # his draft stays his; a copy of the work done so far goes along
        panel.drafts[receiver] = {**panel.drafts[stand.person], **panel.drafts.get(receiver, {})}
    panel.revision += 1
    return [Change("verb", {"verb": verb, "from": stand.person, "who": receiver, **_why(command)})]


def _proxies(person: str, command: Command, ctx: VerbContext) -> tuple[str, ...]:
    """The stand-ins of a newcomer, as far as the caller looked them up."""
    known = command.facts.get("proxies") or {}
    return tuple(proxy for proxy in known.get(person, ()) if proxy not in ctx.excluded)


def _why(command: Command) -> dict[str, str]:
    comment = str(command.args.get("comment") or command.args.get("reason") or "")
    return {"comment": comment} if comment else {}


# ------------------------------------------------------------------------------------------------ more people
def _delegate(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    _take(panel, stand)
    _attach(panel, command, ctx, stand.chairs, "delegate")
    return _change("delegate", command, stand, who=people_named(command.args)[0], **_why(command))


def _add(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    verb = verb_of(command)
    if verb == "add_with":
        _seat_beside(panel, command, ctx, stand.chairs[0])
    else:
        _take(panel, stand)
        _attach(panel, command, ctx, stand.chairs, "before" if verb == "add_before" else "after")
    return _change(verb, command, stand, who=list(people_named(command.args)), **_why(command))


def _attach(panel: Panel, command: Command, ctx: VerbContext, chairs: tuple[Chair, ...], relation: Relation) -> None:
    for chair in chairs:
        for person in people_named(command.args):
            proxies = _proxies(person, command, ctx)
            panel.seat(person, stage=chair.stage, relation=relation, parent=chair.id, proxies=proxies)
    panel.revision += 1


def _seat_beside(panel: Panel, command: Command, ctx: VerbContext, chair: Chair) -> None:
    """Beside a counted chair: one more voice. Beside an attached one: attached to the same chair."""
    relation: Relation = "with" if chair.counted else chair.relation
    parent = chair.id if chair.counted else chair.parent
    for person in people_named(command.args):
        proxies = _proxies(person, command, ctx)
        panel.seat(person, stage=chair.stage, relation=relation, parent=parent, proxies=proxies)
    panel.revision += 1


def _remove(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    gone = people_named(command.args)
    dismiss(panel, [chair for chair in panel.chairs if chair.person in gone and chair.state == "open"], "removed")
    panel.revision += 1
    return _change("remove", command, stand, who=list(gone), **_why(command))


# ---------------------------------------------------------------------------------------------------- talking
def _urge(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    panel.urged[command.actor] = ctx.at
    return _change("urge", command, stand, to=answerers(panel), **_why(command))


def _comment(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    text = str(command.args.get("text") or command.args.get("comment") or "")
    mentions = [str(person) for person in command.args.get("mention") or ()]
    return _change("comment", command, stand, text=text, mentions=mentions)


def _cc(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    newly = [person for person in people_named(command.args) if person not in panel.readers]
    panel.readers.update(dict.fromkeys(newly))
    return _change("cc", command, stand, who=newly, **_why(command))


def _read(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    if command.actor in panel.readers and panel.readers[command.actor] is None:
        panel.readers[command.actor] = ctx.at
    return _change("read", command, stand)


def _return(panel: Panel, command: Command, ctx: VerbContext, stand: Stand) -> list[Change]:
    return _change("return", command, stand, to=command.args.get("to", "initiator"), **_why(command))


_VERBS: dict[str, Callable[[Panel, Command, VerbContext, Stand], list[Change]]] = {
    "complete": _answer,
    "approve": _answer,
    "reject": _answer,
    "abstain": _answer,
    "take_back": _take_back,
    "draft": _draft,
    "claim": _claim,
    "release": _release,
    "transfer": _transfer,
    "handover": _handover,
    "delegate": _delegate,
    **dict.fromkeys(ADDING, _add),
    "remove": _remove,
    "urge": _urge,
    "comment": _comment,
    "cc": _cc,
    "read": _read,
    "return": _return,
}
