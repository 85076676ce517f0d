"""Compiling short processes in tests: `compiled("nodes: …")` gives problems as `line:col code`, or the plan."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from pydantic import BaseModel, ConfigDict

from waystation.compiler import Compiled, Library, compile_process
from waystation.contracts.catalog import ActionError, ActionSpec, Card, Catalog
from waystation.contracts.plan import Plan
from waystation.contracts.problems import Problem
from workflows.nodes import discover


class ReserveIn(BaseModel):
    """What the test action takes."""

    model_config = ConfigDict(extra="forbid")
    sku: str
    quantity: int
    note: str = ""


class ReserveOut(BaseModel):
    """What it gives."""

    reservation: str
    left: int


async def _run(_: Any) -> Any:
    raise NotImplementedError("compiling runs nothing")


def action(name: str, *, outside: bool = False) -> ActionSpec:
    """An action that takes sku, quantity and note, and gives reservation and left."""
    errors = (ActionError("stock.shortage", "缺货", "short of stock"),)
    return ActionSpec(name, ReserveIn, ReserveOut, _run, Card(name, name), errors, outside=outside)


#: Every node kind, and two actions: `stock.reserve`, and `stock.ship` with an outside effect.
CATALOG = Catalog(
    discover(), {"stock.reserve": action("stock.reserve"), "stock.ship": action("stock.ship", outside=True)}
)


def process(text: str) -> str:
    """A whole process around `nodes:` and whatever else stands in `text`; its own lines begin in line 3."""
    return "waystation: 1\nprocess: p\n" + dedent(text).lstrip("\n")


def compiled(text: str, library: Library | None = None) -> Compiled:
    """The outcome of compiling `process(text)`."""
    return compile_process(process(text), CATALOG, library, file="p.yaml")


def places(problems: tuple[Problem, ...]) -> list[str]:
    """Problems as `line:col code`."""
    return [f"{problem.place.line}:{problem.place.column} {problem.code}" for problem in problems]


def problems(text: str, library: Library | None = None) -> list[str]:
    """The problems of `process(text)` as `line:col code`."""
    return places(compiled(text, library).problems)


def plan(text: str, library: Library | None = None) -> Plan:
    """The plan of a process that is right; its errors fail the test."""
    return compiled(text, library).ready()
