"""What the exporter makes of what it sees: terms by the clock's day, an hour's busiest officer, looks that fail."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaConnectionError
from msgspec.structs import replace

from monitoring.exporter import topics
from monitoring.exporter.serve import Look, follow
from monitoring.exporter.topics import HOUR_S, Clock, Publication, Queries, calendar_days
from monitoring.labels import LOOK, Vocabulary
from monitoring.meters import Meters
from schemas.codec import Codec
from streams.law import loader
from streams.querylog import FILINGS, Query
from topics.catalogue import Catalogue

TODAY = date(2026, 11, 2)
CODEC = Codec.load()


@pytest.fixture
def meters() -> Meters:
    return Meters(Vocabulary({"purpose": frozenset({"audit"})}))


def value(meters: Meters, name: str, **labels: str) -> float | None:
    return meters.registry.get_sample_value(name, labels)


def entry(last_day: date | None, list_: str = "exposure") -> dict[str, Any]:
    return {"list": list_, "last_day": last_day}


def test_an_entry_is_past_its_term_the_day_after_its_last_one(meters: Meters) -> None:
    seen = Publication(SimpleNamespace(), meters, Clock(SimpleNamespace(), meters))  # type: ignore[arg-type]
    for number, last in enumerate((None, TODAY + timedelta(1), TODAY, TODAY - timedelta(1), TODAY - timedelta(9))):
        seen.take(b"%d" % number, entry(last))
    seen.take(b"red", entry(TODAY - timedelta(1), "honours"))
    seen.show(TODAY)
    assert value(meters, "chengxin_public_entries", list="exposure", term="running") == 3
    assert value(meters, "chengxin_public_entries", list="exposure", term="past") == 2
    assert value(meters, "chengxin_public_entries", list="honours", term="past") == 1
    seen.take(b"4", None)
    seen.take(b"red", None)
    seen.show(TODAY)
    assert value(meters, "chengxin_public_entries", list="exposure", term="past") == 1
    assert value(meters, "chengxin_public_entries", list="honours", term="past") == 0


def test_before_the_first_tick_nothing_is_past(meters: Meters) -> None:
    seen = Publication(SimpleNamespace(), meters, Clock(SimpleNamespace(), meters))  # type: ignore[arg-type]
    seen.take(b"1", entry(date(2019, 1, 1)))
    seen.show(None)
    assert value(meters, "chengxin_public_entries", list="exposure", term="past") == 0


def shown(meters: Meters) -> dict[str, float]:
    """Everything of ours that a scrape sees, but for when a counter began."""
    samples = [sample for family in meters.registry.collect() for sample in family.samples]
    ours = [one for one in samples if one.name.startswith("chengxin_") and not one.name.endswith("_created")]
    return {f"{one.name}{one.labels}": one.value for one in ours}


def asked(officer: str, purpose: str) -> bytes:
    question = Query(officer, purpose, "status", "m")._asdict()
    return CODEC.encode("QueryLogged", {**question, "at": datetime(2026, 11, 2, tzinfo=UTC)})


def test_a_look_at_an_inbox_is_one_question_however_many_papers_it_shows(meters: Meters) -> None:
    seen = Queries(SimpleNamespace(codec=CODEC), meters)  # type: ignore[arg-type]
    look = Query("a", "audit", FILINGS, "m", channel="court")
    for one in (look, look._replace(subject="a" * 32), look._replace(subject="b" * 32)):
        seen.read(CODEC.encode("QueryLogged", {**one._asdict(), "at": datetime(2026, 11, 2, tzinfo=UTC)}), 1.0)
    seen.show(1.0)
    assert value(meters, "chengxin_queries_hour", purpose="audit") == 1
    assert value(meters, "chengxin_queries_busiest_officer") == 1


def test_a_record_of_the_query_log_that_nobody_can_read_is_counted_and_the_next_one_too(meters: Meters) -> None:
    seen = Queries(SimpleNamespace(codec=CODEC), meters)  # type: ignore[arg-type]
    for bad in (b"no record", None, CODEC.encode("ClockTick", {"day": TODAY})):
        seen.read(bad, 0.0)
    seen.read(asked("a", "audit"), 1.0)
    for now, unreadable, questions in ((1.0, 3, 1), (HOUR_S + 1.0, 0, 1), (HOUR_S + 2.0, 0, 0)):
        seen.show(now)
        assert value(meters, "chengxin_querylog_unreadable") == unreadable
        assert value(meters, "chengxin_queries_hour", purpose="audit") == questions


def test_questions_are_counted_by_purpose_and_the_busiest_officer_for_an_hour(meters: Meters) -> None:
    seen = Queries(SimpleNamespace(), meters)  # type: ignore[arg-type]
    for at, officer, purpose in (
        (3.0, "b", "audit"),  # of another partition: first read, not first asked
        (0.0, "a", "audit"),
        (1.0, "b", "audit"),
        (2.0, "b", "curiosity"),
        *((3.0, "self", "audit"),) * 5,  # people about themselves are no officer
    ):
        seen.take(at, {"officer": officer, "purpose": purpose})
    for now, most, audits in ((3.0, 3, 8), (HOUR_S + 1.0, 3, 7), (HOUR_S + 1.5, 2, 6), (HOUR_S + 4.0, 0, 0)):
        seen.show(now)
        assert value(meters, "chengxin_queries_busiest_officer") == most
        assert value(meters, "chengxin_queries_hour", purpose="audit") == audits
    assert value(meters, "chengxin_queries_hour", purpose="other") == 0
    assert "b" not in {
        text for family in meters.registry.collect() for s in family.samples for text in s.labels.values()
    }


def test_a_second_exporter_and_one_that_starts_anew_show_what_the_first_one_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log: list[tuple[float, bytes]] = []  # append time and bytes

    class Followed:
        """``Following`` over that log: from a time on, what is new at each call."""

        def __init__(self, _bootstrap: str, _topic: str, since_ms: int) -> None:
            self._since, self._read = since_ms, 0

        def new(self) -> Iterator[SimpleNamespace]:
            fresh, self._read = log[self._read :], len(log)
            return (SimpleNamespace(value=v, timestamp=at * 1_000) for at, v in fresh if at * 1_000 >= self._since)

    now = [0.0]
    monkeypatch.setattr(topics, "Following", Followed)
    monkeypatch.setattr(topics, "time", SimpleNamespace(time=lambda: now[0]))
    reader = SimpleNamespace(codec=CODEC, bootstrap="", topic=str)

    def exporter() -> tuple[Queries, Meters]:
        meters = Meters(Vocabulary({"purpose": frozenset({"audit"})}))
        return Queries(reader, meters), meters  # type: ignore[arg-type]

    first = exporter()
    for minute in range(0, 120, 10):
        now[0] = minute * 60.0
        log += [(now[0], asked("a", "audit")), (now[0], asked("self", "audit")), (now[0], b"no record")]
        first[0].look()
    second, again = exporter(), exporter()
    for one, _ in (first, second, again):
        one.look()
    assert value(first[1], "chengxin_queries_hour", purpose="audit") == 2 * 7  # both ends of the hour are in it
    assert shown(first[1]) == shown(second[1]) == shown(again[1])


def test_a_channel_whose_last_event_is_no_longer_kept_is_silent_for_as_long_as_events_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, day = 1_790_000_000.0, 86_400.0
    newest = {"events.court": now - 20 * day, "events.tax": 0.0, "audit": now - day}  # 0: nothing is left
    ends = {"events.court": 7, "events.tax": 7}

    class Broker:
        def __init__(self, **_: Any) -> None: ...

        def list_partition_offsets(self, asked: dict[TopicPartition, OffsetSpec]) -> dict[TopicPartition, Any]:
            return {place: self._one(place, which) for place, which in asked.items()}

        def _one(self, place: TopicPartition, which: OffsetSpec) -> SimpleNamespace:
            if which is OffsetSpec.LATEST:
                return SimpleNamespace(offset=ends.get(place.topic, 0) if place.partition == 1 else 0)
            at = newest.get(place.topic, 0.0) if place.partition == 0 else 0.0
            return SimpleNamespace(timestamp=int(at * 1_000) or -1)

        def close(self) -> None: ...

    monkeypatch.setattr(topics, "KafkaAdminClient", Broker)
    monkeypatch.setattr(topics, "time", SimpleNamespace(time=lambda: now))
    catalogue = Catalogue.load()
    reader = SimpleNamespace(
        bootstrap="127.0.0.1:1",
        catalogue=catalogue,
        settings=SimpleNamespace(prefix="", scale="local"),
        topic=catalogue.name,
    )
    meters = Meters(Vocabulary({"channel": frozenset(catalogue.channels)}))
    topics.look_at_newest(reader, meters)  # type: ignore[arg-type]
    silent = {
        channel: value(meters, "chengxin_channel_last_record_seconds", channel=channel)
        for channel in ("court", "tax", "railway")
    }
    assert silent == {"court": now - 20 * day, "tax": now - 30 * day, "railway": None}
    assert value(meters, "chengxin_sealed_seconds") == now - day


@pytest.mark.parametrize(
    ("years", "day", "days"),
    [
        (("2026",), date(2026, 12, 31), 0),
        (("2026",), date(2026, 12, 30), 1),
        (("2026", "2027"), date(2026, 12, 31), 365),
        (("2026", "2028"), date(2026, 12, 31), 0),
        (("2026",), date(2027, 1, 1), -1),
    ],
)
def test_how_far_the_calendar_reaches(years: tuple[str, ...], day: date, days: int) -> None:
    book = replace(loader.load(), working_days=dict.fromkeys(years, ()))
    assert calendar_days(book, day) == days


def test_a_look_that_fails_leaves_its_time_and_the_others_go_on(meters: Meters) -> None:
    stop, taken = threading.Event(), []
    answers: Iterator[Exception | None] = iter([None, KafkaConnectionError(), ValueError(), None])

    def look() -> None:
        answer = next(answers)
        taken.append(answer)
        if answer is None and len(taken) > 1:
            stop.set()
        if answer is not None:
            before = value(meters, "chengxin_looked_seconds", look="lag")
            assert before is not None and before > 0
            raise answer

    others: list[str] = []
    follow([Look("lag", 0, look), Look("disk", 0, lambda: others.append("x"))], meters, stop)
    assert len(taken) == 4 and len(others) == 3
    assert set(LOOK.values) >= {"lag", "disk"}
