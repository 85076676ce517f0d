"""A TCP wire from one port to another that dawdles and can be cut, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from random import Random
from typing import Self

#: Bytes carried at once.
_CHUNK = 65_536


class Wire:
    """Carries bytes to `target` on this machine.

    Args:
        dawdles: share of chunks that come late, and by how many seconds at most.
    """

    def __init__(self, target: int, dice: Random, dawdles: tuple[float, float] = (0.0, 0.0)) -> None:
        self.target, self.dice, self.dawdles = target, dice, dawdles
        self.port = 0
        self.cuts = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def cut(self, share: float = 1.0) -> None:
        """Break some of the connections in the middle of whatever they carry."""
        self._loop.call_soon_threadsafe(self._cut, share)

    def _cut(self, share: float) -> None:
        for writer in list(self._open):
            if self.dice.random() < share:
                writer.transport.abort()
                self.cuts += 1

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._carry, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._cut(1.0)
        carrying = asyncio.all_tasks(self._loop)
        for task in carrying:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*carrying, return_exceptions=True))
        self._loop.close()

    async def _carry(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        try:
            far_in, far_out = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            near_out.transport.abort()
            return
        self._open.add(near_out)
        try:
            await asyncio.gather(self._pump(near_in, far_out), self._pump(far_in, near_out))
        finally:
            self._open.discard(near_out)
            near_out.transport.abort()
            far_out.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while chunk := await source.read(_CHUNK):
                if self.dice.random() < self.dawdles[0]:
                    await asyncio.sleep(self.dice.random() * self.dawdles[1])
                sink.write(chunk)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.transport.abort()
