"""The scenarios of a design as text: what was simulated becomes one, and one goes, while the others stay as written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waystation.compiler.source import Source, read_source
from waystation.contracts.errors import Refused
from waystation.design.model import Tree
from waystation.design.operations import exact
from waystation.design.rewriting import rewritten, written
from waystation.design.trials import Ran
from workflows.panel import answerers

FILE = "scenarios.yaml"
MOST_SCENARIOS = 500
#: What a file may say once for all of its scenarios.
_SHARED = ("people", "actions", "settings")


def read(text: str) -> Source:
    """The scenarios' text as data."""
    return read_source(text, file=FILE)


def rows_of(tree: Any) -> list[Tree]:
    """The scenarios of a file: several, or the file itself."""
    if not isinstance(tree, dict):
        return []
    several = tree.get("scenarios")
    if isinstance(several, list):
        return [row for row in several if isinstance(row, dict)]
    return [tree] if "scenario" in tree else []


def scenario_from(name: str, simulation: Mapping[str, Any], ran: Ran) -> Tree:
    """What was simulated as a scenario, with what is true at its end as its last step."""
    row: Tree = {"scenario": name}
    for key in ("people", "settings"):
        if simulation.get(key):
            row[key] = simulation[key]
    actions = {**ran.actions.made_up, **(simulation.get("actions") or {})}
    if actions:
        row["actions"] = actions
    if simulation.get("start") is not None:
        row["start"] = simulation["start"]
    row["steps"] = [*(simulation.get("steps") or []), {"expect": _end_of(ran)}]
    found: Tree = exact(row)
    return found


def _end_of(ran: Ran) -> Tree:
    case = ran.case
    if case is None:
        return {"open": []}
    state = ran.engine.cases[case].machine.state
    if state.ending is not None:
        ending = state.ending
        return {"failed": ending.code} if ending.status == "failed" else {"ended": ending.outcome or ending.status}
    asked = {act.path: list(answerers(act.panel)) for act in state.acts.values() if act.panel is not None}
    expected: Tree = {"open": [act.path for act in state.acts.values()]}
    return {**expected, "assigned": asked} if asked else expected


def simulation_of(text: str, name: str) -> Tree:
    """What a saved scenario plays, without what it expects: a simulation.

    Raises:
        Refused: `not_found`, `not_editable`.
    """
    source = _sound(text)
    row = next((each for each in rows_of(source.tree) if _name(each) == name), None)
    if row is None:
        raise no_scenario(name)
    steps = [each for each in row.get("steps") or () if not (isinstance(each, dict) and "expect" in each)]
    found: Tree = {"start": row.get("start"), "steps": steps}
    for key in _SHARED:
        both = {**(source.tree.get(key) or {}), **(row.get(key) or {})}
        if both:
            found[key] = both
    return found


def no_scenario(name: str) -> Refused:
    return Refused("not_found", f"there is no scenario {name}", f"没有场景 {name}")


def added(text: str, process: str, row: Tree) -> str:
    """The text with a scenario in it; one of the same name goes.

    Raises:
        Refused: `not_editable`, the text is no sound YAML.
    """
    if not text.strip():
        return written({"process": process, "scenarios": [row]})
    source = _sound(text)
    tree: Tree = dict(source.tree)
    if not isinstance(tree.get("scenarios"), list):
        old = {key: tree.pop(key) for key in list(tree) if key not in ("process", "processes")}
        tree["scenarios"] = [old] if "scenario" in old else []
        source = Source(source.file, written(tree), tree) if tree.get("scenarios") is not None else source
    shared = {key: tree.pop(key) for key in _SHARED if key not in row and isinstance(tree.get(key), dict)}
    rows = [_apart(each, shared) for each in tree["scenarios"]]
    place = next((index for index, each in enumerate(rows) if _name(each) == row["scenario"]), len(rows))
    rows[place : place + 1] = [row]
    if len(rows) > MOST_SCENARIOS:
        raise Refused("too_many", f"at most {MOST_SCENARIOS} scenarios", f"最多 {MOST_SCENARIOS} 个场景")
    return rewritten(source, {**tree, "scenarios": rows})


def _apart(row: Any, shared: Tree) -> Any:
    """A scenario with what it shared with the others as its own: what was simulated did not have that."""
    if not isinstance(row, dict):
        return row
    return {**row, **{key: {**value, **(row.get(key) or {})} for key, value in shared.items()}}


def removed(text: str, name: str) -> str:
    """The text without a scenario.

    Raises:
        Refused: `not_found`, `not_editable`.
    """
    source = _sound(text)
    rows = rows_of(source.tree)
    kept = [row for row in rows if _name(row) != name]
    if len(kept) == len(rows):
        raise no_scenario(name)
    return rewritten(source, {**source.tree, "scenarios": kept}) if kept else ""


def _name(row: Any) -> Any:
    return row.get("scenario") if isinstance(row, dict) else None


def _sound(text: str) -> Source:
    source = read(text)
    if source.flaws or not isinstance(source.tree, dict):
        raise Refused("not_editable", "the scenarios have to be mended first", "请先修正场景文本中的语法错误")
    return source
