"""The simulated transaction coordinator, as Kafka 4 treats a client that speaks version 0 of the protocol.

What matters for exactly once is here: a new producer of an id fences the old one and is kept waiting until the old
one's transaction is decided; the markers of a decided transaction, and its offsets, arrive one by one and late; a
producer's writes count only inside a transaction the coordinator knows to be open.
"""

from collections.abc import Callable
from random import Random

from tests.simulation.log import PartitionLog
from tests.simulation.loop import VirtualLoop

OK, INVALID_EPOCH, INVALID_STATE, UNKNOWN_ID, CONCURRENT = 0, 47, 48, 49, 51
Place = tuple[str, int]
Apply = Callable[[str, dict[Place, tuple[int, str]]], None]  # a group's offsets, once a transaction is committed


class Transactional:
    """One transactional id."""

    def __init__(self, producer: int) -> None:
        self.producer = producer
        self.epoch = -1
        self.state = "empty"
        self.partitions: set[Place] = set()
        self.groups: set[str] = set()
        self.offsets: dict[str, dict[Place, tuple[int, str]]] = {}
        self.number = 0  # of its transactions
        self.timeout_s = 60.0


class Transactions:
    """``log``: the partition at a place. ``apply``: what makes a group's offsets visible."""

    def __init__(self, loop: VirtualLoop, chance: Random, log: Callable[[Place], PartitionLog], apply: Apply) -> None:
        self._loop = loop
        self._chance = chance
        self._log = log
        self._apply = apply
        self._known: dict[str, Transactional] = {}
        self.ended = {"commit": 0, "abort": 0}

    def undecided(self) -> bool:
        return any(known.state == "ongoing" or known.state.startswith("prepare") for known in self._known.values())

    def init(self, name: str, timeout_s: float) -> tuple[int, int, int]:
        """(error, producer id, epoch) of a new producer of this id."""
        known = self._known.setdefault(name, Transactional(1000 + len(self._known)))
        if known.state.startswith("prepare"):
            return CONCURRENT, -1, -1
        if known.state == "ongoing":
            known.epoch += 1
            self._end(known, commit=False)
            return CONCURRENT, -1, -1
        known.epoch += 1
        known.state, known.timeout_s = "empty", timeout_s
        return OK, known.producer, known.epoch

    def _check(self, name: str, producer: int, epoch: int) -> tuple[int, Transactional | None]:
        known = self._known.get(name)
        if known is None or known.producer != producer:
            return UNKNOWN_ID, None
        if epoch != known.epoch:
            return INVALID_EPOCH, None
        return OK, known

    def add(self, name: str, producer: int, epoch: int, partitions: set[Place], groups: set[str]) -> int:
        """Partitions, or groups whose offsets it will move, join the transaction; the first to join opens it."""
        error, known = self._check(name, producer, epoch)
        if known is None:
            return error
        if known.state.startswith("prepare"):
            return CONCURRENT
        if known.state != "ongoing":
            known.state = "ongoing"
            known.number += 1
            self._loop.later(known.timeout_s, self._time_out, known, known.number)
        known.partitions |= partitions
        known.groups |= groups
        return OK

    def _time_out(self, known: Transactional, number: int) -> None:
        if known.state == "ongoing" and known.number == number:
            known.epoch += 1
            self._end(known, commit=False)

    def may_write(self, name: str, producer: int, epoch: int, place: Place) -> int:
        error, known = self._check(name, producer, epoch)
        if known is None:
            return error
        return OK if known.state == "ongoing" and place in known.partitions else INVALID_STATE

    def move(self, name: str, producer: int, epoch: int, group: str, offsets: dict[Place, tuple[int, str]]) -> int:
        """Offsets that become the group's with the commit."""
        error, known = self._check(name, producer, epoch)
        if known is None:
            return error
        if known.state != "ongoing" or group not in known.groups:
            return INVALID_STATE
        known.offsets.setdefault(group, {}).update(offsets)
        return OK

    def end(self, name: str, producer: int, epoch: int, commit: bool) -> int:
        error, known = self._check(name, producer, epoch)
        if known is None:
            return error
        wanted = "commit" if commit else "abort"
        if known.state == "ongoing":
            self._end(known, commit=commit)
            return OK
        if known.state == f"complete {wanted}":
            return OK
        return CONCURRENT if known.state == f"prepare {wanted}" else INVALID_STATE

    def _end(self, known: Transactional, *, commit: bool) -> None:
        outcome = "commit" if commit else "abort"
        self.ended[outcome] += 1
        known.state = f"prepare {outcome}"
        partitions, groups = sorted(known.partitions), sorted(known.groups)
        offsets, known.offsets = known.offsets, {}
        known.partitions, known.groups = set(), set()
        left = len(partitions) + len(groups)

        def done() -> None:
            nonlocal left
            left -= 1
            if not left:
                known.state = f"complete {outcome}"

        def mark(place: Place) -> None:
            self._log(place).mark(known.producer, known.epoch, commit, int(1000 * self._loop.now))
            done()

        def tell(group: str) -> None:
            if commit:
                self._apply(group, offsets.get(group, {}))
            done()

        for place in partitions:
            self._loop.later(self._delay(), mark, place)
        for group in groups:
            self._loop.later(self._delay(), tell, group)

    def _delay(self) -> float:
        """Mostly at once; now and then so late that somebody who does not wait sees the old state."""
        return self._chance.uniform(0.5, 4.0) if self._chance.random() < 0.02 else self._chance.uniform(0.001, 0.02)
