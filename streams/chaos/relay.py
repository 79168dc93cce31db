"""A cable between clients and brokers that can be pulled: a relay on loopback ports, in a thread of its own.

Three ways it can fail: ``refuse`` (connections cut, new ones turned away), ``silence`` (nothing gets through and nobody
is told; afterwards what was held up arrives, late), ``mute`` (requests get through, answers do not: what was asked is
done, and whoever asked never hears of it). A client cannot tell it from a network.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from streams.local.ports import LOOPBACK

_CHUNK = 64 << 10


class Relay:
    """``doors``: port to listen on -> port to pass on to. Use as a context."""

    def __init__(self, doors: dict[int, int]) -> None:
        self._doors = {port: _Door(port, to) for port, to in doors.items()}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        for door in self._doors.values():
            asyncio.run_coroutine_threadsafe(door.open(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for door in self._doors.values():
            self._loop.call_soon_threadsafe(door.close)
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def refuse(self, ports: Iterable[int]) -> None:
        """Cut what is connected and turn away what comes."""
        self._each(ports, _Door.refuse)

    def silence(self, ports: Iterable[int]) -> None:
        """Hold back everything from now on."""
        self._each(ports, _Door.silence)

    def mute(self, ports: Iterable[int], asked: int = 0) -> None:
        """Hold back every answer from now on, or from when so many bytes are asked at once; ``cut`` before ``mend``,
        and they are lost."""
        self._each(ports, lambda door: door.mute(asked))

    def cut(self, ports: Iterable[int]) -> None:
        """End what is connected; new connections are taken."""
        self._each(ports, _Door.cut)

    def mend(self, ports: Iterable[int]) -> None:
        """Whole again; what was held back goes through first."""
        self._each(ports, _Door.mend)

    def _each(self, ports: Iterable[int], change: "Callable[[_Door], None]") -> None:
        for port in ports:
            self._loop.call_soon_threadsafe(change, self._doors[port])


class _Door:
    def __init__(self, port: int, to: int) -> None:
        self._port = port
        self._to = to
        self._refusing = False
        self._asking, self._answering = asyncio.Event(), asyncio.Event()
        self._mute_at: int | None = None  # bytes
        self.mend()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass, LOOPBACK, self._port)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def refuse(self) -> None:
        self._refusing = True
        self.cut()

    def cut(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    def silence(self) -> None:
        self._asking.clear()
        self._answering.clear()

    def mute(self, asked: int) -> None:
        self._mute_at = asked
        self._asked(0)

    def _asked(self, size: int) -> None:
        if self._mute_at is not None and size >= self._mute_at:
            self._answering.clear()

    def mend(self) -> None:
        self._mute_at = None
        self._refusing = False
        self._asking.set()
        self._answering.set()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways, until one side ends it."""
        self._open.add(writer)
        there: asyncio.StreamWriter | None = None
        try:
            await self._asking.wait()
            if self._refusing:
                return
            back, there = await asyncio.open_connection(LOOPBACK, self._to)
            self._open.add(there)
            asking = self._copy(reader, there, self._asking, self._asked)
            await asyncio.gather(asking, self._copy(back, writer, self._answering, lambda size: None))
        except (OSError, asyncio.CancelledError):
            pass  # the server is away, the connection was cut, or the relay ends: the client finds out by itself
        finally:
            for end in (writer, there):
                if end is not None:
                    self._open.discard(end)
                    end.transport.abort()

    async def _copy(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        free: asyncio.Event,
        seen: Callable[[int], None],
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                await free.wait()
                seen(len(data))
                writer.write(data)
                await writer.drain()
        writer.transport.abort()  # ends the other direction too


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)  # transports that were aborted say good-bye
