"""The simulated brokers: requests of the Kafka protocol in, answers out, as structures of aiokafka and not as bytes.

It raises ``CannotImitate`` on everything it does not know: a client that begins to ask something new must not get an
answer that was never compared with Kafka's (tests/contract).
"""

from collections.abc import Callable
from random import Random
from typing import Any
from zlib import crc32

from tests.simulation.groups import Group
from tests.simulation.log import OK, OUT_OF_RANGE, TRANSACTIONAL, PartitionLog, header
from tests.simulation.loop import VirtualLoop
from tests.simulation.transactions import Place, Transactions

# api key -> the one version spoken
VERSIONS = {0: 3, 1: 4, 2: 2, 3: 1, 8: 2, 9: 1, 10: 1, 11: 2, 12: 1, 13: 1, 14: 1, 22: 0, 24: 0, 25: 0, 26: 0, 28: 0}
NODES, HOST, PORT = (0, 1), "simulated", 9092  # a client speaks to each by itself; the first coordinates
UNKNOWN_TOPIC, INVALID_REQUEST, UNSUPPORTED = 3, 42, 35
READ_COMMITTED = 1
LATEST, EARLIEST = -1, -2
Reply = Callable[[Any], None]


class CannotImitate(BaseException):
    """The simulation was asked for what it does not know. No product code may catch it."""


