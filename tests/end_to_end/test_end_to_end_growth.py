"""Partitions doubled between two days: the history replayed, nothing decided again, work goes on in all of them."""

import json
import secrets
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import next_release
import pytest
from deployment import Deployment, deployed
from kafka.consumer.fetcher import ConsumerRecord

from streams.app import Parts
from streams.messages import Messages
from streams.run.children import Children, environment
from streams.run.steps import Steps
from streams.run.watch import until_stored
from streams.sample import SampleDay
from streams.sample.publisher import Publisher
from streams.wire import subject_partition
from tests.topics.test_growth import draft
from topics.catalogue import Catalogue

pytestmark = [pytest.mark.servers, pytest.mark.check, pytest.mark.timeout(900)]
BEFORE, AFTER = 6, 10  # days of the sample: until the growth, until the end
OLD, NEW = 8, 16


def play(parts: Parts, here: Deployment, children: Children, days: tuple[SampleDay, ...], sent: int) -> int:
    with (
        Steps.opened(parts, here.run.phases, 0, children.check, 120) as steps,
        Publisher(here.addresses.kafka, here.settings.prefix) as publisher,
    ):
        steps.sent = sent
        for day in days:
            steps.let_pass(day.day)
            publisher.publish(day)
            steps.sent += len(day.records)
            steps.answered()
        return steps.sent


def start(children: Children) -> Children:
    children.start("worker-1", "streams.cli.main", "worker")
    children.start("sink", "streams.cli.main", "sink")
    return children


def spread(day: SampleDay) -> SampleDay:
    """The same records, as publishers send them that know of the new partitions."""
    moved = {record.partition: record.partition + OLD * (record.partition % 2) for record in day.records}
    return SampleDay(day.day, tuple(one._replace(partition=moved[one.partition]) for one in day.records))


def grown(settings_of: Deployment, folder: Path) -> Parts:
    """What looks on, by the new catalogue."""
    parts = Parts(settings_of.settings, settings_of.addresses.kafka)
    parts.catalogue = Catalogue.load(folder)
    parts.messages = Messages(parts.codec, parts.catalogue, settings_of.settings.prefix, parts.keyring)
    return parts


class Ahead:
    """The release with the new catalogue: its commands and its processes."""

    def __init__(self, here: Deployment, folder: Path, topics: Path) -> None:
        ours = next_release.tree(folder)
        shutil.copytree(topics, folder / "topics", dirs_exist_ok=True)
        self.env = {**environment(here.settings, here.addresses), **ours}
        self.here = here

    def chengxin(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "streams.cli.main", *words]
        import os

        return subprocess.run(
            command, env={**os.environ, **self.env}, capture_output=True, text=True, timeout=300, check=False
        )

    def children(self) -> Children:
        made = Children(self.here.settings, self.here.addresses)
        made._env.update(self.env)
        return made


def by_key(records: list[ConsumerRecord]) -> Counter[tuple[bytes | None, bytes | None]]:
    return Counter((record.key, record.value) for record in records if record.key is not None)


def test_history_is_replayed_and_work_goes_on(kafka_bootstrap: str, clickhouse_url: str, tmp_path: Path) -> None:
    with deployed(kafka_bootstrap, clickhouse_url, f"g{secrets.token_hex(3)}", tmp_path / "data") as here:
        here.ready()
        days, topics = here.sample.days, draft(tmp_path / "draft", NEW)
        with start(Children(here.settings, here.addresses)) as children:
            sent = play(here.parts, here, children, days[:BEFORE], 0)
            refused = here.chengxin("topics", "grow", str(topics))
            assert refused.returncode == 2 and "workers run" in refused.stderr
        done = here.chengxin("topics", "grow", str(topics))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout.splitlines()[-1])["partitions"] == NEW
        for family in ("accepted", "decisions"):
            assert by_key(here.read(f"{family}.v2")) == by_key(here.read(family)), "not a byte is another"
        again = here.chengxin("topics", "grow", str(topics))
        assert again.returncode == 2 and "holds records" in again.stderr

        ahead, parts = Ahead(here, tmp_path / "next", topics), grown(here, topics)
        before = by_key(here.read("decisions.v2"))
        rebuilt = ahead.chengxin("rebuild", "--replace")
        assert rebuilt.returncode == 0, rebuilt.stderr + rebuilt.stdout
        with start(ahead.children()) as children:
            play(parts, here, children, tuple(map(spread, days[BEFORE:AFTER])), sent)
            until_stored(parts, here.addresses.clickhouse, children.check)
        after = here.read("decisions.v2")
        assert before < by_key(after), "what was decided stands, and more was decided"
        # Who stands where hangs on this run's keys: of 68 people none is in one of the eight in every tenth run.
        new = [record.partition for record in after if record.key and (record.key, record.value) not in before]
        assert max(new) >= OLD, "and in the new ones too"
        for record in here.read("accepted.v2", "decisions.v2", "identities.v2"):
            if record.key:
                assert record.partition == subject_partition(record.key[:32].decode(), NEW)
        verified = ahead.chengxin("verify")
        assert verified.returncode == 0 and verified.stdout.rstrip().endswith("match"), verified.stdout[-2_000:]
        audited = ahead.chengxin("auditor")
        assert audited.returncode == 0, audited.stdout[-2_000:]
