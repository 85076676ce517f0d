"""Secrets by name: files that an operator puts into a folder, one folder a tenant.

They are read when they are used, so a new one counts at once, and kept nowhere: not in the database, not in a plan, not
in a journal.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from waystation.contracts.errors import Refused

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_TENANT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
#: Bytes of a secret at most.
_MOST = 16 * 1024


class Secrets:
    """The secrets of all tenants.

    Args:
        folder: `<folder>/<tenant>/<name>`; None: there are none.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    async def get(self, tenant: str, name: str) -> str:
        """A secret of a tenant, without the line's end after it.

        Raises:
            Refused: `http.unknown_secret`.
        """
        if self._folder is None or not _NAME.fullmatch(name) or not _TENANT.fullmatch(tenant):
            raise _unknown(name)
        try:
            found = await asyncio.to_thread(_read, self._folder / tenant / name)
        except (OSError, UnicodeDecodeError):
            raise _unknown(name) from None
        if not found or any(ord(character) < 32 or ord(character) == 127 for character in found):
            raise _unknown(name)
        return found


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MOST).decode().rstrip("\r\n")


def _unknown(name: str) -> Refused:
    shown = name[:64]
    return Refused(
        "http.unknown_secret", f"there is no secret {shown}", f"没有名为 {shown} 的密钥", {"secret": shown}
    )  # fmt: skip
