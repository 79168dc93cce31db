"""What metrics cost: intake and casework work the same sample off twice, in turns, with an observer and without.

Processor time of one process over the records, no Kafka: what a worker also does beside its steps would only make the
share smaller. Ticks pass between the days and are not counted: years of them go by here in seconds. To it comes what
scrapes take from the worker, one every 15 s. The last line is JSON; exit 1 at 3 % or more.

    python tests/bench/bench_metrics.py [RECORDS]
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path

from prometheus_client import generate_latest

from monitoring.labels import Vocabulary
from monitoring.meters import Meters
from monitoring.observer import MetricsObserver
from monitoring.prometheus import SCRAPE_S
from schemas.codec import Codec
from streams import flow
from streams.casework import CaseworkStep
from streams.desk import Desk
from streams.engine.collector import settle
from streams.engine.memory_store import MemoryStore
from streams.engine.ports import Record, Step
from streams.engine.state import TaskTransaction
from streams.examine import Examiner
from streams.identity import Keyring
from streams.intake import IntakeStep
from streams.law import loader
from streams.messages import Messages
from streams.run.pipeline import SEED
from streams.sample import build
from streams.tally import Tally
from topics.catalogue import Catalogue

_DAY = timedelta(days=1)
RECORDS, BATCH, MOST_PERCENT = 4_000, 500, 3.0
BOOK, CODEC, CATALOGUE = loader.load(), Codec.load(), Catalogue.load()


class Nothing:
    """A tally that keeps nothing."""

    def receipt(self, channel: str, outcome: str, code: str | None = None) -> None: ...
    def decision(self, kind: str) -> None: ...
    def obligations(self, raised: int, lifted: int) -> None: ...
    def source(self, timestamp_ms: int) -> None: ...
    def rollback(self) -> None: ...


class Line:
    """Both agents on one partition in memory; ``spent``: processor seconds in them and what observes them."""

    def __init__(self, keyring: Keyring, observer: MetricsObserver | None) -> None:
        messages = Messages(CODEC, CATALOGUE, "", keyring)
        desk = Desk(CODEC, CATALOGUE, "", 1, BATCH, messages, {BOOK.digest: BOOK}.__getitem__)
        admitted = {family: CATALOGUE.admitted(family) for family in CATALOGUE.families}
        self.observer = observer
        self.stores = {agent.name: MemoryStore() for agent in flow.AGENTS}
        tallies: dict[str, Tally] = {name: observer.counts(name, 0) if observer else Nothing() for name in self.stores}
        examiner = Examiner(CODEC, admitted, keyring, allow_synthetic=True)
        self.steps: dict[str, Step] = {
            "intake": IntakeStep(0, desk, examiner, tallies["intake"]),
            "casework": CaseworkStep(0, desk, tallies["casework"]),
        }
        for name, step in self.steps.items():
            step.begin(TaskTransaction(self.stores[name]).state)
        self.spent = 0.0
        self._accepted = 0

    def send(self, records: Sequence[Record]) -> None:
        began = time.process_time()
        accepted = self._transactions("intake", records)
        self._transactions("casework", accepted)
        if records[0].topic != "clock":
            self.spent += time.process_time() - began

    def _transactions(self, name: str, records: Sequence[Record]) -> list[Record]:
        """Work off in one transaction, in more where a step wants to go on in the next; what went to ``accepted``."""
        step, store, found, waiting = self.steps[name], self.stores[name], [], list(records)
        while waiting:
            began, tx, done = time.perf_counter(), TaskTransaction(store), 0
            for record in waiting:
                if not step.handle(record, tx):
                    break
                done += 1
            step.flush(tx)
            store.apply(tx.changes)
            if self.observer:
                took = time.perf_counter() - began
                self.observer.transaction(name, 0, done, len(tx.outputs), took, state=store)
                for topic in {record.topic for record in waiting[:done]}:
                    self.observer.position(name, topic, 0, waiting[done - 1].offset + 1)
            for output in tx.outputs:
                if output.topic == "accepted":
                    found.append(Record("accepted", 0, self._accepted, 1, output.key, output.value, output.headers))
                    self._accepted += 1
            waiting = waiting[done:]
        return found


def batches(records: int) -> Iterator[list[Record]]:
    """The sample as it would come: each day its tick, then its records, at most ``BATCH`` at once."""
    sample = build(SEED, records, CODEC, BOOK, CATALOGUE)
    law = CODEC.encode("LawActivation", {"digest": BOOK.digest, "from_day": sample.days[0].day})
    yield [Record("clock", 0, 0, 1, None, law, ())]
    offset, today = 0, sample.days[0].day - _DAY
    for day in sample.days:
        while today < day.day:
            today += _DAY
            tick = CODEC.encode("ClockTick", {"day": today})
            yield [Record("clock", 0, today.toordinal(), 1, None, tick, ())]
        sent = iter(day.records)
        while part := list(islice(sent, BATCH)):
            yield [Record(one.topic, 0, offset + at, 1, one.key, one.value, ()) for at, one in enumerate(part)]
            offset += len(part)


def main(records: int) -> int:
    words = {
        "agent": frozenset(agent.name for agent in flow.AGENTS),
        "topic": frozenset(spec.name for spec in CATALOGUE.topics()),
        "channel": frozenset(CATALOGUE.channels),
        "code": frozenset(BOOK.codes),
    }
    meters = Meters(Vocabulary(words))
    with tempfile.TemporaryDirectory() as folder:
        keyring = Keyring.load(Path(folder), CATALOGUE.channels, create=True)
        lines = [Line(keyring, None), Line(keyring, MetricsObserver(meters))]
        settle()
        for turn, batch in enumerate(batches(records)):
            for line in lines if turn % 2 else reversed(lines):
                line.send(batch)
    plain, observed = (line.spent for line in lines)
    began = time.process_time()
    size = len(generate_latest(meters.registry))
    scrape = time.process_time() - began
    counting = 100 * (observed - plain) / plain
    percent = counting + 100 * scrape / SCRAPE_S
    verdict = "met" if percent < MOST_PERCENT else "MISSED"
    print(f"metrics.overhead_percent  < {MOST_PERCENT:g}  {percent:.2f}  {verdict}")
    print(
        json.dumps(
            {
                "records": records,
                "plain_us": round(1e6 * plain / records, 1),
                "observed_us": round(1e6 * observed / records, 1),
                "counting_percent": round(counting, 2),
                "scrape_ms": round(1e3 * scrape, 1),
                "scrape_bytes": size,
                "overhead_percent": round(percent, 2),
            }
        )
    )
    return int(percent >= MOST_PERCENT)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS))
