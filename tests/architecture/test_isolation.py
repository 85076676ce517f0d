"""A test sees neither the network nor the caller's environment."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.com", 80), ("8.8.8.8", 53)])
def test_nothing_outside_this_machine_is_reached(address: tuple[str, int]) -> None:
    """A test that needs the internet passes on one desk only."""
    with pytest.raises(AssertionError, match="a test"), socket.socket() as client:
        client.connect(address)
    with pytest.raises(AssertionError, match="a test"):
        socket.create_connection(address, timeout=1)


async def test_asyncio_is_held_back_too() -> None:
    """The event loop connects by the same door."""
    with pytest.raises(AssertionError, match="a test"):
        await asyncio.open_connection("192.0.2.1", 80)


async def test_servers_of_a_test_are_reached() -> None:
    """Loopback stays open: the embedded servers live there."""
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "localhost", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        reader, writer = await asyncio.open_connection(host, port)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


def test_the_callers_environment_is_not_seen() -> None:
    """A developer's DATABASE_URL must never be the database of a test."""
    ours = [name for name in os.environ if name.startswith(("WAYSTATION_", "TEMPORAL_")) or name == "DATABASE_URL"]
    assert ours == []
