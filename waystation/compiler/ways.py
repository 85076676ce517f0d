"""The edges of drafts as their author wrote them: before it is known whether they are allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from waystation.compiler.node_shapes import BoundaryShape, BranchShape
from waystation.contracts.plan import END
from waystation.contracts.problems import Path

if TYPE_CHECKING:
    from waystation.compiler.drafts import Draft


@dataclass(frozen=True, slots=True)
class Way:
    """An edge as the author wrote it. `path` leads to it, seen from the node."""

    to: str
    path: Path
    outcome: str | None = None
    branch: BranchShape | None = None


def written_ways(draft: Draft) -> Iterator[Way]:
    """The edges of a node as written, whether they are allowed there or not."""
    written: Any = draft.config.next if draft.config is not None else None
    if written is None and _borrows(draft) and draft.owner is not None and draft.owner.config is not None:
        written = draft.owner.config.next
    if isinstance(written, str):
        yield Way(written, ("next",))
    elif isinstance(written, dict):
        for outcome, to in written.items():
            yield Way(to, ("next", outcome), outcome=outcome)
    elif isinstance(written, list):
        for index, branch in enumerate(written):
            yield Way(branch.to, ("next", index), branch=branch)


def _borrows(draft: Draft) -> bool:
    """An alternative of a race without `next` goes where the race's own `next` says."""
    return draft.owner is not None and draft.owner.inside is not None and draft.owner.inside.free


def events_of(shape: BoundaryShape | None) -> Iterator[tuple[str, str]]:
    """Each boundary event: its sort and its target."""
    if shape is not None:
        yield from (("error", each.to) for each in shape.error)
        yield from (("deadline", each.to) for each in shape.deadline)
        yield from (("message", each.to) for each in shape.message)


def all_parts(members: Mapping[str, Draft]) -> Iterator[Draft]:
    """The nodes of a body, and the alternatives of its races."""
    for draft in members.values():
        yield draft
        if draft.inside is not None and draft.inside.free:
            yield from draft.members.values()


def exits_of(draft: Draft, leaving_out: str | None = None) -> Iterator[str]:
    """Every node that a token may go to from this one; of a race also from its alternatives.

    `leaving_out`: a sort of boundary event that does not count.
    """
    alternatives: Iterable[Draft] = draft.members.values() if draft.inside is not None and draft.inside.free else ()
    for part in (draft, *alternatives):
        yield from (way.to for way in part.ways)
        if part.config is not None:
            yield from (to for event, to in events_of(part.config.on) if event != leaving_out)


def incoming_in(members: Mapping[str, Draft]) -> dict[str, list[str]]:
    """For each node of a body the ids of those with an edge to it, in display order."""
    found: dict[str, list[str]] = {}
    for draft in members.values():
        for to in dict.fromkeys(exits_of(draft)):
            found.setdefault(to, []).append(draft.id)
    return found


def ends_of(members: Mapping[str, Draft]) -> tuple[tuple[str, ...], bool]:
    """The outcomes that the ends of a body name, and whether a token can end there without one."""
    named: list[str] = []
    plain = False
    for draft in members.values():
        if draft.kind is not None and draft.kind.name == "end":
            outcome, error = getattr(draft.config, "outcome", None), getattr(draft.config, "error", None)
            named += [outcome] if outcome is not None and outcome not in named else []
            plain = plain or (outcome is None and error is None)
        plain = plain or END in exits_of(draft)
    return tuple(named), plain
