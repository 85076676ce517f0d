"""On whose behalf does an actor act, and through which chairs? Proxies come in here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from waystation.contracts.events import Command
from workflows.panel.context import VerbContext
from workflows.panel.model import Chair, Panel
from workflows.panel.turns import held_chairs, open_chairs

#: Answering verbs; those of an approval are at once the answer they give.
JUDGING = frozenset({"approve", "reject", "abstain"})
ANSWERING = JUDGING | {"complete"}
ADDING = {"add_before": "before", "add_after": "after", "add_with": "with"}
#: Verbs that need a chair of one's own that may be answered now.
OF_A_CHAIR = ANSWERING | {"claim", "release", "draft", "transfer", "delegate", "return", *ADDING}
#: Verbs about the task, open to everybody concerned.
TALKING = frozenset({"comment", "urge", "cc", "read"})
#: What an operator may do in place of somebody asked.
OPERATING = frozenset({"transfer", "release", "remove", "add_with"})


class Stand(NamedTuple):
    """A person and the chairs that the actor speaks for him in."""

    person: str
    chairs: tuple[Chair, ...]


def verb_of(command: Command) -> str:
    """The verb as `allow` names it: `add` with its place becomes add_before, add_after or add_with."""
    if command.verb == "add":
        return f"add_{command.args.get('where', 'with')}"
    return command.verb


def people_named(args: dict[str, Any]) -> tuple[str, ...]:
    """The people in `who` (or `to`), each once."""
    named = args.get("who", args.get("to", ()))
    listed = (named,) if isinstance(named, str) else tuple(named or ())
    return tuple(dict.fromkeys(str(person) for person in listed if person))


def acting(panel: Panel, command: Command, ctx: VerbContext) -> Stand | None:
    """The person and chairs that a command of a chair-bound verb concerns, or None if the actor has none.

    A claim of somebody else does not hide a chair here; those that it leaves open come first.
    """
    verb = verb_of(command)
    if verb == "take_back":
        return _answered(panel, command, ctx)
    if verb == "handover":
        return _handed_over(panel, command, ctx)
    operates = ctx.is_operator and verb in OPERATING
    if operates and command.args.get("from"):
        return _operated(panel, command)
    extra = held_chairs(panel) if verb == "remove" else []
    own = _stand(command, ctx, open_chairs(panel) + extra) or (_operated(panel, command) if operates else None)
    return own or _stand(command, ctx, open_chairs(panel, ignore_claim=True))


def concerned(panel: Panel, command: Command, ctx: VerbContext) -> bool:
    """May the actor talk about the task: somebody who sees it or has answered, initiator, reader or operator?"""
    if ctx.is_operator or (command.actor and command.actor == panel.initiator) or command.actor in panel.readers:
        return True
    done = [chair for chair in panel.chairs if chair.state in ("answered", "passed")]
    return _stand(command, ctx, open_chairs(panel, ignore_claim=True) + held_chairs(panel) + done) is not None


def _stand(command: Command, ctx: VerbContext, chairs: Iterable[Chair]) -> Stand | None:
    """Whom the actor acts for among these: himself first, else whom `for` names, else the first he may stand in for."""
    wanted = command.args.get("for")
    there: Sequence[Chair] = tuple(chairs)
    for person in dict.fromkeys([command.actor, *(chair.person for chair in there)]):
        if not person or wanted not in (None, "", person):
            continue
        mine = tuple(chair for chair in there if chair.person == person)
        if mine and (person == command.actor or person in ctx.acts_for):
            return Stand(person, mine)
    return None


def _answered(panel: Panel, command: Command, ctx: VerbContext) -> Stand | None:
    """The last answer of the person the actor speaks for; else the last that he gave as a proxy, in time or not."""
    given = [chair for chair in panel.chairs if chair.state == "answered"]
    stand = _stand(command, ctx, given)
    mine = stand.chairs if stand else [chair for chair in given if chair.by == command.actor]
    if not mine:
        return None
    last = max(mine, key=lambda chair: chair.order)
    return Stand(last.person, tuple(chair for chair in mine if chair.order == last.order))


def _handed_over(panel: Panel, command: Command, ctx: VerbContext) -> Stand | None:
    """All unanswered chairs of `from`, his turn or not. He himself and operators may hand over."""
    leaver = str(command.args.get("from") or command.actor)
    if not ctx.is_operator and leaver != command.actor:
        return None
    chairs = tuple(chair for chair in panel.chairs if chair.person == leaver and chair.state == "open")
    return Stand(leaver, chairs) if chairs else None


def _operated(panel: Panel, command: Command) -> Stand | None:
    """The chairs an operator means: those of `from`; without it, the only person's, or a whole pool by its first."""
    there = open_chairs(panel)
    named = command.args.get("from")
    people = list(dict.fromkeys(chair.person for chair in there))
    if command.verb == "remove":
        return Stand("", ()) if there else None
    person = str(named) if named else people[0] if len(people) == 1 or (people and panel.pool) else None
    chairs = tuple(chair for chair in there if chair.person == person)
    return Stand(person, chairs) if person and chairs else None
