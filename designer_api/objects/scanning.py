"""Virus scanning by a clamd daemon over TCP. What is not certainly clean is not handed out.

The protocol is clamd's own: `INSTREAM`, then chunks each with its length in four bytes, then an empty one; the answer
is one line that ends in a NUL.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog

from waystation.settings import Settings
from waystation.store.attachments import Scan, ScanState

_log = structlog.get_logger(__name__)

_CHUNK = 256 * 1024
_LONGEST_ANSWER = 4096


class Scanner(Protocol):
    """Says of bytes whether they may be handed out. It never raises: not knowing is an answer too."""

    async def scan(self, data: bytes) -> Scan: ...


class NoScanner:
    """Where none is set up, files are marked as not scanned and handed out."""

    async def scan(self, data: bytes) -> Scan:
        return Scan(ScanState.UNSCANNED)


class Clamd:
    """A clamd daemon.

    Args:
        patience: seconds for one file, connection and answer included.
    """

    def __init__(self, host: str, port: int, *, patience: float) -> None:
        self._host = host
        self._port = port
        self._patience = patience

    async def scan(self, data: bytes) -> Scan:
        try:
            async with asyncio.timeout(self._patience):
                answer = await self._ask(data)
        except TimeoutError:
            return _failed("scan_timed_out", "no answer in time")
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            return _failed("scan_failed", repr(error))
        return _verdict(answer)

    async def _ask(self, data: bytes) -> str:
        reader, writer = await asyncio.open_connection(self._host, self._port, limit=_LONGEST_ANSWER)
        try:
            await self._send(writer, data)
            return (await reader.readuntil(b"\0")).rstrip(b"\0").decode("utf-8", "replace").strip()
        finally:
            writer.close()

    @staticmethod
    async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(data), _CHUNK):
                chunk = data[start : start + _CHUNK]
                writer.write(len(chunk).to_bytes(4, "big") + chunk)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
        except (BrokenPipeError, ConnectionResetError):
            return  # it stops listening when a file is too large for it, and says so


def _verdict(answer: str) -> Scan:
    """`stream: OK`, `stream: NAME FOUND`, or anything else, which is a failure."""
    said = answer.removeprefix("stream:").strip()
    if answer.startswith("stream:") and said == "OK":
        return Scan(ScanState.CLEAN)
    if said.endswith(" FOUND"):
        return Scan(ScanState.QUARANTINED, said.removesuffix(" FOUND").strip() or "unnamed")
    return _failed("scan_failed", answer)


def _failed(finding: str, cause: str) -> Scan:
    _log.warning("scan_failed", finding=finding, cause=cause)
    return Scan(ScanState.QUARANTINED, finding)


def open_scanner(settings: Settings) -> Scanner:
    """The scanner of this installation."""
    if settings.scanner is None:
        return NoScanner()
    host, _, port = settings.scanner.rpartition(":")
    return Clamd(host.strip("[]"), int(port), patience=settings.scanner_patience)
