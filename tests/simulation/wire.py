"""The network between aiokafka's clients and the simulated broker: one object where a TCP connection would be.

``aiokafka.client.create_conn`` is the only door by which a client reaches a broker; it is replaced, and everything
above it - producer, sender, transaction manager, fetcher, group coordinator - runs as released. Requests of one
connection are handled in order. A request that was sent may arrive long after its connection broke, as from a socket
buffer of a host that was cut off.
"""

from asyncio import wait_for
from collections.abc import Callable
from random import Random
from typing import Any

from aiokafka.conn import CloseReason
from aiokafka.errors import KafkaConnectionError

from tests.simulation.broker import VERSIONS, Broker, CannotImitate
from tests.simulation.faults import Fault
from tests.simulation.loop import PROCESS, Process, VirtualLoop

Strike = Callable[[str, str], Fault | None]  # (process, api) -> the fault that strikes this request


class Network:
    """``strike`` is asked for every request, ``sent`` told of every one."""

    def __init__(self, loop: VirtualLoop, broker: Broker, chance: Random, strike: Strike) -> None:
        self.loop = loop
        self.broker = broker
        self._chance = chance
        self._strike = strike
        self._connections: list[Connection] = []
        self._held: list[list[Any]] = []  # overtaken: how many more go by, connection, request
        self._away = False
        self._cut: dict[str, int] = {}

    def failure(self, error: BaseException) -> None:
        """Where ``CannotImitate`` goes: set by the world."""
        raise error

    async def connect(self, host: str, port: int, **options: Any) -> "Connection":
        """In place of aiokafka's ``create_conn``. Raises what a refused or silent host gives."""
        process = PROCESS.get()
        name = process.name if process else "world"
        chance = process.chance if process else self._chance
        answered = self.loop.create_future()
        self.loop.later(chance.uniform(0.0005, 0.003), lambda: answered.done() or answered.set_result(None))
        await answered
        if self._away or self._cut.get(name):
            raise KafkaConnectionError(f"nobody answers at {host}:{port}")
        made = Connection(self, name, chance, options["request_timeout_ms"] / 1000, options.get("on_close"))
        self._connections = [one for one in self._connections if one.connected()]
        self._connections.append(made)
        made.client = options["client_id"]
        return made

    def carry(self, connection: "Connection", request: Any, answer: Any) -> None:
        api = type(request).__name__.rpartition("Request")[0]
        fault = self._strike(connection.process, api)
        kind = fault.kind if fault else ""
        span = fault.span if fault else 0.0
        arrival = max(connection.arrived, self.loop.now + connection.chance.uniform(0.0003, 0.004))
        breaks = arrival + 0.001
        if kind == "lost request":
            self.loop.later(breaks - self.loop.now, connection.break_off)
            return
        if kind in ("lost answer", "delayed", "overtaken"):
            self.loop.later(breaks - self.loop.now, connection.break_off)
        if kind == "overtaken":
            self._held.append([int(span), connection, request])
            return
        if kind in ("slow", "delayed"):
            arrival += span
        if kind != "delayed":
            connection.arrived = arrival
        dead = kind in ("lost answer", "delayed")
        self.loop.later(arrival - self.loop.now, self._deliver, connection, request, None if dead else answer, kind)

    def _deliver(self, connection: "Connection", request: Any, answer: Any, kind: str) -> None:
        if self._away or (self._cut.get(connection.process) and kind not in ("delayed", "overtaken")):
            return
        if not connection.connected() and kind == "":
            return  # it broke while this was under way

        def reply(response: Any) -> None:
            back = connection.chance.uniform(0.0003, 0.004)
            self.loop.later(back, self._answer, connection, answer, response)

        try:
            self.broker.handle(request, connection.client, reply)
        except CannotImitate as error:
            self.failure(error)
        if kind != "overtaken":
            self._overtaken(connection.client)

    def _overtaken(self, client: str) -> None:
        """A request of this client went by: those it has overtaken often enough arrive now."""
        for held in self._held:
            held[0] -= held[1].client == client
        come = [held for held in self._held if held[0] <= 0]
        self._held = [held for held in self._held if held[0] > 0]
        for _, connection, request in come:
            self._deliver(connection, request, None, "overtaken")

    def _answer(self, connection: "Connection", answer: Any, response: Any) -> None:
        if answer is not None and connection.connected() and not answer.done():
            answer.set_result(response)

    # --- outages ----------------------------------------------------------------------------------------------------

    def cut(self, process: str, seconds: float) -> None:
        """Nothing gets through between one process and the broker; neither is told."""
        self._cut[process] = self._cut.get(process, 0) + 1
        self.loop.later(seconds, self._mend, process)

    def _mend(self, process: str) -> None:
        self._cut[process] -= 1
        if not self._cut[process]:
            self._break(process)

    def broker_away(self, seconds: float) -> None:
        if not self._away:
            self._away = True
            self._break(None)
            self.loop.later(seconds, self._broker_back)

    def _broker_back(self) -> None:
        self._away = False
        for group in self.broker.groups.values():
            group.refresh()

    def died(self, process: Process) -> None:
        """Nobody reads its answers any more; what it sent is under way."""
        for connection in self._connections:
            if connection.process == process.name:
                connection.on_close = None

    def _break(self, process: str | None) -> None:
        for connection in list(self._connections):
            if process in (None, connection.process):
                connection.break_off()


class Connection:
    """What ``AIOKafkaClient`` needs of a connection."""

    client = ""

    def __init__(self, network: Network, process: str, chance: Random, timeout_s: float, on_close: Any) -> None:
        self._network = network
        self.process = process
        self.chance = chance
        self.arrived = 0.0
        self.on_close = on_close
        self._timeout_s = timeout_s
        self._open = True
        self._pending: list[Any] = []

    def connected(self) -> bool:
        return self._open

    def send(self, request: Any, expect_response: bool = True) -> Any:
        if not self._open:
            raise KafkaConnectionError("the connection is closed")
        if not expect_response:
            raise CannotImitate("requests without an answer")
        struct = request.prepare({key: (version, version) for key, version in VERSIONS.items()})
        answer = self._network.loop.create_future()
        self._pending = [one for one in self._pending if not one.done()]
        self._pending.append(answer)
        self._network.carry(self, struct, answer)
        return wait_for(answer, self._timeout_s)

    def break_off(self) -> None:
        self.close(CloseReason.CONNECTION_BROKEN)

    def close(self, reason: Any = None, exc: Any = None) -> Any:
        closed = self._network.loop.create_future()
        closed.set_result(None)
        if self._open:
            self._open = False
            for answer in self._pending:
                if not answer.done():
                    answer.set_exception(KafkaConnectionError("the connection broke"))
            callback, self.on_close = self.on_close, None
            if callback is not None:
                callback(self, reason)
        return closed
