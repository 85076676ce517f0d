"""Whatever is done to a process, the compiler answers with problems or a plan, soon, and never with an exception."""

from __future__ import annotations

import os
import random
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.compiling import CATALOG, places
from waystation.bootstrap import build_catalog
from waystation.compiler import Library, compile_process, read_source
from waystation.compiler.files import Definitions, find_files
from waystation.contracts.catalog import Catalog
from waystation.contracts.plan import canonical_json, read_plan

EVERYTHING = Path(__file__).with_name("everything.yaml")
ROUNDS = 100
#: Of each process that ships; the variable asks for a longer run.
MUTATIONS = int(os.environ.get("TEST_MUTATIONS", "6"))
DEFINITIONS = Path(__file__).parents[3] / "definitions"
SHIPPED = ("ticket", "purchase", "fulfilment", "visit")
SHIPPED_CATALOG = build_catalog()
SCALAR = re.compile(r"[\w.%]+")
OTHERS = ("", "null", "true", "-1", "1e9", "end", "2h", "[]", "{}", "${ data }", "9" * 50, '"', "'", "~", "甲", "*")
TEXT = EVERYTHING.read_text("utf-8")
TREE = yaml.load(TEXT, yaml.CSafeLoader)
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    " ",
    "end",
    "${",
    "${ }",
    "${ data }",
    "${ data.nothing.at.all }",
    "2h",
    "..",
    "> ",
    "甲",
    "a/b",
    "$",
    [],
    [None],
    [[]],
    ["end", "end"],
    {},
    {"": None},
    {"$": 1},
    {"to": "end", "when": 1},
    {"kind": "end"},
    {"in": "1d", "steps": [{}]},
    {"a": {"b": {"c": {"d": {}}}}},
)


def places_in(tree: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a tree."""
    keys = list(tree) if isinstance(tree, dict) else list(range(len(tree))) if isinstance(tree, list) else []
    return [(tree, key) for key in keys] + [place for key in keys for place in places_in(tree[key])]


def mutated_tree(chance: random.Random, tree: Any) -> str:
    for _ in range(chance.randint(1, 4)):
        container, key = chance.choice(places_in(tree))
        way = chance.random()
        if way < 0.25:
            del container[key]
        elif way < 0.75:
            container[key] = chance.choice(ODD)
        elif isinstance(container, dict):
            container[chance.choice((f"{key}x", "end", "on", "next", "if", ""))] = container[key]
        if not tree:
            break
    return yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)


def mutated_text(chance: random.Random, text: str) -> str:
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text))
        size = chance.choice((1, 1, 3, 20, 200))
        odd = chance.choice(
            ("", "{", "}", "[", "]", ":", "\n", "\t", "${", '"', "'", "- ", "&a ", "*a", "!x ", "\x00", "#")
        )
        text = text[:at] + odd + text[at + size :]
    return text


def survives(text: str | bytes, catalog: Catalog = CATALOG, library: Library | None = None) -> None:
    compiled = compile_process(text, catalog, library, file="p")
    assert (compiled.plan is None) == any(problem.is_error for problem in compiled.problems)
    for problem in compiled.problems:
        assert problem.zh
        assert problem.en
        assert "{" not in problem.code
    if compiled.plan is not None:
        assert canonical_json(read_plan(canonical_json(compiled.plan))) == canonical_json(compiled.plan)


def test_the_process_that_is_mutated_is_right() -> None:
    """Otherwise its mutations would show little."""
    compiled = compile_process(EVERYTHING, CATALOG)
    assert [] == [str(problem) for problem in compiled.problems]
    assert compiled.plan is not None


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_mutated_tree_is_survived(seed: int) -> None:
    """Keys gone, values of the wrong kind, names twice."""
    chance = random.Random(seed)
    survives(mutated_tree(chance, deepcopy(TREE)))


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_mutated_text_is_survived(seed: int) -> None:
    """Whatever a slip of the hand does to the text."""
    survives(mutated_text(random.Random(seed), TEXT))


def mutated_lines(chance: random.Random, text: str) -> bytes:
    """A line gone, twice, elsewhere, further in; a scalar for another; bytes that are no text."""
    lines = text.splitlines(keepends=True)
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(7):
            case 0:
                del lines[at : at + chance.choice((1, 1, 1, 10))]
            case 1:
                lines.insert(other, lines[at])
            case 2:
                lines.insert(other % len(lines), lines.pop(at))
            case 3:
                lines[at] = chance.choice((" ", "    ", "\t", "- ", "? ")) + lines[at]
            case 4:
                lines[at] = lines[at].removeprefix("  ")
            case 5:
                words = SCALAR.findall(lines[at])
                if words:
                    lines[at] = lines[at].replace(chance.choice(words), chance.choice(OTHERS), 1)
            case 6:
                where = chance.randrange(len(lines[at]))
                lines[at] = lines[at][:where] + chr(chance.randrange(0x20, 0x3000)) + lines[at][where:]
        if not lines:
            break
    data = bytearray("".join(lines).encode())
    if data and chance.random() < 0.2:
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_mutated_process_that_ships_is_survived(name: str) -> None:
    """With the forms, tables and people around it, as it is checked from the command line."""
    text = (DEFINITIONS / f"{name}.yaml").read_text("utf-8")
    library = Definitions.read(find_files([DEFINITIONS])).library
    for seed in range(MUTATIONS):
        survives(mutated_lines(random.Random(f"{name}{seed}"), text), SHIPPED_CATALOG, library)


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "1", "null", "- a", "process: p", "waystation: 1\nprocess: p\nnodes: {}"]
)
def test_what_is_hardly_a_process_is_survived(text: str) -> None:
    """At least one problem, at a place."""
    compiled = compile_process(text, CATALOG)
    assert compiled.plan is None
    assert places(compiled.problems)


def test_many_nodes_and_deep_bodies_are_survived() -> None:
    """Bodies in bodies as deep as YAML allows."""
    text = "a: { kind: scope, body: { nodes: { " * 15 + "z: { kind: merge, next: end }" + " } }, next: end }" * 15
    compiled = compile_process(f"waystation: 1\nprocess: p\nnodes: {{ {text} }}", CATALOG)
    assert read_source(text) is not None
    assert compiled.plan is not None
