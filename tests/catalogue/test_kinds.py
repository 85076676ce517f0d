"""Every node kind has both halves, a card in both languages and a shape that says what every key is for."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from waystation.bootstrap import build_catalog
from waystation.compiler.kinds import Kind
from workflows.machine.steps import STEPS
from workflows.nodes import discover

KINDS = discover()
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


def test_the_catalogue_has_every_kind_that_the_machine_runs() -> None:
    """Neither half without the other."""
    assert list(build_catalog().kinds) == sorted(STEPS)


@kinds
def test_both_halves_agree_on_the_params(kind: Kind[Any]) -> None:
    """What `lower` makes is what the step reads."""
    assert kind.params is STEPS[kind.name].params
    assert issubclass(kind.params, msgspec.Struct)


@kinds
def test_a_kind_has_a_card(kind: Kind[Any]) -> None:
    """The palette shows it."""
    card = kind.card
    assert all((card.title_zh, card.title_en, card.about_zh, card.about_en, card.icon, card.group))


@kinds
def test_every_key_says_what_it_is_for(kind: Kind[Any]) -> None:
    """In both languages: the designer makes its form of it."""
    for name, key in kind.Config.model_json_schema()["properties"].items():
        assert key["x-zh"], name
        assert key["x-en"], name


def test_actions_come_in_name_order() -> None:
    """So that what is generated from them does not change by itself."""
    names = list(build_catalog().actions)
    assert names == sorted(names)
    assert names
