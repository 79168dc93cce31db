"""The portal on a real broker, which is taken away at the end: no log, no answer."""

import json
import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from portal_stand import DAY, Board, Door, Memory, ending, person
from registry_stand import served

from sinks.portal import board, composing
from sinks.portal.places import Places
from streams.addresses import Addresses
from streams.core.ids import receipt_id
from streams.keychecks import KeyChecks
from streams.local.stack import down, running
from streams.oracle import history
from streams.reader import Reader
from streams.settings import Settings
from streams.wire import subject_partition
from tests.flow.flow_stand import BOOK, CODEC, listing
from topics import admin

pytestmark = pytest.mark.servers
_LEVELS = ("read_committed", "read_uncommitted")
NOWHERE = "clickhouse://default@127.0.0.1:1"
FAMILIES = ("decisions", "identities", "querylog", "lawbooks", "keychecks", "clock", "accepted")


@dataclass
class Placed:
    """The stand's topics on a broker of their own, and the portal over them. ``broker``: its folder."""

    door: Door
    reader: Reader
    url: str
    broker: Path
    done: dict[str, int]

    def move(self, family: str, *, abort: bool = False) -> None:
        """What the stand has written to ``family`` since, in one transaction."""
        topic, new = self.reader.topic(family), self.door.stand.topics[family][self.done.get(family, 0) :]
        producer = KafkaProducer(bootstrap_servers=self.reader.bootstrap, transactional_id=f"t{secrets.token_hex(4)}")
        producer.init_transactions()
        producer.begin_transaction()
        of_subject = self.reader.catalogue.families[family].partitions.of("local") == self.reader.partitions
        for key, value in new:
            assert key is not None
            partition = subject_partition(key[:32].decode(), self.reader.partitions) if of_subject else 0
            producer.send(topic, key=key, value=value, partition=partition)
        producer.flush()
        if abort:
            producer.abort_transaction()
        else:
            producer.commit_transaction()
            self.done[family] = len(self.door.stand.topics[family])
        producer.close()
        self._settle(topic)

    def _settle(self, topic: str) -> None:
        """Wait for the coordinator's markers: until they are written nobody sees that a transaction is over."""
        ends = [KafkaConsumer(bootstrap_servers=self.reader.bootstrap, isolation_level=level) for level in _LEVELS]
        until = time.monotonic() + 30
        try:
            places = [TopicPartition(topic, number) for number in ends[0].partitions_for_topic(topic)]
            while ends[0].end_offsets(places) != ends[1].end_offsets(places):
                assert time.monotonic() < until
                time.sleep(0.05)
        finally:
            for one in ends:
                one.close()

    def tick(self) -> None:
        producer = KafkaProducer(bootstrap_servers=self.reader.bootstrap)
        for day in (DAY - timedelta(days=1), DAY):
            producer.send(self.reader.topic("clock"), value=CODEC.encode("ClockTick", {"day": day}), partition=0)
        producer.close()

    def ask(self, path: str, token: str, **said: Any) -> tuple[int, dict[str, Any]]:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        try:
            with urlopen(Request(self.url + path, json.dumps(said).encode(), headers), timeout=90) as answer:
                return answer.status, json.load(answer)
        except HTTPError as refused:
            return refused.code, json.load(refused)

    def get(self, path: str, token: str) -> dict[str, Any]:
        with urlopen(Request(self.url + path, headers={"authorization": f"Bearer {token}"}), timeout=90) as answer:
            told: dict[str, Any] = json.load(answer)
            return told

    def status(self, number: int, purpose: str = "licensing") -> tuple[int, dict[str, Any]]:
        token = self.door.officer("market", "licensing")
        return self.ask("/status", token, number=person(number), name=f"测试{number}", purpose=purpose, matter="办1")

    def looks(self) -> list[dict[str, Any]]:
        found = history.each(self.reader.bootstrap, ["querylog"], self.reader.settings.prefix)
        return [CODEC.decode(one.value).value for one in found]


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Placed]:
    folder = tmp_path_factory.mktemp("portal")
    door = Door(folder)
    door.food(1)
    door.order(2)
    door.food(3)
    door.revoke(3)
    with ExitStack() as lights:
        broker = lights.enter_context(running(folder / "broker", want_clickhouse=False)).kafka_bootstrap
        assert broker is not None
        settings = Settings(data_dir=folder, prefix="p.", portal_persons_a_day=1)
        reader = Reader(settings, broker)
        wanted = (*FAMILIES, "filings", "publication", "displays")
        specs = [
            one for one in reader.catalogue.topics("p.") if one.family in wanted and one.channel in (None, "market")
        ]
        admin.create(broker, specs)
        checks = KeyChecks(settings, broker, reader.catalogue, reader.codec)
        checks.record(checks.keyring())
        reader.shelf.publish(BOOK)
        there = Placed(door, reader, "", folder / "broker", {})
        for family in ("decisions", "identities"):
            there.move(family, abort=True)
            there.move(family)
        there.tick()
        portal = lights.enter_context(composing.opened(settings, Addresses(broker, NOWHERE)))
        there.url = lights.enter_context(served(portal.app))
        yield there


