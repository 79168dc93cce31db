"""The cable: whole it passes everything on, cut it refuses, silent it holds back and delivers late."""

import asyncio
import queue
import socketserver
import threading
from collections.abc import Iterator

import pytest

from streams.chaos.relay import Relay
from streams.local.ports import LOOPBACK, any_free

SOON_S, LATER_S = 5.0, 0.3
CUT = (OSError, asyncio.IncompleteReadError)  # a reset, or an end, as it happens


class Echo(socketserver.BaseRequestHandler):
    heard: "queue.SimpleQueue[bytes]" = queue.SimpleQueue()

    def handle(self) -> None:
        while data := self.request.recv(100):
            self.heard.put(data)
            self.request.sendall(data)


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says back what it hears."""
    Echo.heard = queue.SimpleQueue()
    with socketserver.ThreadingTCPServer((LOOPBACK, 0), Echo) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


async def said(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, word: bytes) -> bytes:
    writer.write(word)
    return await asyncio.wait_for(reader.readexactly(len(word)), SOON_S)


async def test_a_whole_cable_passes_on_and_a_cut_one_ends_connections_and_refuses_new_ones(echo: int) -> None:
    port = any_free()
    with Relay({port: echo}) as relay:
        ends = await asyncio.open_connection(LOOPBACK, port)
        assert await said(*ends, b"one") == b"one"
        relay.refuse([port])
        with pytest.raises(CUT):
            await asyncio.wait_for(ends[0].readexactly(1), SOON_S)
        late = await asyncio.open_connection(LOOPBACK, port)
        with pytest.raises(CUT):
            await said(*late, b"two")
        relay.mend([port])
        assert await said(*await asyncio.open_connection(LOOPBACK, port), b"three") == b"three"


async def test_a_silent_cable_delivers_late_what_was_sent_meanwhile(echo: int) -> None:
    port = any_free()
    with Relay({port: echo}) as relay:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        assert await said(reader, writer, b"one") == b"one"
        relay.silence([port])
        await asyncio.sleep(LATER_S)
        writer.write(b"two")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(1), LATER_S)
        relay.mend([port])
        assert await asyncio.wait_for(reader.readexactly(3), SOON_S) == b"two"


async def test_lost_answers_are_to_what_was_asked_and_heard(echo: int) -> None:
    port = any_free()
    with Relay({port: echo}) as relay:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        relay.mute([port], asked=5)
        await asyncio.sleep(LATER_S)
        assert await said(reader, writer, b"less") == Echo.heard.get() == b"less"
        writer.write(b"asked")
        assert await asyncio.to_thread(Echo.heard.get, timeout=SOON_S) == b"asked"
        relay.cut([port])
        await asyncio.sleep(LATER_S)
        relay.mend([port])
        with pytest.raises(CUT):
            await asyncio.wait_for(reader.readexactly(1), SOON_S)
        assert await said(*await asyncio.open_connection(LOOPBACK, port), b"again") == b"again"


async def test_only_the_named_doors_are_held_up(echo: int) -> None:
    first, second = any_free(), any_free()
    with Relay({first: echo, second: echo}) as relay:
        relay.silence([first])
        assert await said(*await asyncio.open_connection(LOOPBACK, second), b"one") == b"one"
