"""`waystation case` has every command that the API has, and reads its arguments as the API would get them."""

from __future__ import annotations

import pytest
import typer

from designer_api.case_commands import COMMANDS
from waystation.commands.cases import _HELP, read_arguments


def test_every_command_of_the_api_is_there() -> None:
    """A command that is added to the one is added to the other."""
    assert set(_HELP) == set(COMMANDS)


def test_arguments_are_json_where_they_can_be() -> None:
    """Numbers, maps and lists are read as such; everything else is text."""
    given = ["to=3", 'map={"a": "b"}', "who=ann", "reason=1 = 1", "item="]
    assert read_arguments(given) == {"to": 3, "map": {"a": "b"}, "who": "ann", "reason": "1 = 1", "item": ""}
    assert read_arguments(None) == {}


def test_what_is_no_pair_is_refused() -> None:
    with pytest.raises(typer.Exit) as left:
        read_arguments(["reason"])
    assert left.value.exit_code == 2
