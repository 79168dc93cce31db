"""One run from beginning to end: ready, publish day by day as departments would, wait, check, count."""

import asyncio
import contextlib
from datetime import date

from rich.console import Console

from sinks.clickhouse.connection import connect
from streams import clock
from streams.addresses import Addresses
from streams.app import Parts
from streams.core.law import LawBook
from streams.law import loader
from streams.oracle.verify import Expectations, Expected
from streams.run import checking, expected, officers
from streams.run.checking import Outcome
from streams.run.children import Children
from streams.run.phases import Phases
from streams.run.steps import Steps
from streams.run.watch import Watch
from streams.sample import Sample, SampleDay, build
from streams.sample.publisher import Publisher
from streams.setup import prepare

SEED = 2018
_PATIENCE_S = 180


class Run:
    """A run on given servers. The side file holds what the sample expects of each record."""

    def __init__(self, parts: Parts, addresses: Addresses, console: Console, records: int) -> None:
        self.parts = parts
        self.addresses = addresses
        self.console = console
        self.phases = Phases(console)
        self._records = records
        self._side_file = parts.settings.data_dir / f"{parts.settings.prefix}sample.jsonl"
        self._side_file.parent.mkdir(parents=True, exist_ok=True)
        self._sent_file = self._side_file.with_suffix(".sent")

    def ready(self, book: LawBook, first_day: date) -> date:
        """Servers ready; returns the clock's day. What was sent before must be known still."""
        self._expectations()
        with self.phases.phase("准备 / ready", aloud=False):
            return asyncio.run(prepare(self.parts, self.addresses, book, first_day, self.phases.say))

    def book(self) -> LawBook:
        return loader.load()

    def publish(self, sample: Sample, children: Children) -> None:
        """Send the sample day by day; a day is over when every receipt is there and the next tick has gone through.

        What was sent is noted after each day, so that a run that was broken off goes on where it was.
        """
        done = self._days_sent()
        if done > len(sample.days):
            return
        total = sum(len(day.records) for day in sample.days)
        with (
            Steps.opened(self.parts, self.phases, total, children.check, _PATIENCE_S) as steps,
            Publisher(self.addresses.kafka, self.parts.settings.prefix) as publisher,
        ):
            for number, day in enumerate(sample.days):
                steps.let_pass(day.day)
                if number >= done:
                    self._send(publisher, day, number)
                steps.sent += len(day.records)
                steps.answered()
            last = clock.next_day(sample.days[-1].day)
            steps.let_pass(last)
            answers = officers.answer(self.parts, last)
            expected.note(self._side_file, answers)
            self._note_sent(len(sample.days) + 1)
            steps.sent += len(answers)
            steps.answered()

    def wait_until(self, day: date, children: Children) -> None:
        """Wait until casework has passed the tick of ``day``."""
        with contextlib.closing(Watch(self.parts, children.check, _PATIENCE_S)) as watch:
            watch.until_day(day, lambda: None)

    def check(self, children: Children) -> Outcome:
        """Wait until ClickHouse has everything, then let oracle and auditor look, and count."""
        return checking.check(
            self.parts,
            self.addresses,
            expectations=self._expectations(),
            alive=children.check,
            phases=self.phases,
            patience_s=_PATIENCE_S,
        )

    def sample(self, book: LawBook) -> Sample:
        return build(SEED, self._records, self.parts.codec, book, self.parts.catalogue)

    def _send(self, publisher: Publisher, day: SampleDay, number: int) -> None:
        """Send one day and note where each record came to stand and what is expected of it."""
        offsets = publisher.publish(day).offsets
        fates = {
            (record.topic, record.partition, offset): Expected(record.expected.value, record.code, record.note)
            for record, offset in zip(day.records, offsets, strict=True)
        }
        expected.note(self._side_file, fates)
        self._note_sent(number + 1)

    def _note_sent(self, days: int) -> None:
        self._sent_file.write_text(str(days), encoding="utf-8")

    @property
    def untouched(self) -> bool:
        """Nothing of the sample was sent to these servers yet."""
        return not self._sent_file.exists()

    def _days_sent(self) -> int:
        return int(self._sent_file.read_text(encoding="utf-8")) if self._sent_file.exists() else 0

    def _expectations(self) -> Expectations:
        return {} if self.untouched else expected.read(self._side_file)


def decisions_worth_reading(parts: Parts, url: str) -> list[str]:
    """Two decisions to show in full: the one that raised most, and the last that lifted most."""
    client = connect(url, parts.settings.database)
    try:
        raised = "SELECT decision_id FROM decisions ORDER BY length(raised) DESC, decision_id LIMIT 1"
        lifted = (
            "SELECT decision_id FROM decisions WHERE empty(raised) ORDER BY length(changed) DESC, decision_id LIMIT 1"
        )
        return [row[0] for query in (raised, lifted) for row in client.execute(query)]
    finally:
        client.disconnect()
