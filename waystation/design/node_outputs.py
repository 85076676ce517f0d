"""What a node gave when it was run alone: the part that can be pinned, so that simulations use it in its place."""

from __future__ import annotations

from typing import Any

from waystation.contracts.events import EntryKind
from waystation.design.lone_nodes import real_target
from waystation.design.model import Tree
from waystation.design.node_trials import Lone
from waystation.design.trial_answers import node_of

#: What comes from outside: people, actions, messages. A simulation is given it where it would ask for it.
ANSWERED = ("task", "approval")
#: What is computed, or waited for: a simulation takes over what it saved and where it went.
COMPUTED = ("choice", "table", "set", "merge", "wait", "call", "send", "notify")
PINNED = ("action", "receive", *ANSWERED, *COMPUTED)


def output_of(lone: Lone, state: str) -> Tree | None:
    """The output, or None where the node has given none, or has none of its own."""
    kind = lone.node.kind
    if kind not in PINNED:
        return None
    if kind == "action":
        return _of_action(lone)
    left = lone.of_node(EntryKind.NODE_LEFT)
    if state != "done" or not left:
        return None
    outcome = left[-1].data.get("outcome")
    if kind in ANSWERED:
        return _of_people(lone, outcome)
    if kind == "receive":
        taken = lone.of_node(EntryKind.MESSAGE_TAKEN)
        return {"kind": kind, "message": dict(taken[-1].data.get("fields") or {}) if taken else {}}
    found: Tree = {"kind": kind, "outcome": outcome, "values": _values(lone)}
    if kind == "choice":
        found["to"] = real_target(str(left[-1].data.get("to")))
    if kind == "table" and lone.looks and lone.looks[-1].rules is not None:
        found["result"] = lone.looks[-1].rules.gives
    return found


def _of_action(lone: Lone) -> Tree | None:
    done = [each for each in lone.ran.actions.done if node_of(each.path) == lone.key]
    if not done:
        return None
    if done[-1].failed is not None:
        return {"kind": "action", "failed": done[-1].failed}
    return {"kind": "action", "result": done[-1].result}


def _of_people(lone: Lone, outcome: Any) -> Tree:
    """The answer that decided; the form is what was filled in last."""
    given = lone.of_node(EntryKind.ANSWERED)
    form: dict[str, Any] = {}
    for entry in given:
        form |= entry.data.get("form") or {}
    return {"kind": lone.node.kind, "outcome": outcome, "form": form, "by": given[-1].by if given else None}


def _values(lone: Lone) -> Tree:
    found: Tree = {}
    for entry in lone.of_node(EntryKind.DATA_CHANGED):
        prefix = "local." if entry.data.get("local") else ""
        found |= {prefix + name: value for name, value in (entry.data.get("fields") or {}).items()}
    return found