def test_the_archive_in_memory_and_the_real_one_tell_the_same(placed: Placed, tmp_path: Path) -> None:
    memory, real = Memory(placed.door.stand.topics), Places(placed.reader, tmp_path)
    subjects = {one["subject"] for one in placed.door.stand.read("decisions")}
    assert len(subjects) == 3
    for family, keys in (
        ("decisions", [*subjects, "0" * 32]),
        ("identities", [key.decode() for key, _ in placed.door.stand.topics["identities"] if key]),
    ):
        for key in keys:
            wanted = [one.value for one in memory.about(family, key)]
            assert [one.value for one in real.about(family, key)] == wanted
            for most, skip in ((100, 0), (1, 0), (1, 1), (2, 1)):
                told, expected = (there.newest(family, [key], most, skip) for there in (real, memory))
                assert [one.value for one in told.found] == [one.value for one in expected.found]
                assert told.total == expected.total == len(wanted)
    assert not list(tmp_path.iterdir())  # the index is in no folder that anybody can open
    real.close()


def test_an_answer_leaves_after_its_record_and_tells_what_is_committed(placed: Placed) -> None:
    status, told = placed.status(1)
    assert (status, [one["document_no"] for one in told["records"]]) == (200, ["鲁市监罚〔2026〕1号"])
    assert placed.status(3)[1]["records"] == []
    (first, second) = placed.looks()
    assert (first["officer"], first["channel"], first["purpose"], first["refused"]) == (
        "R-17",
        "market",
        "licensing",
        None,
    )
    assert first["subject"] == placed.door.stand.keyring.token("citizen", person(1)) != second["subject"]


def test_refusals_are_on_record_and_others_proposals_stay_closed(placed: Placed) -> None:
    assert placed.status(1, purpose="audit")[1]["code"] == "PURPOSE_NOT_ALLOWED"
    proposal = placed.door.proposals("railway")[0]
    said = {"obligation_id": proposal["obligation_id"], "case_ref": proposal["case_ref"], "matter": "办1"}
    status, told = placed.ask("/resolve", placed.door.officer("railway", "confirmation"), **said)
    assert (status, told["name"]) == (200, "测试2")
    assert placed.ask("/resolve", placed.door.officer("aviation", "confirmation"), **said)[1]["code"] == "NOT_YOURS"
    assert [one["refused"] for one in placed.looks()[-3:]] == ["PURPOSE_NOT_ALLOWED", None, "NOT_YOURS"]


