"""The virus scanner's protocol, against a server on this machine that speaks it, or does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from designer_api.objects.scanning import Clamd, NoScanner, open_scanner
from waystation.settings import Settings
from waystation.store.attachments import Scan, ScanState

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def daemon(answer: Answer) -> AsyncIterator[Clamd]:
    """A clamd that reads a whole stream and answers as told."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        data = b""
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            data += await reader.readexactly(size)
        await answer(data, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield Clamd("127.0.0.1", server.sockets[0].getsockname()[1], patience=5)


def says(text: bytes) -> Answer:
    async def answer(data: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return answer


@pytest.mark.parametrize(
    ("text", "scan"),
    [
        (b"stream: OK\0", Scan(ScanState.CLEAN)),
        (b"stream: Eicar-Test-Signature FOUND\0", Scan(ScanState.QUARANTINED, "Eicar-Test-Signature")),
        (b"INSTREAM size limit exceeded. ERROR\0", Scan(ScanState.QUARANTINED, "scan_failed")),
        (b"OK\0", Scan(ScanState.QUARANTINED, "scan_failed")),
        (b"stream: OK", Scan(ScanState.QUARANTINED, "scan_failed")),
        (b"", Scan(ScanState.QUARANTINED, "scan_failed")),
        (b"x" * 10_000 + b"\0", Scan(ScanState.QUARANTINED, "scan_failed")),
    ],
    ids=["clean", "found", "error", "other", "cut", "nothing", "endless"],
)
async def test_only_a_clear_ok_releases_a_file(text: bytes, scan: Scan) -> None:
    """A virus has its name; whatever else is said, or not said to the end, is a failure and keeps the file back."""
    async with daemon(says(text)) as clamd:
        assert await clamd.scan(b"data") == scan


async def test_the_whole_file_is_sent() -> None:
    """In several chunks, none of them lost."""
    sent: list[bytes] = []

    async def answer(data: bytes, writer: asyncio.StreamWriter) -> None:
        sent.append(data)
        writer.write(b"stream: OK\0")

    data = bytes(range(256)) * 4_000
    async with daemon(answer) as clamd:
        assert (await clamd.scan(data)).state is ScanState.CLEAN
        assert (await clamd.scan(b"")).state is ScanState.CLEAN
    assert sent == [data, b""]


async def test_a_scanner_that_is_silent_or_gone_keeps_files_back() -> None:
    """No answer in time, and nobody listening, are verdicts too."""
    over = asyncio.Event()

    async def silent(data: bytes, writer: asyncio.StreamWriter) -> None:
        _ = await over.wait()

    async with daemon(silent) as clamd:
        impatient = Clamd(clamd._host, clamd._port, patience=0.05)
        assert await impatient.scan(b"data") == Scan(ScanState.QUARANTINED, "scan_timed_out")
        over.set()
    assert await clamd.scan(b"data") == Scan(ScanState.QUARANTINED, "scan_failed")


async def test_a_scanner_that_stops_listening_is_still_heard() -> None:
    """A file too large for it: it answers and hangs up while we send."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _ = await reader.readexactly(100)
        writer.write(b"INSTREAM size limit exceeded. ERROR\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        clamd = Clamd("127.0.0.1", server.sockets[0].getsockname()[1], patience=5)
        assert await clamd.scan(bytes(20_000_000)) == Scan(ScanState.QUARANTINED, "scan_failed")


async def test_the_settings_choose_the_scanner() -> None:
    """Without one, files are marked as not scanned."""
    assert isinstance(open_scanner(Settings()), NoScanner)
    assert isinstance(open_scanner(Settings(scanner="clamd:3310")), Clamd)
    assert (await open_scanner(Settings()).scan(b"x")).state is ScanState.UNSCANNED
