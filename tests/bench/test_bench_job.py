"""The events of the bench are what they claim, and the digest by which contestants are compared tells a difference."""

from collections import Counter
from pathlib import Path

import pytest
from bench_events import Events
from bench_job import Event, Job, alone
from bench_shared import crowded, parts, whole
from bench_stage import digest, expected

COUNT = 400


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def events(keys: Path) -> list[Event]:
    job = Job(keys, 8)
    return Events(job.codec, job.law, 8).make(COUNT)


def test_the_same_number_gives_the_same_bytes(keys: Path, events: list[Event]) -> None:
    job = Job(keys, 8)
    assert Events(job.codec, job.law, 8).make(COUNT) == events


def test_every_event_has_one_receipt_and_every_kind_occurs(keys: Path, events: list[Event]) -> None:
    job = Job(keys, 8)
    receipts = [job.codec.decode(o.value).value for o in alone(job, events) if o.topic == "receipts.court"]
    outcomes = Counter(receipt["outcome"] for receipt in receipts)
    codes = {fault["code"] for receipt in receipts for fault in receipt["faults"]}
    assert len({receipt["receipt_id"] for receipt in receipts}) == len(receipts) == COUNT
    assert set(outcomes) == {"accepted", "rejected", "duplicate"}
    assert outcomes["accepted"] > 0.85 * COUNT
    assert codes == {"ITEM_UNKNOWN", "PRIOR_NOTICE_MISSING", "SCHEMA_UNKNOWN", "DUPLICATE_RECORD"}


def test_the_digest_tells_one_event_that_is_missing(keys: Path, events: list[Event]) -> None:
    whole_digest = expected(Job(keys, 8), events)
    assert expected(Job(keys, 8), events) == whole_digest
    assert expected(Job(keys, 8), events[:-1]) != whole_digest
    assert digest({"a": {b"1"}, "b": set()}) != digest({"a": set(), "b": {b"1"}})


def test_what_the_shared_part_is_spent_on_adds_up(keys: Path, events: list[Event]) -> None:
    shares = []
    for _ in range(5):  # neighbours make processor time dearer, one measurement more than the other
        found = parts(Job(keys, 8), events)
        assert set(found) == {"decode", "check", "seal", "state", "decide", "evolve", "encode"}
        assert min(found.values()) > 0
        shares.append(sum(found.values()) / whole(Job(keys, 8), events))
        if shares[-1] == pytest.approx(1.0, rel=0.5):
            return
    pytest.fail(f"never did: {shares}")


def test_the_crowded_book_leaves_the_rules_of_today_as_they_are(keys: Path, events: list[Event]) -> None:
    law = Job(keys, 8).law
    crowd = crowded(law)
    assert len(crowd.rules) == len(law.rules) + 5_000
    assert {name: crowd.rules[name] for name in law.rules} == law.rules
    outcomes = [
        [job.codec.decode(o.value).value["outcome"] for o in alone(job, events) if o.topic == "receipts.court"]
        for job in (Job(keys, 8, law), Job(keys, 8, crowd))
    ]
    assert outcomes[0] == outcomes[1]
