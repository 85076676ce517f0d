"""What somebody may do with a task, worked out by the machine's own checks on a copy of the case: nothing is done.

Each verb is tried without its arguments. A refusal that only says that an argument is missing means that the verb is
open; one that time or another person will lift is kept with the verb, so that it can be shown and explained.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec import structs

from waystation.contracts.errors import Refused
from waystation.contracts.events import Command
from waystation.contracts.params import ReturnRule
from workflows.machine import CaseState, Machine, Program, commands
from workflows.machine.desk import form_for
from workflows.machine.form_states import FieldState, field_states
from workflows.machine.run import Run
from workflows.machine.state import Activation
from workflows.panel import answerers

#: In the order in which they are shown.
VERBS = (
    "approve", "reject", "abstain", "complete", "claim", "release", "return", "transfer", "delegate",
    "add_before", "add_after", "add_with", "remove", "take_back", "cc", "urge", "comment", "withdraw",
)  # fmt: skip
#: Reasons of `not_allowed` that are about arguments, which a trial has none of.
_ARGUMENTS = frozenset({"who", "unknown_outcome", "unknown_person"})
#: Refusals that pass by themselves or by what others do.
_FOR_NOW = frozenset({"locked", "too_soon"})
#: Verbs about the whole case.
_OF_CASE = frozenset({"withdraw"})


@dataclass(frozen=True, slots=True)
class Offer:
    """A verb that is open.

    Args:
        targets: of `return`: where to; `initiator`, `previous` or nodes.
        why: the refusal that it would get at this moment, if one.
    """

    verb: str
    targets: tuple[str, ...] = ()
    why: Refused | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way to complete a task; `has_form`: it asks for a form of its own."""

    id: str
    title: Any
    has_form: bool


@dataclass(slots=True)
class Desk:
    """A task before somebody: what he may do, and the form that he fills in. `fields` is empty without a form."""

    offers: list[Offer] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    form: str | None = None
    fields: list[FieldState] = field(default_factory=list)


def look(
    program: Program, state: CaseState, base: Command, given: dict[str, Any], outcome: str | None, at: datetime
) -> Desk:
    """The task that `base` names, before its actor.

    Args:
        base: any command of the actor at the task, with its facts.
        given: what he has filled in so far.
    """
    desk = Desk()
    run = Machine(program, state).run
    run.begin(at)
    desk.offers = list(_offers(run, base))
    act = state.acts.get(base.task or "")
    if act is None or act.panel is None or act.phase != "open":
        return desk
    params = run.node(act).params
    outcomes = getattr(params, "outcomes", {})
    desk.outcomes = [Outcome(name, each.title, each.form is not None) for name, each in outcomes.items()]
    use = form_for(params, outcome)
    if use is None:
        return desk
    desk.form = use.name
    names = run.names_of(act)
    current = {**state.data, **(names.get("local") or {})}
    drafted = act.panel.drafts.get(base.actor, {})
    form = program.plan.forms[use.name]
    desk.fields = field_states(form, use.rights, {**drafted, **given}, current, names, run.environment)
    return desk


def _offers(run: Run, base: Command) -> Iterator[Offer]:
    act = run.state.acts.get(base.task or "")
    for verb in VERBS:
        if verb == "return":
            targets = tuple(_return_targets(run, act, base)) if act is not None else ()
            if targets:
                yield Offer(verb, targets)
            continue
        if verb == "claim" and not _is_shared(act):
            continue
        found = _tried(run, base, verb, {})
        if found is None or _lacks_arguments(found):
            yield Offer(verb)
        elif found.code in _FOR_NOW:
            yield Offer(verb, why=found)


def _is_shared(act: Activation | None) -> bool:
    """Whether a claim says anything: several may answer, and nobody has claimed yet."""
    return act is not None and act.panel is not None and act.panel.claimer is None and len(answerers(act.panel)) > 1


def _tried(run: Run, base: Command, verb: str, args: dict[str, Any]) -> Refused | None:
    """The refusal of a verb, or None."""
    name, _, where = verb.partition("_") if verb.startswith("add_") else (verb, "", "")
    task = None if verb in _OF_CASE else base.task
    given = {**args, "where": where} if where else args
    try:
        _ = commands.check(run, structs.replace(base, verb=name, task=task, args=given, revision=None))
    except Refused as refused:
        return refused
    return None


def _lacks_arguments(refused: Refused) -> bool:
    if refused.code == "bad_form":
        return True
    return refused.code == "not_allowed" and (refused.detail or {}).get("reason") in _ARGUMENTS


def _return_targets(run: Run, act: Activation, base: Command) -> Iterator[str]:
    """Every target that the author names and the case has a way back to; with `any`, each node of its way."""
    rule: ReturnRule = getattr(run.node(act).params, "returns", ReturnRule())
    named = [to for to in rule.to if to != "any"]
    if "any" in rule.to:
        asked = [node.id for node in run.node(act).body.nodes.values() if node.kind in ("task", "approval")]
        named = ["initiator", "previous", *asked]
    for to in dict.fromkeys(named):
        if to != act.node and _tried(run, base, "return", {"to": to}) is None:
            yield to
