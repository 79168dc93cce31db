"""One byte per source record: was it seen, how many receipts and accepted records name it, with which outcome.

A million records take a megabyte, so the count of the fate of every record never depends on memory.
"""

from collections import Counter
from collections.abc import Iterator

from monitoring.auditor.findings import Finding, Invariant

OUTCOMES = ("accepted", "warned", "rejected", "held", "duplicate", "needs_correction")
REFUSED = frozenset({"rejected", "held", "duplicate", "needs_correction"})
_SOURCE = 0b0000_0001
_RECEIPT, _RECEIPT_MASK = 0b0000_0010, 0b0000_0110  # saturates at 3
_ACCEPTED, _ACCEPTED_MASK = 0b0000_1000, 0b0001_1000  # saturates at 3
_OUTCOME = 5  # shift: 0 = none, 1.. = OUTCOMES


class Ledger:
    """The fate of every record of ``events.``, ``feedback.`` and ``cases.``."""

    def __init__(self) -> None:
        self._bytes: dict[tuple[str, int], bytearray] = {}
        self._first: dict[tuple[str, int], int] = {}
        self.received = 0
        self.outcomes: Counter[str] = Counter()

    def partition(self, topic: str, partition: int, first: int, end: int) -> None:
        """Declare a source partition that holds offsets ``first`` .. ``end`` - 1. What retention removed before
        ``first`` cannot be audited any more; its receipts are not counted as orphans."""
        self._bytes[topic, partition] = bytearray(max(0, end - first))
        self._first[topic, partition] = first

    def source(self, topic: str, partition: int, offset: int) -> None:
        self._bytes[topic, partition][offset - self._first[topic, partition]] |= _SOURCE
        self.received += 1

    def receipt(self, topic: str, partition: int, offset: int, outcome: str) -> bool:
        """Note a receipt; False when there can be no such record."""
        place = self._place(topic, partition, offset)
        if place is None:
            return self._removed(topic, partition, offset)
        row, index = place
        if row[index] & _RECEIPT_MASK != _RECEIPT_MASK:
            row[index] += _RECEIPT
        if outcome in OUTCOMES:
            row[index] = row[index] & 0b0001_1111 | (OUTCOMES.index(outcome) + 1) << _OUTCOME
        self.outcomes[outcome] += 1
        return bool(row[index] & _SOURCE)

    def accepted(self, topic: str, partition: int, offset: int) -> bool:
        """Note a record of ``accepted``; False when there can be no such source record."""
        place = self._place(topic, partition, offset)
        if place is None:
            return self._removed(topic, partition, offset)
        row, index = place
        if row[index] & _ACCEPTED_MASK != _ACCEPTED_MASK:
            row[index] += _ACCEPTED
        return bool(row[index] & _SOURCE)

    def _place(self, topic: str, partition: int, offset: int) -> tuple[bytearray, int] | None:
        row = self._bytes.get((topic, partition))
        if row is None or not 0 <= offset - self._first[topic, partition] < len(row):
            return None
        return row, offset - self._first[topic, partition]

    def _removed(self, topic: str, partition: int, offset: int) -> bool:
        return offset < self._first.get((topic, partition), 0)

    def findings(self) -> Iterator[Finding]:
        """Every source record without exactly one receipt, or on ``accepted`` against its receipt."""
        for (topic, partition), row in self._bytes.items():
            first = self._first[topic, partition]
            for index, flags in enumerate(row):
                if flags in _GOOD:
                    continue
                yield from _wrong(f"{topic}:{partition}:{first + index}", flags)

    def sums(self) -> Iterator[Finding]:
        """The equation of design section 3."""
        known = sum(self.outcomes[outcome] for outcome in OUTCOMES)
        if known != self.received or known != self.outcomes.total():
            parts = " + ".join(f"{outcome} {self.outcomes[outcome]}" for outcome in sorted(self.outcomes))
            yield Finding(Invariant.ADDS_UP, "all channels", parts or "no receipts", f"received {self.received}")


def _flags(outcome: str) -> int:
    accepted = 0 if outcome == "rejected" else _ACCEPTED
    return _SOURCE | _RECEIPT | accepted | (OUTCOMES.index(outcome) + 1) << _OUTCOME


# 0 is an offset of a transaction marker or of an aborted record: nothing to account for
_GOOD = frozenset({0, *(_flags(outcome) for outcome in OUTCOMES)})


def _wrong(where: str, flags: int) -> Iterator[Finding]:
    if not flags & _SOURCE:
        return  # reported as a receipt or an accepted record without source when it was read
    receipts = (flags & _RECEIPT_MASK) // _RECEIPT
    if receipts != 1:
        yield Finding(Invariant.ONE_RECEIPT, where, f"{receipts} receipts", "1 receipt")
        return
    outcome = OUTCOMES[(flags >> _OUTCOME) - 1] if flags >> _OUTCOME else "unknown outcome"
    accepted = (flags & _ACCEPTED_MASK) // _ACCEPTED
    expected = 0 if outcome == "rejected" else 1
    yield Finding(
        Invariant.ACCEPTED_ONCE, where, f"{accepted} times on accepted, outcome {outcome}", f"{expected} times"
    )
