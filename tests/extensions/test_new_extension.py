"""`waystation new extension` makes a package that builds, installs, and passes its own tests."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from waystation.cli import run
from waystation.commands.new import files

ROOT = Path(__file__).parent.parent.parent


#: The package's own tests, and what the product knows of it, by one interpreter of that environment.
TRIED = """
import sys, pytest
code = pytest.main(["-q", "-p", "no:randomly", "-p", "no:cacheprovider", sys.argv[1]])
from waystation.bootstrap import build_catalog
print(*build_catalog().actions)
sys.exit(code)
"""


def ran(*command: str | Path, **more: str) -> str:
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **more}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=170, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_new_extension_builds_installs_and_passes(tmp_path: Path) -> None:
    """Built and installed offline into an environment of its own: kind and action are there, its example runs."""
    assert run(["new", "extension", "greetings", "--into", str(tmp_path)]) == 0
    folder = tmp_path / "waystation-greetings"
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    site = next((tmp_path / "venv" / "lib").iterdir()) / "site-packages"
    (site / "waystation_of_the_tests.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n", "utf-8")
    offline = ("--no-build-isolation", "--no-deps", "--no-index", "--no-compile", "--quiet")
    ran(sys.executable, "-m", "pip", "install", *offline, "--target", site, folder)
    said = ran(python, "-c", TRIED, folder)
    assert "2 passed" in said
    assert "greetings.greet" in said.splitlines()[-1]


def test_what_is_made_is_tidy(tmp_path: Path) -> None:
    """Its Python compiles, names are filled in everywhere, and files end with one newline."""
    made = files("greetings")
    assert {path.suffix for path in made} == {".py", ".toml", ".md", ".yaml"}
    for path, text in made.items():
        assert "$name" not in text
        assert "${name}" not in text
        assert text.endswith("\n")
        if path.suffix == ".py":
            compile(text, str(path), "exec")


@pytest.mark.parametrize("name", ["Upper", "with-dash", "1st", "../up", "class"])
def test_names_that_are_no_packages_are_refused(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line says what a name looks like; nothing is written."""
    assert run(["new", "extension", name, "--into", str(tmp_path)]) == 2
    assert list(tmp_path.iterdir()) == []
    assert name in capsys.readouterr().err


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    """Making it twice changes nothing."""
    assert run(["new", "extension", "greetings", "--into", str(tmp_path)]) == 0
    (tmp_path / "waystation-greetings" / "README.md").write_text("mine", "utf-8")
    assert run(["new", "extension", "greetings", "--into", str(tmp_path)]) == 2
    assert (tmp_path / "waystation-greetings" / "README.md").read_text("utf-8") == "mine"
