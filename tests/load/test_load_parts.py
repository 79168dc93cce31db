"""The parts of a load run that need no server: the backlog is lawful and the same every time, the proof can fail."""

from collections import Counter

import pytest

from schemas.codec import Codec
from streams.examine import Examiner, Source
from streams.identity import Keyring
from streams.law import loader
from streams.load import backlog, proof
from streams.load.following import Followed
from streams.load.gauges import Look, Memory, Span
from streams.load.proof import Answered, Rows, Stored
from streams.load.reading import Answers, Held, Holdings, State, digest
from streams.load.result import JUDGED_FROM, Result, Times
from streams.load.writing import Written
from streams.sample.calendar import LAST_DAY
from topics.catalogue import Catalogue

RECORDS = 6_000
SHARES = backlog.shares(RECORDS, seed=1, partitions=8, processes=2)


class Message:
    def __init__(self, offset: int, key: bytes | None, value: bytes | None = b"v") -> None:
        self.offset, self.key, self.value = offset, key, value


@pytest.fixture(scope="module")
def made() -> list[backlog.Made]:
    codec, law, catalogue = Codec.load(), loader.load(), Catalogue.load()
    return [one for share in SHARES for one in backlog.records(share, codec, law, catalogue)]


def test_a_backlog_has_its_number_of_records_and_is_the_same_every_time(made: list[backlog.Made]) -> None:
    again = backlog.records(SHARES[0], Codec.load(), loader.load(), Catalogue.load())
    assert len(made) == RECORDS
    assert list(again) == made[: RECORDS // 2]


def test_intake_refuses_what_is_faulty_and_nothing_else(made: list[backlog.Made], tmp_path_factory) -> None:
    catalogue, law = Catalogue.load(), loader.load()
    keyring = Keyring.load(tmp_path_factory.mktemp("keys"), catalogue.channels, create=True)
    admitted = {family: catalogue.admitted(family) for family in catalogue.families}
    examiner = Examiner(Codec.load(), admitted, keyring, allow_synthetic=True)
    codes: Counter[str] = Counter()
    for offset, one in enumerate(made):
        channel = one.topic.partition(".")[2]
        source = Source(one.topic, "events", channel, one.partition, offset)
        ruling = examiner.examine(source, one.value, LAST_DAY, law)
        assert (ruling.receipt is not None) == one.rejected, ruling
        if ruling.receipt is not None:
            codes[ruling.receipt.faults[0].code] += 1
    assert 0.01 * RECORDS < codes.total() < 0.06 * RECORDS
    assert {"ITEM_UNKNOWN", "BASIS_NOT_LISTED"} <= codes.keys()
    assert len({"EMPTY_VALUE", "UNREADABLE", "TRAILING_BYTES", "NOT_FRAMED"} & codes.keys()) >= 2  # a dozen bytes that
    # are no record: not every way of spoiling them comes up in each book's draw


def test_no_two_people_share_a_number() -> None:
    numbers = [backlog.person(number).number for number in range(40_000)]
    assert len(set(numbers)) == 40_000


def test_the_proof_finds_what_is_missing_too_many_or_elsewhere() -> None:
    sources = {("p.events.a", 0): 3, ("p.events.a", 1): 2}
    good = {("events.a", 0): bytearray([1, 1, 1]), ("events.a", 1): bytearray([1, 1])}
    assert proof.answered(sources, good, "p.") == Answered(0, 0)
    assert proof.answered(sources, {("events.a", 0): bytearray([1, 1, 1])}, "p.") == Answered(2, 0)
    assert proof.answered(sources, {**good, ("events.a", 1): bytearray([3, 1, 1])}, "p.") == Answered(0, 3)
    assert proof.answered(sources, {**good, ("events.b", 0): bytearray([1])}, "p.") == Answered(0, 1)


def test_the_comparison_finds_lost_doubled_and_foreign_rows() -> None:
    held = {("t", 0): Held(2, 9, 70), ("t", 1): Held(1, 9, 5)}
    same = {("t", 0): Rows(2, 2, 70), ("t", 1): Rows(1, 1, 5)}
    assert proof.stored(held, same) == Stored(3, 0, 0, 0)
    assert proof.stored(held, {("t", 0): same["t", 0]}) == Stored(2, 1, 0, 1)
    assert proof.stored(held, {**same, ("t", 0): Rows(3, 2, 75)}) == Stored(4, 0, 1, 1)
    assert proof.stored(held, {**same, ("t", 0): Rows(2, 2, 71)}) == Stored(3, 0, 0, 1)  # other offsets or keys
    assert proof.stored(held, {**same, ("u", 0): Rows(1, 1, 1)}) == Stored(4, 0, 0, 1)


def test_holdings_pass_over_what_makes_no_row_and_answers_count_each_record() -> None:
    holdings, answers = Holdings(), Answers()
    holdings.take(("accepted", 0), [Message(0, None), Message(2, b"s", b"abc")])
    assert holdings.held == {("accepted", 0): Held(1, 3, digest(2, b"s"))}
    answers.take(
        ("receipts.a", 0), [Message(0, b"events.a:1:4"), Message(1, b"events.a:1:0"), Message(2, b"events.a:1:4")]
    )
    assert answers.times == {("events.a", 1): bytearray([1, 0, 0, 0, 2])}
    assert answers.held["receipts.a", 0].records == 3


def test_memory_is_taken_at_the_first_receipt_a_fifth_and_the_last() -> None:
    memory = Memory(records=10)
    for receipts, rss in ((0, 1.0), (1, 5.0), (2, 7.0), (6, 9.0), (10, 8.0), (10, 20.0)):
        memory.note(Look(0.0, receipts, 0, {"sink": rss}, {"sink": rss}))
    assert memory.span("sink") == Span(start=5.0, after_fifth=7.0, end=8.0, max=20.0, max_after_fifth=20.0)
    assert memory.cpu == {"sink": 8.0}


def result(**changes) -> Result:
    spans = {name: Span(200.0, 300.0, 330.0, 340.0, 340.0) for name in ("worker-1", "worker-2", "sink")}
    good = Result(
        records=JUDGED_FROM,
        written=Written(JUDGED_FROM, 3),
        receipts=JUDGED_FROM,
        rejected=3,
        answered=Answered(0, 0),
        stored=Stored(9, 0, 0, 0),
        followed=Followed(),
        times=Times(1.0, 1.0),
        outage_s=1.0,
        spans=spans,
        cpu={},
        disk_bytes=0,
        state=State(1_000, 400_000_000),
        store="disk",
    )
    return good._replace(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"records": JUDGED_FROM - 1},
        {"answered": Answered(1, 0)},
        {"answered": Answered(0, 1)},
        {"rejected": 4},
        {"stored": Stored(9, 1, 0, 1)},
        {"stored": Stored(9, 0, 1, 1)},
        {"stored": Stored(9, 0, 0, 1)},
        *({"followed": Followed(**{name: 1})} for name in Followed._fields),
    ],
)
def test_whatever_is_wrong_is_said(changes) -> None:
    assert not result().faults()
    assert result(**changes).faults()


