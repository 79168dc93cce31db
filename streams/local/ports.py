"""Loopback ports: chosen free, remembered, and chosen anew when somebody else has taken them meanwhile."""

import secrets
import socket
import time
from collections.abc import Iterable

from streams.local.errors import port_taken
from streams.local.launch import Room, read, write
from streams.local.progress import Reporter

LOOPBACK = "127.0.0.1"
# Below the ports that Linux gives to outgoing connections: one of those could sit on ours during a restart.
RANGE = range(20_000, 32_768)
# A killed server that is no process any more to who looks may hold its port a moment longer, on a busy machine seconds.
LEAVING_S = 5.0


def free(port: int) -> bool:
    """Whether a server could listen on the port now. Closed connections of a former server do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose(room: Room, uses: tuple[str, ...], wanted: dict[str, int], report: Reporter) -> dict[str, int]:
    """A free port for each use: the one ``wanted``, else the remembered one, else any. Remembers the choice.

    Raises PORT_TAKEN only for a port that was asked for by number.
    """
    remembered = read(room.ports_file, dict[str, int]) or {}
    chosen: dict[str, int] = {}
    for use in uses:
        port = wanted.get(use) or remembered.get(use)
        if port is not None and not _left(port):
            if use in wanted:
                raise port_taken(port, room.server)
            report.say(
                f"端口 {port} 已被占用，{room.server} 改用新端口 / port {port} is taken, {room.server} moves to another"
            )
            port = None
        chosen[use] = port if port is not None else _any(set(chosen.values()))
    write(room.ports_file, chosen)
    return chosen


def listening(port: int) -> bool:
    """Whether somebody accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((LOOPBACK, port)) == 0


def any_free() -> int:
    """A free loopback port outside the range that outgoing connections use."""
    return _any(set())


def distinct(number: int, besides: Iterable[int] = ()) -> list[int]:
    """So many free loopback ports, no two of them the same, and none ``besides``."""
    chosen: list[int] = []
    taken = set(besides)
    while len(chosen) < number:
        chosen.append(_any(taken))
        taken.add(chosen[-1])
    return chosen


def _left(port: int) -> bool:
    """Whether the port is free, or becomes so while a former server leaves it."""
    deadline = time.monotonic() + LEAVING_S
    while not free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _any(taken: set[int]) -> int:
    while True:
        port = secrets.choice(RANGE)
        if port not in taken and free(port):
            return port
