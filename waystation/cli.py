"""The command `waystation`: it only puts together the modules of `waystation.commands`.

Each of those has `register(app)`, which adds its commands; whatever is heavy is imported inside a command, so that
`waystation check` does not load a server. Every way out goes through `leave`.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import typer

from waystation import commands


def build_app() -> typer.Typer:
    """The command line with every command module, in name order."""
    app = typer.Typer(
        name="waystation",
        help="Business processes as YAML graphs. 驿站：用 YAML 流程图运行业务流程。",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_waystation)
    for module in sorted(info.name for info in pkgutil.iter_modules(commands.__path__) if info.name[0] != "_"):
        importlib.import_module(f"{commands.__name__}.{module}").register(app)
    return app


def _waystation() -> None:
    """Business processes as YAML graphs. 驿站：用 YAML 流程图运行业务流程。"""


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line and answer with its exit code; 2 means that the command line itself is wrong."""
    try:
        build_app()(args=list(arguments), prog_name="waystation")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    return 0


def leave(code: int) -> NoReturn:
    """End the process with what was printed written out. Client threads of other libraries may abort a normal exit."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # the reader of a pipe has gone
            stream.flush()
    os._exit(code)


def main() -> NoReturn:
    """Entry point of the console script."""
    leave(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
