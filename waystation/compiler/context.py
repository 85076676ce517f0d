"""Which nodes see `message` and `error`: those that a token can only reach through the event that brought them.

Seen for each body from its entry without the edges of one sort of event: what is then out of reach, and is in reach
with them, was brought by such an event.
"""

from __future__ import annotations

from collections.abc import Mapping

from waystation.compiler.drafts import Draft
from waystation.compiler.node_shapes import BoundaryShape
from waystation.compiler.ways import all_parts, events_of, exits_of

EVENTS = ("error", "message")


def names_brought(
    members: Mapping[str, Draft], at: str | None, outer: BoundaryShape | None = None
) -> dict[str, tuple[str, ...]]:
    """For each node of a body, which of `error` and `message` an event alone can have brought.

    Args:
        members: the nodes of the body.
        at: its first node.
        outer: the boundary events of the case, for the outermost body.
    """
    found: dict[str, list[str]] = {name: [] for name in members}
    if outer is None and not any(draft.config is not None and draft.config.on for draft in all_parts(members)):
        return dict.fromkeys(members, ())
    everything = _reach(members, at, outer, leaving_out=None)
    for event in EVENTS:
        without = _reach(members, at, outer, leaving_out=event)
        for name in members:
            if name in everything and name not in without:
                found[name].append(event)
    return {name: tuple(events) for name, events in found.items()}


def _reach(
    members: Mapping[str, Draft], at: str | None, outer: BoundaryShape | None, leaving_out: str | None
) -> set[str]:
    waiting = [at] if at is not None else []
    waiting += [to for event, to in events_of(outer) if event != leaving_out]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in members:
            continue
        seen.add(name)
        waiting += exits_of(members[name], leaving_out)
    return seen
