"""The whole flow in memory, with dictionaries where the topics and the state stores are: intake's pure check, daily
ticks, casework's decide and evolve. No part of the core is imitated; only Kafka and Faust are missing."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from streams.core.decide import decide
from streams.core.decisions import Decision, Receipt
from streams.core.due import next_day
from streams.core.events import Accepted, Tick
from streams.core.evolve import evolve
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.examine import Examiner, Source, forwarded
from streams.sample import SampleDay, SampleRecord


class Handled(NamedTuple):
    record: SampleRecord
    receipt: Receipt


class Pipeline:
    """``handled`` and ``decisions`` in the order they were made; ``standings`` by token; ``missed``: subjects a tick
    would have moved although the due index did not name them."""

    def __init__(self, examiner: Examiner, law: LawBook, backwards: bool = False) -> None:
        self.handled: list[Handled] = []
        self.decisions: list[Decision] = []
        self.standings: dict[str, Standing] = {}
        self.today: date | None = None
        self._examiner = examiner
        self._law = law
        self._backwards = backwards
        self.missed: list[str] = []
        self._offsets: dict[tuple[str, int], int] = {}
        self._due: dict[date, set[str]] = {}

    def run(self, days: tuple[SampleDay, ...]) -> "Pipeline":
        """Ticks every day from the first publication day to the last; publishes after the tick of its day."""
        publications = {day.day: day for day in days}
        for today in _each_day(days[0].day, days[-1].day):
            self.tick(today)
            if today in publications:
                self._look_for_missed(today)
                self._publish(publications[today])
        return self

    def differences(self) -> list[str]:
        """Where a record met another fate than its story promised."""
        return [
            f"{record.event_id} ({record.note}): expected {record.expected} {record.code} {record.event_id}, "
            f"got {receipt.outcome} {leading_code(receipt)} {receipt.event_id}"
            for record, receipt in self.handled
            if (record.expected, record.code, record.event_id)
            != (receipt.outcome, leading_code(receipt), receipt.event_id)
        ]

    def tick(self, day: date) -> None:
        self.today = day
        event = self._tick_event(day)
        for subject in sorted(self._due.pop(day, ())):
            due = next_day(self.standings[subject], self._law, day - timedelta(days=1))
            if due is not None and due <= day:
                self._decide(event, subject)
                following = next_day(self.standings[subject], self._law, self.today)
                assert following is None or following > day, "a tick must move what is due"

    def _publish(self, day: SampleDay) -> None:
        records = sorted(day.records, key=lambda record: (record.topic, record.partition), reverse=self._backwards)
        for record in records:
            self._handle(record)

    def _look_for_missed(self, day: date) -> None:
        event = self._tick_event(day)
        standings = self.standings.items()
        self.missed += [subject for subject, now in standings if decide(now, event, self._law, day).decisions]

    def _handle(self, record: SampleRecord) -> None:
        place = (record.topic, record.partition)
        offset = self._offsets[place] = self._offsets.get(place, -1) + 1
        source = Source(record.topic, record.family, record.channel, record.partition, offset)
        assert self.today is not None
        ruling = self._examiner.examine(source, record.value, self.today, self._law)
        receipt = ruling.receipt
        if receipt is None:
            assert ruling.accepted is not None
            receipt = self._decide(ruling.accepted, ruling.accepted.subject)
        assert receipt is not None
        self.handled.append(Handled(record, receipt))

    def _decide(self, event: Accepted, subject: str) -> Receipt | None:
        assert self.today is not None
        standing = self.standings.get(subject, Standing(subject))
        verdict = decide(standing, event, self._law, self.today)
        for decision in verdict.decisions:
            standing = evolve(standing, decision)
        self.decisions.extend(verdict.decisions)
        self.standings[subject] = standing
        due = next_day(standing, self._law, self.today)
        if due is not None:
            self._due.setdefault(due, set()).add(subject)
        return verdict.receipt

    def _tick_event(self, day: date) -> Accepted:
        return forwarded(Source("clock", "clock", "", 0, day.toordinal()), Tick(day), day, self._law.digest)


def leading_code(receipt: Receipt) -> str | None:
    return next((fault.code for fault in (*receipt.faults, *receipt.warnings)), None)


def _each_day(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
