"""A new law book while cases stand: published, activated, obeyed from its day on; an unknown one stops everybody."""

import contextlib
import secrets
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from deployment import Killed, Played, deployed
from kafka import KafkaProducer

from streams import clock, oracle
from streams.law import loader
from streams.run.watch import Watch, until_stored
from tests.drafts import without

pytestmark = pytest.mark.servers
UNKNOWN = "f" * 64


def let_pass(played: Played, day: date) -> None:
    with contextlib.closing(Watch(played.here.parts, played.children.check)) as watch:
        ticked = played.here.chengxin("clock", "tick", "--to", day.isoformat())
        assert ticked.returncode == 0, ticked.stderr
        watch.until_day(day, lambda: None)


def test_a_book_that_drops_a_rule_lifts_on_its_day_and_leaves_what_was_decided(played: Played, tmp_path: Path) -> None:
    here = played.here
    old, codec = here.book.digest, here.parts.codec
    first_day = clock.next_day(clock.next_day(here.sample.days[-1].day))
    open_before = _standing(played)
    rule = max(sorted(open_before), key=lambda one: open_before[one])  # the one that stands most often
    published = here.chengxin("law", "publish", str(without(tmp_path / "law", rule)))
    assert published.returncode == 0, published.stderr
    new = published.stdout.strip()
    assert new == loader.load(tmp_path / "law").digest != old

    before = [record.value for record in here.read("decisions")]
    asked = ("law", "activate", new, "--from", first_day.isoformat())
    refused = here.chengxin(*asked)
    assert (refused.returncode, refused.stdout) == (2, "") and "chengxin what-if" in refused.stderr
    activated = here.chengxin(*asked, "--without-what-if", "the report has tests of its own")
    assert "announced" in activated.stdout, activated.stderr
    let_pass(played, first_day)

    decided = [codec.decode(record.value).value for record in here.read("decisions")]
    fresh = [one for one in decided if one["law_digest"] == new]
    assert fresh
    moved = [obligation for one in fresh for obligation in one["changed"]]
    assert {(one["rule"], one["state"]) for one in moved} == {(rule, "lifting")}
    assert len(moved) == open_before[rule]
    assert _standing(played) == {one: number for one, number in open_before.items() if one != rule}
    assert {one["decided_on"] for one in fresh} == {first_day}
    assert sorted(r.value for r in here.read("decisions") if r.value in set(before)) == sorted(
        before
    )  # not a byte moved

    until_stored(here.parts, here.addresses.clickhouse, played.children.check)
    assert str(oracle.verify(here.parts, here.addresses.clickhouse)) == "match"


def _standing(played: Played) -> Counter[str]:
    """Measures that stand, by rule, as a subscriber of the compacted topics knows them."""
    newest = {}
    for channel in played.here.parts.catalogue.channels_of("sanctions.current"):
        topic = played.here.parts.catalogue.name("sanctions.current", channel)
        newest |= {r.key: played.here.parts.codec.decode(r.value).value for r in played.here.read(topic)}
    return Counter(one["rule"] for one in newest.values() if one["state"] in ("proposed", "confirmed", "in_effect"))


def test_a_book_nobody_published_is_not_announced(played: Played) -> None:
    before = len(played.here.read("clock"))
    refused = played.here.chengxin("law", "activate", UNKNOWN, "--from", "2030-01-01")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert UNKNOWN in refused.stderr and "chengxin law publish" in refused.stderr
    assert len(played.here.read("clock")) == before


def test_a_worker_that_meets_a_book_nobody_published_stops_and_says_so(
    kafka_bootstrap: str, clickhouse_url: str, tmp_path: Path
) -> None:
    with deployed(kafka_bootstrap, clickhouse_url, f"u{secrets.token_hex(3)}", tmp_path) as here:
        here.ready()
        day = here.sample.days[0].day
        announced = here.parts.codec.encode("LawActivation", {"digest": UNKNOWN, "from_day": day})
        producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
        for partition in range(here.parts.partitions):
            producer.send(here.parts.messages.topic("clock"), value=announced, partition=partition)
        producer.send(
            here.parts.messages.topic("events", "court"), value=here.sample.days[0].records[0].value, partition=0
        )
        producer.close()
        with Killed(here.settings, here.addresses, {}) as children:
            children.start("worker-1", "streams.cli.main", "worker")
            assert children.exit_of("worker-1", timeout_s=60) == 70
            log = children.log("worker-1").read_text(encoding="utf-8")
        assert UNKNOWN in log and "chengxin law publish" in log
        assert here.read("receipts.court") == []
