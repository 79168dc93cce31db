"""Poison on the real topics: one receipt each, on the sender's channel; what cannot be read is kept; all goes on."""

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import pytest
from deployment import Played
from foreign_header import Raw
from kafka import KafkaProducer

from streams import oracle
from streams.run.watch import Watch
from streams.sample import mix
from streams.sample.case import of_item, opened
from streams.sample.desk import Desk
from streams.sample.fault_providers import other_levels, other_providers
from streams.sample.poison import HUGE, bad_bytes, huge, misplaced
from streams.sample.publisher import MAX_REQUEST

pytestmark = pytest.mark.servers
CHANNELS = ("court", "railway", "city-jinan")
KEPT = 64 * 1024


class Sent(NamedTuple):
    family: str
    channel: str
    value: bytes | None
    code: str | None  # None: a sound record, so that somebody sees that all goes on
    topic: str
    partition: int
    offset: int

    @property
    def key(self) -> bytes:
        return f"{self.topic}:{self.partition}:{self.offset}".encode()


def wanted(desk: Desk, today: date) -> Iterator[tuple[str, str, bytes | None, str | None]]:
    """Family, channel, bytes, code."""
    for channel in CHANNELS:
        for code, _, value in bad_bytes(desk):
            yield "events", channel, value, code
    for story in (misplaced, huge, other_providers, other_levels):
        story(desk)
    for draft in desk.drafts:
        yield draft.family, draft.channel, draft.value, draft.fate.code
    for _ in range(16):
        case, _ = opened(desk, of_item("COURT_CONSUMPTION_ORDER"), until=today)
        yield "events", "court", desk.encode(f"after-{desk.number()}", case.party, case.paper), None


@pytest.fixture(scope="module")
def sent(played: Played) -> list[Sent]:
    """Everything sent at once, one after the other over all partitions; receipts for all of it are there."""
    here = played.here
    parts = here.parts
    desk = Desk(7, parts.codec, here.book, parts.catalogue, mix=mix.load(), months_apart=4)
    producer = KafkaProducer(bootstrap_servers=here.addresses.kafka, max_request_size=MAX_REQUEST, acks="all")
    with contextlib.closing(Watch(parts, played.children.check)) as watch:
        before = len(receipts(played))
        done = []
        for number, (family, channel, value, code) in enumerate(wanted(desk, here.sample.days[-1].day)):
            name, place = parts.catalogue.name(family, channel), number % parts.partitions
            topic, foreign = here.settings.prefix + name, [(Raw(b"\xff\xfe"), b"\x00"), ("\x1b[2J\n", b"=1+1")]
            found = producer.send(topic, key=b"poison", value=value, partition=place, headers=foreign).get()
            done.append(Sent(family, channel, value, code, name, place, found.offset))
        producer.close()
        watch.until_receipts(before + len(done), lambda: None)
    return done


def receipts(played: Played) -> list[tuple[str, bytes, dict[str, Any]]]:
    """Channel, key and content of every receipt."""
    here, found = played.here, []
    for channel in here.parts.catalogue.channels_of("receipts"):
        for record in here.read(here.parts.catalogue.name("receipts", channel)):
            found.append((channel, record.key, here.parts.codec.decode(record.value).value))
    return found


def test_each_has_one_receipt_on_its_own_channel_with_its_code(played: Played, sent: list[Sent]) -> None:
    assert max(len(one.value or b"") for one in sent) == HUGE
    answered: dict[bytes, list[tuple[str, str, str | None]]] = {}
    for channel, key, receipt in receipts(played):
        code = receipt["faults"][0]["code"] if receipt["faults"] else None
        answered.setdefault(key, []).append((channel, receipt["outcome"], code))
    for one in sent:
        outcome = "accepted" if one.code is None else "rejected"
        assert answered[one.key] == [(one.channel, outcome, one.code)], one.topic


def test_what_cannot_be_read_is_kept_with_its_digest(played: Played, sent: list[Sent]) -> None:
    here = played.here
    kept = {record.key: here.parts.codec.decode(record.value).value for record in here.read("quarantine")}
    assert len(kept) == len(here.read("quarantine"))
    readable = (None, "PROVIDER_NOT_LISTED", "LEVEL_NOT_ALLOWED")
    for one in sent:
        if one.code in readable:
            assert one.key not in kept
            continue
        raw, found = one.value or b"", kept[one.key]
        assert (found["code"], found["size"]) == (one.code, len(raw))
        assert found["digest"] == hashlib.sha256(raw).hexdigest()
        assert found["head"] == raw[:KEPT]


def test_nobody_died_of_it_and_the_oracle_agrees(played: Played, sent: list[Sent]) -> None:
    kills = list(played.children.kills)
    played.children.check()
    assert played.children.kills == kills
    assert str(oracle.verify(played.here.parts)) == "match"