def test_memory_that_grows_is_a_fault_unless_the_state_accounts_for_it() -> None:
    grown = {**result().spans, "worker-1": Span(200.0, 300.0, 450.0, 450.0, 450.0)}
    assert result(spans=grown).grown() == ["worker-1"]
    assert result(spans=grown, store="memory").grown() == []
    leaked = {**result().spans, "worker-1": Span(200.0, 300.0, 700.0, 700.0, 700.0)}
    assert result(spans=leaked, store="memory").grown() == ["worker-1"]


def test_a_hump_of_memory_that_is_gone_at_the_end_is_a_fault() -> None:
    memory = Memory(records=100)
    for receipts, rss in ((1, 900.0), (20, 300.0), (50, 500.0), (80, 310.0), (100, 305.0)):  # the outage at half way
        memory.note(Look(0.0, receipts, 0, {"worker-1": rss, "worker-2": 300.0, "sink": rss}, {}))
    spans = {name: memory.span(name) for name in ("worker-1", "worker-2", "sink")}
    assert spans["sink"] == Span(start=900.0, after_fifth=300.0, end=305.0, max=900.0, max_after_fifth=500.0)
    assert result(spans=spans).grown() == ["worker-1", "sink"]
    assert result(spans=spans, store="memory").grown() == ["sink"]
    filled = spans["sink"]._replace(max_after_fifth=300.0 + 64.0)  # its buffer, while ClickHouse is away
    assert result(spans={**spans, "sink": filled}, store="memory").grown() == []