def test_a_person_reads_the_own_record_and_who_looked_and_files_by_reference(placed: Placed) -> None:
    token = placed.door.person(1)
    (own,) = placed.get("/me/record", token)["records"]
    looks = placed.get("/me/looks", token)["looks"]
    assert [one["refused"] for one in looks if one["officer"] == "R-17"] == [None, "PURPOSE_NOT_ALLOWED"]
    assert looks[-1]["officer"] == "self"  # committed before this very answer
    status, filed = placed.ask("/me/objections", token, record=own["record"])
    assert status == 202
    (sent,) = history.each(placed.reader.bootstrap, ["cases.portal"], "p.")
    assert filed["receipt_id"] == receipt_id("cases.portal", sent.partition, sent.offset)
    said = CODEC.decode(sent.value, placed.reader.catalogue.admitted("filings")).value
    assert (said["channel"], said["case_no"], said["day"], said["act"]) == (
        "market",
        filed["case_no"],
        DAY,
        "objection",
    )
    status, told = placed.ask("/filings", placed.door.officer("market", "objection"), matter="x")
    assert (status, told["code"]) == (503, "RECORDS_UNAVAILABLE")  # no ClickHouse here, and nothing else needs one
    assert person(1).encode() not in (sent.value or b"")


def test_what_ends_is_gone_from_the_next_answer_on(placed: Placed) -> None:
    placed.door.revoke(1)
    placed.move("decisions", abort=True)
    assert placed.status(1)[1]["records"]  # what is not committed has not happened
    placed.move("decisions")
    assert placed.status(1)[1]["records"] == []


def _exposure(placed: Placed) -> str:
    with urlopen(f"{placed.url}/exposure", timeout=90) as answer:
        told: str = answer.read().decode()
        return told


@pytest.mark.check
def test_a_published_person_is_masked_and_gone_from_the_next_answer_once_ended(placed: Placed, tmp_path: Path) -> None:
    real = board.Topics(placed.reader, tmp_path)
    memory = Board(placed.door.stand.topics)
    assert "目前没有条目" in _exposure(placed)
    for number in (4, 5):
        placed.door.stand.send("events.court", listing(number, DAY))
    for family in ("publication", "displays"):
        placed.move(family, abort=True)
    assert "目前没有条目" in _exposure(placed)  # what is not committed has not happened
    for family in ("publication", "displays"):
        placed.move(family)
    text = _exposure(placed)
    assert text.count("测**") == 2 and person(4) not in text and "测试4" not in text
    assert real.listed("exposure", DAY, 1) == memory.listed("exposure", DAY, 1)
    assert real.listed("honours", DAY, 1).total == 0 and real.listed("exposure", DAY, 2).entries == []
    placed.door.stand.send("events.court", ending(4, "performed"))
    placed.move("publication")
    text = _exposure(placed)
    assert text.count("测**") == 1 and "鲁执5号" in text and "鲁执4号" not in text
    assert real.listed("exposure", DAY, 1) == memory.listed("exposure", DAY, 1)
    last = real.listed("exposure", DAY, 1).entries[0].last_day
    assert last is not None and real.listed("exposure", last, 1).total == 1
    assert real.listed("exposure", last + timedelta(days=1), 1).total == 0
    key, _ = placed.door.stand.topics["displays"][-1]
    placed.door.stand.topics["displays"].append((key, None))  # as an erasure does
    placed.move("displays")
    assert real.listed("exposure", DAY, 1).total == memory.listed("exposure", DAY, 1).total == 0
    assert not list(tmp_path.iterdir())
    real.close()


def test_one_officer_and_many_persons_is_told_to_supervision(placed: Placed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    until = time.monotonic() + 30
    while "asked about many persons" not in caplog.text and time.monotonic() < until:
        token = placed.door.issuer.officer("R-99", "market", ["licensing"])
        for number in (1, 3):
            said = {"number": person(number), "name": f"测试{number}", "purpose": "licensing", "matter": "办1"}
            placed.ask("/status", token, **said)
        time.sleep(0.5)
    line = next(one.getMessage() for one in caplog.records if "many persons" in one.getMessage())
    assert "'R-" in line and "market" in line
    for number in (1, 3):
        assert placed.door.stand.keyring.token("citizen", person(number)) not in caplog.text


def test_no_log_no_answer_when_the_broker_is_gone(placed: Placed) -> None:
    """Last: it takes the broker away."""
    before = len(placed.looks())
    assert placed.status(2)[0] == 200
    assert len(placed.looks()) == before + 1
    down(placed.broker)
    for status, told in (placed.status(2), placed.status(2, purpose="audit")):
        assert (status, told["code"]) == (503, "LOG_UNAVAILABLE") and "records" not in told
