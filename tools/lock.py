"""The lock file: `python -m tools.lock` makes it, `--check` says whether it still belongs to pyproject.toml.

The check needs no network: the lock's first line carries the hash of what it was made from, so a forgotten `make lock`
is found by comparing, while newer releases of a dependency are not mistaken for drift.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

LOCK = Path("requirements.lock")
MARK = "# made by `make lock` from inputs sha256:"
COMMAND = """uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
--extra test pyproject.toml --output-file""".split()


def inputs_hash(pyproject: str) -> str:
    """Hex SHA-256 of all that decides what is installed, whatever else the file says and however it is laid out."""
    project = tomllib.loads(pyproject)["project"]
    inputs = {
        "requires-python": project["requires-python"],
        "dependencies": sorted(project["dependencies"]),
        "extras": {name: sorted(wanted) for name, wanted in project["optional-dependencies"].items()},
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def drift(pyproject: str, lock: str) -> str:
    """What is wrong with the lock, in one line; empty when nothing is."""
    first = lock.partition("\n")[0]
    if not first.startswith(MARK):
        return f"{LOCK} does not say what it was made from; run `make lock`. 锁文件缺少来源标记，请运行 make lock。"
    if first.removeprefix(MARK) != inputs_hash(pyproject):
        return f"{LOCK} is older than pyproject.toml; run `make lock`. 锁文件已过期，请运行 make lock。"
    if "--index-url" in lock or "--extra-index-url" in lock:
        return f"{LOCK} names a package index. 锁文件不得包含软件源地址。"
    return ""


def make() -> None:
    """Resolve again, keeping the versions that still fit, and mark the file with its inputs."""
    subprocess.run([str(Path(sys.executable).with_name("uv")), *COMMAND[1:], str(LOCK)], check=True)
    LOCK.write_text(
        f"{MARK}{inputs_hash(Path('pyproject.toml').read_text('utf-8'))}\n{LOCK.read_text('utf-8')}", "utf-8"
    )


def main() -> int:
    if sys.argv[1:] != ["--check"]:
        make()
        return 0
    fault = drift(Path("pyproject.toml").read_text("utf-8"), LOCK.read_text("utf-8"))
    print(fault or f"{LOCK} belongs to pyproject.toml")
    return int(bool(fault))


if __name__ == "__main__":
    sys.exit(main())
