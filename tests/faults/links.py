"""Connections that can be cut, stalled, slowed or made deaf: a TCP proxy between a program and what it talks to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import StrEnum

SLOW = 0.1
"""Seconds by which a slow link delays each piece."""

PIECE = 65_536


class Mode(StrEnum):
    """What a link does with what comes: pass it on; refuse and reset; keep it until mended; delay it; lose the answers."""

    OPEN = "open"
    CUT = "cut"
    STALLED = "stalled"
    SLOW = "slow"
    DEAF = "deaf"


class Link:
    """Listens on `port` of this machine and passes on to `upstream`."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.port = 0
        self.mode = Mode.OPEN
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None

    async def listen(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._abort()

    def set(self, mode: Mode) -> None:
        """Change what the link does, from any thread. What was cut or has lost answers does not come back by itself."""
        resets = mode is Mode.CUT or self.mode is Mode.DEAF
        self.mode = mode
        if resets and self._loop is not None:
            self._loop.call_soon_threadsafe(self._abort)

    def _abort(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode is Mode.CUT:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, back}
        self._writers |= both
        try:
            await asyncio.gather(self._pump(reader, back, answers=False), self._pump(there, writer, answers=True))
        finally:
            self._writers -= both
            for each in both:
                each.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool) -> None:
        with suppress(OSError, ConnectionError):
            while piece := await source.read(PIECE):
                while self.mode is Mode.STALLED:
                    await asyncio.sleep(0.05)
                if self.mode is Mode.SLOW:
                    await asyncio.sleep(SLOW)
                if self.mode is Mode.DEAF and answers:
                    continue
                sink.write(piece)
                await sink.drain()
        sink.transport.abort() if self.mode is Mode.CUT else sink.close()


@contextmanager
def links(upstreams: Mapping[str, int]) -> Iterator[dict[str, Link]]:
    """A link for each name, to the port that stands beside it."""
    made = {name: Link(port) for name, port in upstreams.items()}
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="links", daemon=True)
    thread.start()
    for link in made.values():
        asyncio.run_coroutine_threadsafe(link.listen(), loop).result(10)
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(_end(made.values()), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(made: Iterable[Link]) -> None:
    for link in made:
        await link.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