class Broker:
    """``topics``: name -> number of partitions."""

    def __init__(self, loop: VirtualLoop, chance: Random, topics: dict[str, int]) -> None:
        self.loop = loop
        self.topics = topics
        self._chance = chance
        self._logs: dict[Place, PartitionLog] = {}
        self.groups: dict[str, Group] = {}
        self.transactions = Transactions(loop, chance, self.log, self._apply)
        self.handled = 0

    def log(self, place: Place) -> PartitionLog:
        if place not in self._logs:
            topic, partition = place
            if partition >= self.topics.get(topic, 0):
                raise CannotImitate(f"no such partition: {topic}:{partition}")
            self._logs[place] = PartitionLog()
        return self._logs[place]

    def known(self, place: Place) -> PartitionLog | None:
        """The log of a place that somebody used."""
        return self._logs.get(place)

    def undecided(self) -> bool:
        """Whether a reader of committed records would see more later, without anybody writing."""
        return any(log.open for log in self._logs.values()) or self.transactions.undecided()

    def group(self, name: str) -> Group:
        return self.groups.setdefault(name, Group(self.loop))

    def _apply(self, group: str, offsets: dict[Place, tuple[int, str]]) -> None:
        self.group(group).offsets.update(offsets)

    @property
    def _now_ms(self) -> int:
        return int(1000 * self.loop.now)

    def handle(self, request: Any, client: str, reply: Reply) -> None:
        """Carry out one request; ``reply`` is called once, now or later."""
        self.handled += 1
        name = type(request).__name__.rpartition("Request")[0]
        handler = getattr(self, f"_on_{name}", None)
        if handler is None:
            raise CannotImitate(f"the broker was sent {request}")
        response = request.RESPONSE_TYPE
        handler(request, client, lambda *values: reply(response(*values)))

    # --- metadata ---------------------------------------------------------------------------------------------------

    def _on_Metadata(self, request: Any, client: str, reply: Any) -> None:
        names = sorted(self.topics if request.topics is None else request.topics)
        # A rack with a name: clients keep brokers in a set, and the hash of None is another in every process.
        brokers = [(node, HOST, PORT + node, "rack") for node in NODES]
        reply(brokers, NODES[0], [self._described(name) for name in names])

    def _described(self, name: str) -> tuple[Any, ...]:
        if name not in self.topics:
            return UNKNOWN_TOPIC, name, False, []
        leaders = [(number, NODES[(crc32(name.encode()) + number) % len(NODES)]) for number in range(self.topics[name])]
        return 0, name, False, [(0, number, leader, [leader], [leader]) for number, leader in leaders]

    def _on_FindCoordinator(self, request: Any, client: str, reply: Any) -> None:
        reply(0, 0, "", NODES[0], HOST, PORT)

    # --- records ----------------------------------------------------------------------------------------------------

    def _on_Produce(self, request: Any, client: str, reply: Any) -> None:
        answers = []
        for topic, partitions in request.topics:
            made = []
            for partition, data in partitions:
                error, base = self._append(request.transactional_id, (topic, partition), bytes(data))
                made.append((partition, error, base, self._now_ms))
            answers.append((topic, made))
        reply(answers, 0)

    def _append(self, transactional_id: str | None, place: Place, data: bytes) -> tuple[int, int]:
        head = header(data)
        if head.attributes & 0x07:
            raise CannotImitate("compressed batches: the simulation does not read them")
        if head.attributes & TRANSACTIONAL:
            assert transactional_id is not None
            error = self.transactions.may_write(transactional_id, head.producer, head.epoch, place)
            if error:
                return error, -1
        return self.log(place).append(data, self._now_ms)

    def _on_Fetch(self, request: Any, client: str, reply: Any) -> None:
        wanted = [(topic, *asked) for topic, partitions in request.topics for asked in partitions]
        poll = _Poll(self, wanted, request.isolation_level == READ_COMMITTED, lambda topics: reply(0, topics))
        if not poll.answer(last=False):
            poll.wait(request.max_wait_time / 1000)

    def fetched(self, wanted: list[Any], committed: bool) -> tuple[list[Any], bool]:
        by_topic: dict[str, list[Any]] = {}
        something = False
        for topic, partition, offset, most in wanted:
            log = self.log((topic, partition))
            error, data, hidden = OK, b"", []
            if not 0 <= offset <= log.end:
                error = OUT_OF_RANGE
            else:
                data, hidden = log.read(offset, committed, most, self._chance.choice((1, 2, 4, 50)))
            something = something or bool(data) or bool(error)
            aborted = [(one.producer, one.first) for one in hidden]
            by_topic.setdefault(topic, []).append((partition, error, log.end, log.stable, aborted, data))
        return list(by_topic.items()), something

    def _on_Offset(self, request: Any, client: str, reply: Any) -> None:
        answers = []
        for topic, partitions in request.topics:
            made = []
            for partition, when in partitions:
                if when not in (LATEST, EARLIEST):
                    raise CannotImitate("offsets by time")
                log = self.log((topic, partition))
                latest = log.stable if request.isolation_level == READ_COMMITTED else log.end
                made.append((partition, 0, -1, 0 if when == EARLIEST else latest))
            answers.append((topic, made))
        reply(0, answers)

    # --- transactions -----------------------------------------------------------------------------------------------

    def _on_InitProducerId(self, request: Any, client: str, reply: Any) -> None:
        if request.transactional_id is None:
            raise CannotImitate("idempotent producers without a transactional id")
        timeout_s = request.transaction_timeout_ms / 1000
        error, producer, epoch = self.transactions.init(request.transactional_id, timeout_s)
        reply(0, error, producer, epoch)

    def _on_AddPartitionsToTxn(self, request: Any, client: str, reply: Any) -> None:
        places = {(topic, number) for topic, numbers in request.topics for number in numbers}
        who = request.transactional_id, request.producer_id, request.producer_epoch
        error = self.transactions.add(*who, places, set())
        reply(0, [(topic, [(number, error) for number in numbers]) for topic, numbers in request.topics])

    def _on_AddOffsetsToTxn(self, request: Any, client: str, reply: Any) -> None:
        who = request.transactional_id, request.producer_id, request.producer_epoch
        reply(0, self.transactions.add(*who, set(), {request.group_id}))

    def _on_TxnOffsetCommit(self, request: Any, client: str, reply: Any) -> None:
        who = request.transactional_id, request.producer_id, request.producer_epoch
        error = self.transactions.move(*who, request.group_id, _offsets(request.topics))
        reply(0, _errors(request.topics, error))

    def _on_EndTxn(self, request: Any, client: str, reply: Any) -> None:
        who = request.transactional_id, request.producer_id, request.producer_epoch
        reply(0, self.transactions.end(*who, bool(request.transaction_result)))

    # --- groups -----------------------------------------------------------------------------------------------------

    def _on_JoinGroup(self, request: Any, client: str, reply: Any) -> None:
        def answer(
            error: int,
            member: str = "",
            generation: int = -1,
            protocol: str = "",
            leader: str = "",
            members: Any = (),
        ) -> None:
            reply(0, error, generation, protocol, leader, member, list(members))

        session, rebalance = request.session_timeout / 1000, request.rebalance_timeout / 1000
        group = self.group(request.group)
        group.join(request.member_id, client, session, rebalance, request.group_protocols, answer)

    def _on_SyncGroup(self, request: Any, client: str, reply: Any) -> None:
        def answer(error: int, assignment: bytes = b"") -> None:
            reply(0, error, assignment)

        group = self.group(request.group)
        group.sync(request.member_id, request.generation_id, request.group_assignment, answer)

    def _on_Heartbeat(self, request: Any, client: str, reply: Any) -> None:
        reply(0, self.group(request.group).heartbeat(request.member_id, request.generation_id))

    def _on_LeaveGroup(self, request: Any, client: str, reply: Any) -> None:
        reply(0, self.group(request.group).leave(request.member_id))

    def _on_OffsetCommit(self, request: Any, client: str, reply: Any) -> None:
        group = self.group(request.consumer_group)
        generation, member = request.consumer_group_generation_id, request.consumer_id
        reply(_errors(request.topics, group.commit(member, generation, _offsets(request.topics))))

    def _on_OffsetFetch(self, request: Any, client: str, reply: Any) -> None:
        offsets = self.group(request.consumer_group).offsets
        answers = []
        for topic, numbers in request.topics:
            answers.append((topic, [(n, *offsets.get((topic, n), (-1, "")), 0) for n in numbers]))
        reply(answers)


class _Poll:
    """One fetch, answered when there is something or its time is over."""

    def __init__(self, broker: Broker, wanted: list[Any], committed: bool, reply: Callable[[Any], None]) -> None:
        self._broker = broker
        self._wanted = wanted
        self._committed = committed
        self._reply = reply
        self._over = False
        self._told = False
        self._logs = [broker.log((topic, partition)) for topic, partition, _, _ in wanted]

    def answer(self, last: bool) -> bool:
        if self._over:
            return True
        made, something = self._broker.fetched(self._wanted, self._committed)
        if something or last:
            self._over = True
            for log in self._logs:
                log.waiting.pop(id(self), None)
            self._reply(made)
        return self._over

    def wait(self, seconds: float) -> None:
        for log in self._logs:
            log.waiting[id(self)] = self._tell
        self._broker.loop.later(seconds, self.answer, True)

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            self._broker.loop.later(0.001, self._look)

    def _look(self) -> None:
        self._told = False
        self.answer(last=False)


def _offsets(topics: Any) -> dict[Place, tuple[int, str]]:
    return {(topic, number): (at, metadata or "") for topic, rows in topics for number, at, metadata in rows}


def _errors(topics: Any, error: int) -> list[Any]:
    return [(topic, [(row[0], error) for row in rows]) for topic, rows in topics]
