"""What the broker says: lag, freshness of channels, the clock, what is in public, who asked about persons.

Nothing here keeps a person: of a question the purpose is counted, and how many one officer asked; the officer's
reference lives in memory for an hour and reaches no metric. Nothing is a counter: every exporter shows the same.
"""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import UnknownTopicOrPartitionError

from monitoring import catalogue as c
from monitoring import lag
from monitoring.labels import LIST, TERM
from monitoring.meters import Meters
from schemas.codec import SchemaFault
from streams import clock
from streams.core.law import LawBook
from streams.querylog import SELF, is_question
from streams.reader import Reader
from topics.access import reach

HOUR_S = 3_600
_POLL_MS = 500


def look_at_lag(reader: Reader, meters: Meters, groups: tuple[str, ...]) -> None:
    lag.show(meters, lag.measure(reader.bootstrap, groups))


def look_at_ends(reader: Reader, meters: Meters) -> None:
    """How far each topic family is written. Asked of the broker; no record is read."""
    specs = reader.catalogue.topics(reader.settings.prefix, reader.settings.scale)
    family_of = {spec.name: spec.family for spec in specs}
    places = [TopicPartition(spec.name, at) for spec in specs for at in range(spec.partitions)]
    ends: Counter[str] = Counter()
    for place, answer in _offsets(reader, places, OffsetSpec.LATEST).items():
        ends[family_of[place.topic]] += answer.offset
    for family, end in ends.items():
        meters.gauge(c.FAMILY_END, family).set(end)


def _offsets(reader: Reader, places: list[TopicPartition], which: OffsetSpec) -> dict[TopicPartition, Any]:
    admin = KafkaAdminClient(**reach(reader.bootstrap))
    try:
        return dict(admin.list_partition_offsets(dict.fromkeys(places, which)))
    finally:
        admin.close()


def look_at_newest(reader: Reader, meters: Meters) -> None:
    """When the newest event of each channel came, and the newest seal was made (0: none ever was). Of a channel that
    never sent there is no figure; one whose last event is kept no more has been silent for as long as events are kept.

    Asked of the broker by append time; no record is read.
    """
    catalogue, prefix, scale = reader.catalogue, reader.settings.prefix, reader.settings.scale
    channel_of = {catalogue.name("events", channel, prefix): channel for channel in catalogue.channels_of("events")}
    seals = reader.topic("audit")
    numbers = dict.fromkeys(channel_of, catalogue.families["events"].partitions.of(scale))
    numbers[seals] = catalogue.families["audit"].partitions.of(scale)
    places = [TopicPartition(topic, at) for topic, number in numbers.items() for at in range(number)]
    newest: dict[str, float] = {}
    for place, answer in _offsets(reader, places, OffsetSpec.MAX_TIMESTAMP).items():
        if answer.timestamp is not None and answer.timestamp > 0:
            newest[place.topic] = max(newest.get(place.topic, 0.0), answer.timestamp / 1_000)
    meters.gauge(c.SEALED).set(newest.pop(seals, 0.0))
    newest |= _outlived(reader, [place for place in places if place.topic in channel_of.keys() - newest.keys()])
    for topic, at in newest.items():
        meters.gauge(c.CHANNEL_LAST, channel_of[topic]).set(at)


def _outlived(reader: Reader, places: list[TopicPartition]) -> dict[str, float]:
    """The latest time at which the newest event can have come to those topics of events that were written once and keep
    nothing any more."""
    kept_s = int(reader.catalogue.families["events"].config(1)["retention.ms"]) / 1_000
    ends = _offsets(reader, places, OffsetSpec.LATEST) if places else {}
    return {place.topic: time.time() - kept_s for place, answer in ends.items() if answer.offset > 0}


class Clock:
    """The clock's day, and how far the calendar of the law book in force reaches."""

    def __init__(self, reader: Reader, meters: Meters) -> None:
        self._reader, self._meters = reader, meters
        self.day: date | None = None

    def look(self) -> None:
        reader = self._reader
        log = clock.ClockLog(reader.bootstrap, reader.topic("clock"), reader.partitions)
        reading = clock.last_committed(log, reader.codec)
        if reading.day is None:
            self._meters.gauge(c.CLOCK_DAY).set(0)  # no day ever began: it stands
            return
        self.day = reading.day
        began = datetime(*reading.day.timetuple()[:3], tzinfo=clock.HERE)
        self._meters.gauge(c.CLOCK_DAY).set(began.timestamp())
        in_force = [law.digest for law in reading.laws if law.from_day <= reading.day]
        if in_force:
            book = reader.shelf.get(in_force[-1])
            self._meters.gauge(c.CALENDAR_DAYS).set(calendar_days(book, reading.day))


def calendar_days(book: LawBook, day: date) -> int:
    """Days from ``day`` to the last one of an unbroken row of years with a calendar; below 0: days without one."""
    year = day.year
    while str(year) in book.working_days:
        year += 1
    return (date(year, 1, 1) - timedelta(days=1) - day).days


