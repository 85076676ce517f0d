"""The people side of one human node as plain data: who is asked, who has answered, who took it.

A panel is part of a case's state, so everything here is JSON that msgspec reads back. It holds no rule: counting is in
`counting`, turns are in `turns`, verbs in `checks` and `verbs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

APPROVE, REJECT, ABSTAIN = "approve", "reject", "abstain"
APPROVED, REJECTED = "approved", "rejected"

Mode = Literal["any", "all", "sequence", "need", "percent", "weight", "all_then_any"]


class PanelSettings(Struct, frozen=True, omit_defaults=True):
    """What the node's author said about answering.

    Args:
        judge: an approval (True) or a task.
        quota: the number of `need`, `percent` (0 to 100) or `weight`.
        outcomes: a task's outcomes in declared order; the first is taken when everybody passes by himself.
        allow: verbs open to those asked; kept for the record, `VerbContext.allow` is what is checked.
        strategy: as in `plan.Assign`; a task with `all` needs everybody, any other is done by one.
        initiator: may urge, comment and copy although he is not asked.
        when_initiator: unless `self`, the initiator does not answer as somebody's proxy either.
        readers: people told about the case before; they may comment, and are not told a second time.
        shown: fingerprint of the data that the people are asked about.
    """

    judge: bool
    mode: Mode = "any"
    quota: int | float | Decimal | None = None
    refusals: Literal["any", "all"] = "any"
    decide: Literal["early", "late"] = "early"
    outcomes: tuple[str, ...] = ("done",)
    allow: tuple[str, ...] = ()
    strategy: str = "pool"
    initiator: str = ""
    when_initiator: str = "self"
    readers: tuple[str, ...] = ()
    shown: str = ""


class Chair(Struct, omit_defaults=True):
    """One voice. A transfer changes who sits in it; the chair, with its weight and stage, stays.

    Args:
        state: `open` (not answered), `answered`, `passed` (agreed without being asked), `withdrawn` (closed because
            the node was decided; still in the base); out of the base are `left` (no longer found in the organisation)
            and `removed` (taken away by a verb or a deadline).
        answer: approve, reject or abstain; at a task the outcome.
        by: the actor; differs from `person` when a proxy answered ("by for person").
        order: number of the answer within the panel, from 1; 0 for a voice that passed by itself.
        form: fingerprint of the data shown when the answer was given.
        seat: the person first found for it; "" when a verb made the chair.
        rule: index of the rule that found the seat, -1 for `when_empty`, None when a verb or a deadline made it.
        chain: those who sat here before, oldest first.
        parent, relation: the chair that this one stands before, after or with, or advises. `before` and `delegate`
            hold the parent back until they answer; `after` is asked when the parent has agreed; only chairs without a
            relation and those `with` another are counted.
    """

    id: str
    person: str
    weight: int = 1
    stage: int = 0
    state: Literal["open", "answered", "passed", "withdrawn", "left", "removed"] = "open"
    answer: str | None = None
    at: datetime | None = None
    by: str = ""
    order: int = 0
    form: str = ""
    comment: str = ""
    proxies: tuple[str, ...] = ()
    seat: str = ""
    rule: int | None = None
    passes: str | None = None
    chain: tuple[str, ...] = ()
    parent: str | None = None
    relation: Literal["", "before", "after", "with", "delegate"] = ""

    @property
    def gone(self) -> bool:
        """Does nobody speak here any more?"""
        return self.state in ("left", "removed")

    @property
    def counted(self) -> bool:
        """Is this voice part of the base of the mode?"""
        return self.relation in ("", "with") and not self.gone


class Panel(Struct, omit_defaults=True, dict=True):
    """Everybody concerned with one activation of a human node.

    Args:
        quota: decimal text of the mode's number, "" where the mode has none.
        every: a task that each person must complete.
        pool: one of several may take it for himself.
        claimer: the person who took it.
        drafts: unfinished forms by the person who wrote them.
        urged: when a person last urged.
        readers: people it was copied to, with the time they read it.
        revision: rises when those asked or what they are asked about change; answers do not raise it.
        shown: fingerprint of the data that the people are asked about.
        made: chairs made so far, for their ids.
        answers: answers given so far, for their order.
    """

    judge: bool
    mode: Mode = "any"
    quota: str = ""
    refusals: Literal["any", "all"] = "any"
    decide: Literal["early", "late"] = "early"
    outcomes: tuple[str, ...] = ()
    every: bool = False
    pool: bool = False
    initiator: str = ""
    when_initiator: str = "self"
    chairs: list[Chair] = []
    claimer: str | None = None
    drafts: dict[str, dict[str, Any]] = {}
    urged: dict[str, datetime] = {}
    readers: dict[str, datetime | None] = {}
    revision: int = 1
    shown: str = ""
    made: int = 0
    answers: int = 0

    def chair(self, chair_id: str | None) -> Chair | None:
        """The chair with this id."""
        return next((chair for chair in self.chairs if chair.id == chair_id), None)

    def base(self) -> list[Chair]:
        """The voices that the mode counts, in order."""
        return [chair for chair in self.chairs if chair.counted]

    def attached(self, chair: Chair, *relations: str) -> Iterator[Chair]:
        """The chairs put before or after this one, or advising it, that still matter."""
        for other in self._by_parent().get(chair.id, ()):
            if other.relation in relations and not other.gone:
                yield other

    def hang(self, chair: Chair, parent: Chair) -> None:
        """Attach a chair to another one than before."""
        chair.parent = parent.id
        self.__dict__.clear()

    def _by_parent(self) -> dict[str, list[Chair]]:
        """Chairs by the one that they are attached to, kept beside the fields: hundreds of people ask it of each."""
        kept = self.__dict__
        if kept.get("of") != len(self.chairs):
            found: dict[str, list[Chair]] = {}
            for chair in self.chairs:
                if chair.parent is not None:
                    found.setdefault(chair.parent, []).append(chair)
            kept["of"], kept["found"] = len(self.chairs), found
        known: dict[str, list[Chair]] = kept["found"]
        return known

    def seat(self, person: str, **settings: Any) -> Chair:
        """A new open chair at the end of the row."""
        self.made += 1
        chair = Chair(id=f"c{self.made}", person=person, **settings)
        self.chairs.append(chair)
        return chair


class Change(Struct, frozen=True):
    """What a verb or a deadline did, as the journal keeps it.

    `answered`: {answer, outcome, form, comment, for}; `verb`: {verb, …} with the verb's own keys.
    """

    kind: Literal["answered", "verb"]
    data: dict[str, Any]


class Answer(Struct, frozen=True, omit_defaults=True):
    """An answer that outlives its panel, for `answers: keep` and 去重."""

    answer: str
    at: datetime | None = None
    by: str = ""
    form: str = ""
    comment: str = ""
