"""What is stored, hashed and replayed is a msgspec struct whose defaults are left out (docs/decisions/0002)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import msgspec
import pytest
from pydantic import BaseModel

import workflows.nodes
from waystation.contracts import events, params, people, plan

STORED = (plan, params, events, people)


def structs(*modules: ModuleType) -> Iterator[type[msgspec.Struct]]:
    """The structs that these modules define."""
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__module__ == module.__name__:
                yield value


@pytest.mark.parametrize("struct", list(structs(*STORED)))
def test_defaults_are_left_out_of_what_is_stored(struct: type[msgspec.Struct]) -> None:
    """A new field with a default must not change the hash of a plan, or the size of a state, that does not use it."""
    assert struct.__struct_config__.omit_defaults


@pytest.mark.parametrize("struct", list(structs(plan, params)))
def test_a_plan_is_frozen_and_strict(struct: type[msgspec.Struct]) -> None:
    """A plan is known by its hash: nothing changes it, and nothing in it is silently dropped on reading."""
    assert struct.__struct_config__.frozen
    assert struct.__struct_config__.forbid_unknown_fields


def test_what_an_author_writes_is_refused_when_unknown() -> None:
    """Node configurations are pydantic models that take no unknown key."""
    configs = [
        model
        for info in pkgutil.iter_modules(workflows.nodes.__path__, "workflows.nodes.")
        for model in vars(importlib.import_module(info.name)).values()
        if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == info.name
    ]
    assert configs
    assert [model.__qualname__ for model in configs if model.model_config.get("extra") != "forbid"] == []