class Following:
    """A topic read on from where the last look ended, committed records only."""

    def __init__(self, bootstrap: str, topic: str, since_ms: int | None = None) -> None:
        """From ``since_ms`` (Unix time, append time of the records) on; None: from the beginning."""
        self._consumer = KafkaConsumer(
            **reach(bootstrap),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        numbers = self._consumer.partitions_for_topic(topic)
        if not numbers:
            self._consumer.close()
            raise UnknownTopicOrPartitionError(topic)
        places = [TopicPartition(topic, number) for number in sorted(numbers)]
        self._consumer.assign(places)
        if since_ms is None:
            self._consumer.seek_to_beginning(*places)
            return
        found, ends = (
            self._consumer.offsets_for_times(dict.fromkeys(places, since_ms)),
            self._consumer.end_offsets(places),
        )
        for place in places:
            self._consumer.seek(place, found[place].offset if found[place] else ends[place])

    def new(self) -> Iterator[ConsumerRecord]:
        """What came since the last call, until the end as it stands now."""
        places = list(self._consumer.assignment())
        ends = self._consumer.end_offsets(places)
        while any(self._consumer.position(place) < end for place, end in ends.items()):
            for records in self._consumer.poll(timeout_ms=_POLL_MS).values():
                yield from records


class Publication:
    """Entries in public by list, and those that are there past their last day: the clock's day, not a wall clock's."""

    def __init__(self, reader: Reader, meters: Meters, clock: Clock) -> None:
        self._reader, self._meters, self._clock = reader, meters, clock
        self._following: Following | None = None
        self._shown: dict[bytes, tuple[str, date | None]] = {}

    def look(self) -> None:
        reader = self._reader
        if self._following is None:
            self._following = Following(reader.bootstrap, reader.topic("publication"))
        for record in self._following.new():
            self.take(record.key, None if record.value is None else reader.codec.decode(record.value).value)
        self.show(self._clock.day)

    def take(self, key: bytes, entry: dict[str, Any] | None) -> None:
        if entry is None:
            self._shown.pop(key, None)
        else:
            self._shown[key] = entry["list"], entry["last_day"]

    def show(self, today: date | None) -> None:
        counts: dict[tuple[str, ...], float] = {
            (name, term): 0 for name in sorted(LIST.values) for term in sorted(TERM.values)
        }
        for name, last_day in self._shown.values():
            past = today is not None and last_day is not None and last_day < today
            counts[name, "past" if past else "running"] += 1
        self._meters.gauges(c.PUBLIC, counts)


class Asked(NamedTuple):
    """One record of the query log. ``purpose`` None: nobody can read it; ``officer`` None: no officer asked."""

    at: float  # Unix seconds, append time
    purpose: str | None
    officer: str | None


class Queries:
    """The last hour of the query log: questions by purpose, how many the busiest officer asked, unreadable records.

    Gauges over append times, and no counters: an exporter that starts reads that hour again, and a second one reads it
    too; all of them show the same.
    """

    def __init__(self, reader: Reader, meters: Meters) -> None:
        self._reader, self._meters = reader, meters
        self._following: Following | None = None
        self._hour: list[Asked] = []  # of several partitions, so in no order

    def look(self) -> None:
        reader, now = self._reader, time.time()
        if self._following is None:
            since = int((now - HOUR_S) * 1_000)
            self._following = Following(reader.bootstrap, reader.topic("querylog"), since)
        for record in self._following.new():
            self.read(record.value, record.timestamp / 1_000)
        self.show(now)

    def read(self, value: bytes | None, at: float) -> None:
        """One record of the log, appended at ``at``. One that nobody can read is counted and stops no other."""
        try:
            question = self._reader.codec.decode(value, frozenset({"QueryLogged"})).value
        except SchemaFault:
            self._hour.append(Asked(at, None, None))
            return
        if is_question(question):
            self.take(at, question)

    def take(self, at: float, question: dict[str, Any]) -> None:
        """One question put on record at ``at``, Unix seconds."""
        officer = question["officer"]  # a staff reference is its department's own
        known = None if officer == SELF else f"{question.get('channel')}/{officer}"
        self._hour.append(Asked(at, question["purpose"], known))

    def show(self, now: float) -> None:
        """Set the gauges as of ``now`` and forget what is older than an hour."""
        self._hour = [one for one in self._hour if one.at >= now - HOUR_S]
        purposes = Counter(one.purpose for one in self._hour if one.purpose is not None)
        asked = Counter(one.officer for one in self._hour if one.officer is not None)
        self._meters.gauges(c.QUERIES, {(purpose,): number for purpose, number in purposes.items()})
        self._meters.gauge(c.BUSIEST).set(max(asked.values(), default=0))
        self._meters.gauge(c.QUERYLOG_UNREADABLE).set(sum(one.purpose is None for one in self._hour))
