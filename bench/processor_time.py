"""Processor time of processes that a benchmark has started, from /proc: what a thing costs, however long it waits."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def by_role(role_of: Callable[[str], str | None]) -> dict[str, float]:
    """Seconds of processor time that descendants of this process have used, by role.

    Args:
        role_of: what a process is by its command line; None: it does not count.
    """
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            parents[int(folder.name)] = int(fields[1])
            used[int(folder.name)] = (int(fields[11]) + int(fields[12])) / _TICKS
    found: dict[str, float] = {}
    for pid, seconds in used.items():
        role = role_of(_command(pid)) if _descends(pid, parents) else None
        if role is not None:
            found[role] = found.get(role, 0.0) + seconds
    return found


def _descends(pid: int, parents: dict[int, int]) -> bool:
    me = os.getpid()
    while pid in parents and pid != me:
        pid = parents[pid]
    return pid == me


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
