"""What holds for every test: nothing outside is reached, nothing of the caller's environment is seen, seeds are fixed.

Fixtures here are the few that any area may ask for; helpers live in tests/support, one module per concern.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog

from waystation.settings import Settings

ROOT = Path(__file__).parent.parent
#: Folders whose tests all carry a marker.
MARKED = {"temporal": "temporal", "replay": "temporal", "store": "databases"}

_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


class OutsideWorld(AssertionError):
    """A test tried to leave this machine."""


def pytest_configure(config: pytest.Config) -> None:
    """Close the doors before the first test module is imported."""
    for name in list(os.environ):
        if name.upper().startswith(("WAYSTATION_", "TEMPORAL_")) or name == "DATABASE_URL":
            del os.environ[name]
    for name, guarded in (("connect", _guarded_connect), ("connect_ex", _guarded_connect_ex)):
        setattr(socket.socket, name, guarded)
    setattr(socket, "getaddrinfo", _guarded_getaddrinfo)  # noqa: B010 - an assignment would be a type error
    # With rich installed, a traceback in the log is drawn with all its variables: seconds for one nobody looks at.
    *processors, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*processors, plain])
    steady = "EXPLORE" not in os.environ  # with it, Hypothesis draws other examples in each run
    hypothesis.settings.register_profile("waystation", deadline=None, derandomize=steady, database=None)
    hypothesis.settings.load_profile("waystation")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Temporal's client threads may abort an interpreter that leaves at once; a moment is enough for them to end."""
    if "temporalio.bridge" in sys.modules:
        time.sleep(0.3)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What takes minutes is collected only when it is asked for by name: `make prove`."""
    asked = any("prove" in argument for argument in config.invocation_params.args)
    return True if collection_path == ROOT / "tests" / "prove" and not asked else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the folder they stand in, so that no file can forget it."""
    for item in items:
        for part in item.path.relative_to(ROOT).parts:
            if part in MARKED:
                item.add_marker(MARKED[part])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation of its own, in a folder that goes away."""
    return Settings(data_dir=tmp_path / "var")


def _guarded_connect(self: socket.socket, address: Any) -> None:
    _refuse_outside(self, address)
    _connect(self, address)


def _guarded_connect_ex(self: socket.socket, address: Any) -> int:
    _refuse_outside(self, address)
    return _connect_ex(self, address)


def _guarded_getaddrinfo(host: Any, *rest: Any, **more: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if not _here(name):
        raise OutsideWorld(f"a test asked for the address of {name!r}")
    return _getaddrinfo(host, *rest, **more)


def _refuse_outside(sock: socket.socket, address: Any) -> None:
    if sock.family in {socket.AF_INET, socket.AF_INET6} and not _here(address[0]):
        raise OutsideWorld(f"a test tried to connect to {address!r}")


def _here(host: str | None) -> bool:
    """Whether a host is this machine; an unspecified address is what servers bind to."""
    if host is None or host in {"", "localhost"}:
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
