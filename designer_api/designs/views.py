"""Designs as answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from designer_api.designs import bodies
from designer_api.designs.rights import Right, Rights
from waystation.design.checking import Checked, read_text
from waystation.design.exact import shown
from waystation.design.model import to_model
from waystation.design.says import with_says
from waystation.store.definitions import Version
from waystation.store.designs import Design


def summary(design: Design, rights: Rights, released: Mapping[str, Version]) -> bodies.DesignSummary:
    return bodies.DesignSummary(**_summary(design, rights, released))


def whole(
    design: Design,
    rights: Rights,
    released: Mapping[str, Version],
    *,
    made: Sequence[str] = (),
    merged: bool = False,
) -> bodies.Design:
    """A design with its model."""
    model = model_of(design.content.text)
    layout: dict[str, Any] = shown({"nodes": {}, "edges": {}, **(design.content.layout or {})})
    return bodies.Design(
        **_summary(design, rights, released), text=design.content.text, scenarios=design.content.scenarios,
        layout=layout, readable=model is not None, model=model, made=list(made), merged=merged,
    )  # fmt: skip


def model_of(text: str) -> bodies.Model | None:
    """The model of a text; None where it is no sound YAML."""
    source = read_text(text)
    if source.flaws or not isinstance(source.tree, dict):
        return None
    return bodies.Model.model_validate(shown(with_says(to_model(source.tree))))


def check(found: Checked) -> bodies.Check:
    """What the compiler says, by node and field."""
    problems = [
        bodies.FoundProblem(
            code=problem.code, severity=problem.severity.value, **asdict(spot), path=list(problem.path),
            line=problem.place.line, column=problem.place.column, zh=problem.zh, en=problem.en,
            hint_zh=problem.hint_zh, hint_en=problem.hint_en,
        )
        for problem, spot in zip(found.problems, found.spots, strict=True)
    ]  # fmt: skip
    return bodies.Check(ok=found.plan is not None, hash=found.hash, ms=round(found.seconds * 1000), problems=problems)


def _summary(design: Design, rights: Rights, released: Mapping[str, Version]) -> dict[str, Any]:
    right = rights.on(design.facts.process, design.region)
    newest = released.get(design.facts.process)
    return {
        "id": design.id,
        "process": design.facts.process,
        "title": design.facts.title or design.facts.process,
        "family": design.facts.family,
        "region": design.region,
        "base": design.base or None,
        "revision": design.revision,
        "saved_at": design.changed_at,
        "saved_by": design.changed_by,
        "created_at": design.created_at,
        "created_by": design.created_by,
        "may": bodies.May(edit=right >= Right.EDIT, publish=right >= Right.PUBLISH),
        "published": bodies.Released(version=newest.number, hash=newest.plan_hash) if newest is not None else None,
    }
