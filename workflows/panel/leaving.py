"""Undoing what a chair is: who goes takes along whoever was put before, after or under him; answers can be dropped."""

from __future__ import annotations

from typing import Literal

from msgspec import structs

from workflows.panel.model import Chair, Panel


def without(panel: Panel, people: tuple[str, ...]) -> Panel:
    """A copy of the panel after these people, and whoever was put before, after or under them, have gone."""
    rest = structs.replace(panel, chairs=[structs.replace(chair) for chair in panel.chairs])
    dismiss(rest, [chair for chair in rest.chairs if chair.person in people and chair.state == "open"], "removed")
    return rest


def dismiss(panel: Panel, chairs: list[Chair], how: Literal["left", "removed"]) -> None:
    """Let these unanswered chairs go, with all that hangs on them; a claim of theirs ends."""
    for chair in chairs:
        chair.state = how
        dismiss(panel, list(panel.attached(chair, "before", "after", "delegate")), how)
    if panel.claimer is not None and all(chair.person != panel.claimer for chair in panel.base()):
        panel.claimer = None


def reopen(chair: Chair) -> None:
    """Take the answer off this chair: whoever sits in it is asked again."""
    chair.state, chair.answer, chair.at, chair.by = "open", None, None, ""
    chair.order, chair.form, chair.comment = 0, "", ""
