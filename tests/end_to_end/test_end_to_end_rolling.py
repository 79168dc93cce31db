"""Processes replaced one by one while records come: by the same release, then by the next one with a schema version
ahead, and a law book comes into force in between. Nothing is lost, nothing waits for long."""

import json
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import next_release
import pytest
from deployment import Deployment, deployed
from kafka.consumer.fetcher import ConsumerRecord

from schemas import files
from schemas.codec import _HEADER, Codec
from streams.addresses import Addresses
from streams.run.children import Children
from streams.run.steps import Steps
from streams.sample import SampleDay
from streams.sample.publisher import Publisher
from streams.settings import Settings
from tests.drafts import without

pytestmark = [pytest.mark.servers, pytest.mark.check, pytest.mark.timeout(1_200)]
LATE_S = 30.0  # from a record to its receipt, at most: a session that runs out, a start, a restore
GRACE_S = 30.0
START_S = 120.0
STORED_S = 180.0
Action = Callable[[], None]


class Fleet(Children):
    """Two workers and a sink, each replaceable by another release while the others work."""

    def __init__(self, settings: Settings, addresses: Addresses) -> None:
        super().__init__(settings, addresses)
        self.replaced: list[str] = []

    def replace(self, name: str, release: dict[str, str] | None = None) -> None:
        """Ask the process to end, as a supervisor would, and start its successor."""
        self.send(name, signal.SIGTERM)
        assert self._running.pop(name).wait(GRACE_S) == 0, self.log(name).read_text()[-3_000:]
        self.start(name, *self._modules[name], environment=release)
        self.replaced.append(name)
        if name.startswith("worker"):
            self.until_it_works(name)

    def until_it_works(self, name: str) -> None:
        """What docs/upgrade.md asks for before the next one is replaced."""
        until = time.monotonic() + START_S
        while not self.assigned(name):
            assert time.monotonic() < until, self.log(name).read_text()[-3_000:]
            time.sleep(0.2)

    def assigned(self, name: str) -> bool:
        try:
            with urllib.request.urlopen(self.metrics[name], timeout=5) as reply:
                text = reply.read().decode()
        except OSError:
            return False
        return any(
            line.startswith("chengxin_assigned_partitions{") and float(line.rpartition(" ")[2]) > 0
            for line in text.splitlines()
        )

    def call(self, release: dict[str, str], *module: str) -> subprocess.CompletedProcess[str]:
        """A command of a release."""
        return subprocess.run(
            [sys.executable, "-m", *module],
            env={**self._env, **release},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


class Rolling:
    """What is done while each day of the sample is on its way, by the number of the day."""

    def __init__(self, here: Deployment, fleet: Fleet, tree: Path) -> None:
        self.here, self.fleet, self.tree = here, fleet, tree
        ahead = next_release.tree(tree)
        self.new = next_release.make(tree)
        self.ceiling = len(files.ids())
        held = {**ahead, "CHENGXIN_SCHEMA_CEILING": str(self.ceiling)}
        self.ahead = ahead
        here.parts.codec = Codec.load(tree / "schemas")  # whoever looks on must read what the next release writes
        self.seen: dict[int, set[int]] = {}
        self.actions: dict[int, Action] = {
            2: partial(fleet.replace, "worker-1"),
            3: partial(fleet.replace, "worker-2"),
            4: partial(fleet.replace, "sink"),
            5: partial(fleet.replace, "worker-1", held),
            8: partial(fleet.replace, "worker-2", held),
            9: partial(fleet.replace, "sink", held),
            11: partial(fleet.replace, "worker-1", ahead),
            13: partial(fleet.replace, "worker-2", ahead),
            14: partial(fleet.replace, "sink", ahead),
        }

    def announce(self, folder: Path, day: date) -> None:
        """A book that nobody has loaded, in force from the day on."""
        raised = Counter(
            one["rule"]
            for record in self.here.read("decisions")
            for one in self.here.parts.codec.decode(record.value).value["raised"]
        )
        rule = max(sorted(raised), key=lambda one: raised[one])
        law = without(folder, rule)
        shutil.copytree(law, self.tree / "streams" / "law", dirs_exist_ok=True)  # the next release comes with it
        published = self.here.chengxin("law", "publish", str(law))
        assert published.returncode == 0, published.stderr
        done = self.here.chengxin(
            "law", "activate", published.stdout.strip(), "--from", f"{day}", "--without-what-if", "a test of upgrades"
        )
        assert done.returncode == 0, done.stderr

    def run(self, folder: Path) -> int:
        """Publish day by day, each with its action beside it, and the book in the middle, while an old and a new worker
        stand side by side; returns how many records were sent. Whoever announces a book takes the clock."""
        days, sent = list(enumerate(self.here.sample.days)), 0
        for number, part in enumerate((days[:7], days[7:])):
            if number:
                self.announce(folder, self.here.sample.days[6].day + timedelta(days=1))
            sent = self.publish(part, sent)
        return sent

    def publish(self, days: list[tuple[int, SampleDay]], sent: int) -> int:
        with (
            ThreadPoolExecutor(1) as beside,
            Steps.opened(self.here.parts, self.here.run.phases, 0, self.fleet.check, 120) as steps,
            Publisher(self.here.addresses.kafka, self.here.settings.prefix) as publisher,
        ):
            steps.sent = sent
            for number, day in days:
                steps.let_pass(day.day)
                published = beside.submit(publisher.publish, day)
                self.actions.get(number, lambda: None)()  # here: a process dies with the thread that started it
                steps.sent += published.result().records
                steps.answered()
                self.seen[number] = ids(self.here.read("accepted"))
            return steps.sent


def ids(records: list[ConsumerRecord]) -> set[int]:
    return {_HEADER.unpack_from(record.value)[1] for record in records}


def late(here: Deployment) -> list[float]:
    """Seconds from each record to its receipt, both by the broker's clock."""
    channels = here.parts.catalogue.channels
    sent = {
        (record.topic.removeprefix(here.settings.prefix), record.partition, record.offset): record.timestamp
        for channel in channels
        for record in here.read(f"events.{channel}")
    }
    answered = {
        (said["source_topic"], said["source_partition"], said["source_offset"]): record.timestamp
        for channel in channels
        for record in here.read(f"receipts.{channel}")
        if (said := here.parts.codec.decode(record.value).value)["source_topic"].startswith("events.")
    }
    assert sent.keys() == answered.keys()
    return [(answered[place] - at) / 1000 for place, at in sent.items()]


def test_nothing_is_lost_and_nothing_waits_long(
    kafka_bootstrap: str, clickhouse_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with deployed(kafka_bootstrap, clickhouse_url, f"r{secrets.token_hex(3)}", tmp_path / "data") as here:
        here.ready()
        with Fleet(here.settings, here.addresses) as fleet:
            for worker in ("worker-1", "worker-2"):
                fleet.start(worker, "streams.cli.main", "worker")
            fleet.start("sink", "streams.cli.main", "sink")
            rolling = Rolling(here, fleet, tmp_path / "next")
            sent = rolling.run(tmp_path / "law")
            waited = late(here)
            verified = until_stored(rolling)
            audited = fleet.call(rolling.ahead, "streams.cli.main", "auditor")
        assert Counter(fleet.replaced) == {"worker-1": 3, "worker-2": 3, "sink": 3}
        new = rolling.new["Accepted"]
        assert all(max(found) <= rolling.ceiling for number, found in rolling.seen.items() if number < 11)
        assert {new} < rolling.seen[len(rolling.seen) - 1], "old and new versions stand side by side on accepted"
        assert verified.returncode == 0 and verified.stdout.rstrip().endswith("match"), verified.stdout[-2_000:]
        assert audited.returncode == 0, audited.stdout[-2_000:]
        assert len({one["law_digest"] for one in decided(rolling)}) == 2
        assert max(waited) < LATE_S
        with capsys.disabled():
            print(json.dumps({"records": sent, "replaced": len(fleet.replaced), "late_max_s": round(max(waited), 1)}))


def until_stored(rolling: Rolling) -> subprocess.CompletedProcess[str]:
    """``verify`` of the next release, once ClickHouse has every row."""
    until = time.monotonic() + STORED_S
    while time.monotonic() < until:
        done = rolling.fleet.call(rolling.ahead, "sinks.clickhouse.verify")
        if done.returncode == 0 and all(" 0 waiting" in line for line in done.stdout.splitlines()):
            return rolling.fleet.call(rolling.ahead, "streams.cli.main", "verify")
        time.sleep(1)
    raise AssertionError(done.stdout + done.stderr)


def decided(rolling: Rolling) -> list[dict[str, Any]]:
    codec = rolling.here.parts.codec
    return [codec.decode(record.value, max_bytes=1 << 24).value for record in rolling.here.read("decisions")]
