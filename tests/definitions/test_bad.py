"""One bad example for each problem code: `bad/<code>/graph.yaml`, and in `problems.txt` all that is wrong with it.

A folder may hold further files that the example names, and further examples: `x.yaml` with its problems in `x.txt`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.compiling import CATALOG, places
from waystation.compiler.files import Definitions, find_files
from waystation.compiler.messages import codes

BAD = Path(__file__).parent / "bad"
EXAMPLES = sorted(path for path in BAD.rglob("*.txt"))


def example_of(expected: Path) -> Path:
    name = "graph" if expected.stem == "problems" else expected.stem
    return expected.with_name(f"{name}.yaml")


def found(example: Path) -> list[str]:
    definitions = Definitions.read(find_files([example.parent]))
    (file,) = [file for file in definitions.files if file.path == example]
    return places(definitions.problems(file, CATALOG))


@pytest.mark.parametrize("code", codes())
def test_every_code_has_a_bad_example(code: str) -> None:
    """A code that no example shows is a code that nobody has seen."""
    expected = BAD / code / "problems.txt"
    assert expected.exists(), f"write {expected.relative_to(BAD.parent)} and graph.yaml beside it"
    assert code in {line.split()[1] for line in expected.read_text("utf-8").splitlines()}


@pytest.mark.parametrize("expected", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_bad_example_has_the_problems_it_is_kept_for(expected: Path) -> None:
    """All of them, each at its line and column, and no others."""
    assert expected.read_text("utf-8").splitlines() == found(example_of(expected))


def test_every_folder_of_examples_is_a_code() -> None:
    """An example of a code that is gone is found out."""
    assert {path.name for path in BAD.iterdir() if path.is_dir()} <= set(codes())
