"""One run from beginning to end: ready, publish day by day as departments would, wait, check, count."""

import asyncio
import contextlib
import json
import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import streams
from monitoring.auditor.audit import audit
from monitoring.auditor.findings import AuditReport
from sinks.clickhouse.connection import connect
from streams import clock, oracle
from streams.addresses import Addresses
from streams.app import Parts
from streams.core.law import LawBook
from streams.law import loader
from streams.oracle.verify import Expectations, Expected
from streams.run import officers
from streams.run.children import Children
from streams.run.count import Counts, count
from streams.run.watch import Watch, until_stored
from streams.sample import Sample, SampleDay, build
from streams.sample.publisher import Publisher
from streams.setup import clock_log, prepare

SEED = 2018
_PATIENCE_S = 180


class Outcome(NamedTuple):
    """Everything a run has to say; ``as_json`` is its last line."""

    counts: Counts
    rows: dict[str, int]
    oracle: str
    auditor: str
    seconds: float

    def as_json(self) -> str:
        rows = {"clickhouse_decisions": self.rows["decisions"], "clickhouse_obligations": self.rows["obligations"]}
        verdicts = {"oracle": self.oracle, "auditor": self.auditor, "seconds": round(self.seconds, 1)}
        return json.dumps({**self.counts.as_dict(), **rows, **verdicts}, ensure_ascii=False)


class Run:
    """A run on given servers. The side file holds what the sample expects of each record."""

    def __init__(self, parts: Parts, addresses: Addresses, console: Console, records: int) -> None:
        self.parts = parts
        self.addresses = addresses
        self.console = console
        self.began = time.monotonic()
        self._records = records
        self._side_file = parts.settings.data_dir / f"{parts.settings.prefix}sample.jsonl"
        self._side_file.parent.mkdir(parents=True, exist_ok=True)
        self._sent_file = self._side_file.with_suffix(".sent")

    def say(self, text: str) -> None:
        self.console.print(f"[dim]{time.monotonic() - self.began:6.1f} s[/]  {text}")

    def ready(self, book: LawBook, first_day: date) -> date:
        """Servers ready; returns the clock's day."""
        return asyncio.run(prepare(self.parts, self.addresses, book, first_day, self.say))

    def book(self) -> LawBook:
        return loader.load()

    def publish(self, sample: Sample, children: Children) -> None:
        """Send the sample day by day; a day is over when every receipt is there and the next tick has gone through.

        What was sent is noted after each day, so that a run that was broken off goes on where it was.
        """
        done = self._days_sent()
        if done > len(sample.days):
            return
        watch = Watch(self.parts, children.check, _PATIENCE_S)
        log = clock_log(self.parts)
        with (
            contextlib.closing(watch),
            clock.held(log, self.parts.codec, self.parts.shelf) as tick_to,
            Publisher(self.addresses.kafka, self.parts.settings.prefix) as publisher,
            _progress(self.console) as progress,
        ):
            bar = progress.add_task("", total=sum(len(day.records) for day in sample.days))

            def moved() -> None:
                shown = "  ".join(f"{name} {number}" for name, number in sorted(watch.outcomes.items()))
                progress.update(bar, completed=watch.receipts, description=f"{day.day}  {shown}")

            sent = 0
            for number, day in enumerate(sample.days):
                tick_to(day.day)
                watch.until_day(day.day, moved)
                if number >= done:
                    self._send(publisher, day, number)
                sent += len(day.records)
                watch.until_receipts(sent, moved)
            last = clock.next_day(sample.days[-1].day)
            tick_to(last)
            watch.until_day(last, moved)
            sent += officers.answer(self.parts, last)
            self._note_sent(len(sample.days) + 1)
            watch.until_receipts(sent, moved)

    def wait_until(self, day: date, children: Children) -> None:
        """Wait until casework has passed the tick of ``day``."""
        with contextlib.closing(Watch(self.parts, children.check, _PATIENCE_S)) as watch:
            watch.until_day(day, lambda: None)

    def check(self, children: Children) -> Outcome:
        """Wait until ClickHouse has everything, then let oracle and auditor look, and count."""
        self.say("等待入库 / waiting for ClickHouse")
        rows = until_stored(self.parts, self.addresses.clickhouse, children.check, _PATIENCE_S)
        self.say("复算 / oracle")
        verification = oracle.verify(self.parts, self.addresses.clickhouse, self._expectations())
        self.say(f"复算结果 / oracle: {verification}")
        self.say("审计 / auditor")
        settings = self.parts.settings
        law = Path(streams.__file__).parent / "law"
        report = audit(self.addresses.kafka, self.addresses.clickhouse, settings.prefix, settings.database, law)
        verdict = _verdict(report)
        self.say(f"审计结果 / auditor: {verdict}")
        return Outcome(count(self.parts), rows, str(verification), verdict, time.monotonic() - self.began)

    def sample(self, book: LawBook) -> Sample:
        return build(SEED, self._records, self.parts.codec, book, self.parts.catalogue)

    def _send(self, publisher: Publisher, day: SampleDay, number: int) -> None:
        """Send one day and note where each record came to stand and what is expected of it."""
        offsets = publisher.publish(day).offsets
        with self._side_file.open("a", encoding="utf-8") as file:
            for record, offset in zip(day.records, offsets, strict=True):
                row = (record.topic, record.partition, offset, record.expected.value, record.code, record.note)
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
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
        if self.untouched:
            return {}
        rows = [json.loads(line) for line in self._side_file.read_text(encoding="utf-8").splitlines()]
        return {(topic, partition, offset): Expected(*fate) for topic, partition, offset, *fate in rows}


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


def _verdict(report: AuditReport) -> str:
    if report.match:
        return "match"
    first = report.findings[0]
    return f"{first.invariant}: {first.where}: expected {first.expected}, seen {first.seen}"


def _progress(console: Console) -> Progress:
    bar = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    return Progress(*bar, console=console)
