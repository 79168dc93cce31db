"""A load run from beginning to end: write the backlog, start the processes, take ClickHouse away, wait, prove."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from sinks.clickhouse.connection import connect
from sinks.clickhouse.tables import TABLES
from streams.addresses import Addresses
from streams.app import Parts
from streams.flow import SOURCES
from streams.law import loader
from streams.load import backlog, following, gauges, proof, reading, writing
from streams.load.outage import Outage
from streams.load.result import Result, Times
from streams.load.screen import Screen
from streams.local import stack
from streams.run.children import Children
from streams.run.watch import Stalled
from streams.sample.calendar import LAST_DAY
from streams.settings import Settings
from streams.setup import prepare

SEED = 2018
WORKERS = 2
OUTAGE_AFTER = 0.25  # of the receipts
LOOK_S = 2.0
PATIENCE_S = 180.0  # beyond the outage
READING_S = 1_200.0  # to read the topics again, while nothing else may move


class Wanted(NamedTuple):
    records: int
    outage_s: float


class Found(NamedTuple):
    """What the topics hold: how often each source record is answered, what each topic-partition has, the state."""

    times: dict[reading.Place, bytearray]
    held: dict[reading.Place, reading.Held]  # of what ClickHouse stores
    notices: int
    state: reading.State


class Load:
    """On servers of its own in ``settings.data_dir``: it kills ClickHouse, so nobody else's will do."""

    def __init__(self, settings: Settings, addresses: Addresses, console: Console, wanted: Wanted) -> None:
        self.settings = settings
        self.addresses = addresses
        self.wanted = wanted
        self.parts = Parts(settings, addresses.kafka)
        self.screen = Screen(console, wanted.records)
        self.memory = gauges.Memory(wanted.records)
        self.outage = Outage(settings.data_dir, wanted.outage_s)

    def run(self) -> Result:
        written = self._backlog()
        with Children(self.settings, self.addresses) as children, self.screen:
            began = time.monotonic()
            for number in range(WORKERS):
                children.start(f"worker-{number + 1}", "streams.cli.main", "worker")
            children.start("sink", "streams.cli.main", "sink")
            self._watch(children, lambda seen: seen.receipts >= written.records)
            worked = time.monotonic()
            self._watch(children, lambda _: self.outage.over)
            found = self._read(children)
            stored, follows = self._stored(children, found)
            return self._result(written, found, stored, follows, Times(worked - began, time.monotonic() - worked))

    def _backlog(self) -> writing.Written:
        """Everything ready and every record written, before anybody reads."""
        book = loader.load()
        asyncio.run(prepare(self.parts, self.addresses, book, LAST_DAY, self.screen.say))
        self.screen.say(f"写入积压 / writing the backlog: {self.wanted.records}")
        began = time.monotonic()
        shares = backlog.shares(self.wanted.records, SEED, self.parts.partitions, os.cpu_count() or 1)
        written = writing.write(self.addresses.kafka, self.settings.prefix, shares)
        self.screen.say(f"{written.records / (time.monotonic() - began):,.0f} records/s written")
        return written

    def _watch(self, children: Children, done: Callable[[gauges.Look], bool], patience_s: float = PATIENCE_S) -> None:
        """Look and show until ``done``; begin and end the outage on the way. Raises Stalled when nothing moves."""
        moved, last = time.monotonic(), (-1, -1)
        while True:
            seen = self._look(children)
            self._pass_outage(seen)
            if (seen.receipts, seen.rows) != last or self.outage.under_way:
                moved, last = time.monotonic(), (seen.receipts, seen.rows)
            if done(seen):
                return
            children.check()
            if time.monotonic() - moved > patience_s:
                raise Stalled(f"nothing moved for {patience_s:.0f} s at {seen.receipts} receipts, {seen.rows} rows")
            time.sleep(LOOK_S)

    def _pass_outage(self, seen: gauges.Look) -> None:
        outage = self.outage
        if not (outage.under_way or outage.over) and seen.receipts >= OUTAGE_AFTER * self.wanted.records:
            self.screen.say("ClickHouse 断电 / ClickHouse is killed and stays down")
            outage.begin()
        if outage.end_if_due():
            self.screen.say(f"ClickHouse 恢复 / ClickHouse is back after {outage.seconds:.0f} s")

    def _look(self, children: Children) -> gauges.Look:
        servers = {one.server: one.pid for one in stack.status(self.settings.data_dir) if one.pid is not None}
        seen = gauges.look({**children.pids, **servers}, children.metrics)
        self.memory.note(seen)
        self.screen.show(seen, self.outage)
        return seen

    def _topics(self, *families: str) -> list[str]:
        catalogue, prefix = self.parts.catalogue, self.settings.prefix
        return [catalogue.name(f, channel, prefix) for f in families for channel in catalogue.channels_of(f) or (None,)]

    def _read(self, children: Children) -> Found:
        """Read the topics while the sink catches up."""
        families = {family for table in TABLES for family in table.families} - {"receipts"}
        with reading.Topics(self.addresses.kafka) as topics:
            receipts = topics.answers(self._topics("receipts"))
            others = topics.holdings(self._topics(*sorted(families)))
            notices = topics.holdings(self._topics("notices"))
            changelog = topics.last(self.parts.catalogue.name("casework-changelog", None, self.settings.prefix))
            asked = (receipts, others, notices, changelog)
            self._watch(children, lambda _: all(one.done() for one in asked), READING_S)
            answers = receipts.result()
            told = sum(one.records for one in notices.result().held.values())
            return Found(answers.times, {**answers.held, **others.result().held}, told, changelog.result().state)

    def _stored(self, children: Children, found: Found) -> tuple[proof.Stored, following.Followed]:
        """Wait until ClickHouse has as many rows as there are records, or moves no more, and compare."""
        wanted = sum(one.records for one in found.held.values())
        client = connect(self.addresses.clickhouse, self.settings.database, timeout_s=PATIENCE_S)
        try:
            with contextlib.suppress(Stalled):  # then the comparison says what is missing
                self._watch(children, lambda _: proof.count(client) >= wanted)
            return proof.stored(found.held, proof.rows(client)), following.followed(client, found.notices)
        finally:
            client.disconnect()

    def _result(
        self,
        written: writing.Written,
        found: Found,
        stored: proof.Stored,
        follows: following.Followed,
        times: Times,
    ) -> Result:
        sources = asyncio.run(reading.ends(self.addresses.kafka, self._topics(*SOURCES)))
        receipts = sum(
            found.held[topic, n].records for topic, n in found.held if topic in set(self._topics("receipts"))
        )
        accepted = sum(found.held[topic, n].records for topic, n in found.held if topic in self._topics("accepted"))
        names = ["sink", *(f"worker-{number + 1}" for number in range(WORKERS))]
        return Result(
            records=sum(sources.values()),
            written=written,
            receipts=receipts,
            rejected=receipts - accepted,
            answered=proof.answered(sources, found.times, self.settings.prefix),
            stored=stored,
            followed=follows,
            times=times,
            outage_s=self.outage.seconds or 0.0,
            spans={name: self.memory.span(name) for name in names},
            cpu=self.memory.cpu,
            disk_bytes=_size(self.settings.data_dir),
            state=found.state,
            store=self.settings.state,
        )


def _size(folder: Path) -> int:
    """Bytes on disk of all files, as far as they are still there when looked at: the servers go on deleting."""
    total = 0
    for place, _, names in os.walk(folder):  # passes over folders that are gone
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(f"{place}/{name}").st_blocks * 512
    return total
