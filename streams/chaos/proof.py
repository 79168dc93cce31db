"""What came of it, worked out from topics, tables and the publishers' journals. No counter of a process is believed."""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sinks.clickhouse.columns import Table, erased
from sinks.clickhouse.connection import connect
from sinks.clickhouse.tables import TABLES
from streams.app import Parts
from streams.chaos import publishing
from streams.chaos.recovery import Passage
from streams.flow import SOURCES
from streams.load import following, proof
from streams.load.reading import Answers, Held, Holdings, Place
from streams.oracle import History
from streams.oracle.history import Message
from streams.oracle.rows import erasures_of
from streams.wire import source_key


class Account(NamedTuple):
    """``unsent``: records that brokers acknowledged and that are not there. ``doubled``: decisions with one id."""

    events: int
    unsent: int
    answered: proof.Answered
    stored: proof.Stored
    followed: following.Followed
    doubled: int

    @property
    def lost(self) -> int:
        follows = self.followed
        return self.unsent + self.stored.missing + follows.undecided + follows.gaps + follows.untold

    @property
    def duplicated(self) -> int:
        return self.answered.duplicated + self.stored.doubled + self.doubled

    @property
    def unfounded(self) -> int:
        """Things said that nothing carries."""
        return self.followed.unfounded + self.followed.unasked + self.followed.notices


def account(parts: Parts, url: str, history: History, journals: Iterable[Path]) -> Account:
    """Look at everything once. Call it when nothing moves any more."""
    client = connect(url, parts.settings.database, timeout_s=300)
    try:
        ((doubled,),) = client.execute("SELECT count() - uniqExact(decision_id) FROM decisions")
        sources = {place: number for name in _names(parts, *SOURCES) for place, number in _sizes(history, name)}
        return Account(
            events=sum(sources.values()),
            unsent=_unsent(history, journals),
            answered=proof.answered(sources, _times(parts, history), ""),
            stored=proof.stored(_held(parts, history), proof.rows(client)),
            followed=_followed(parts, history),
            doubled=int(doubled),
        )
    finally:
        client.disconnect()


def passages(parts: Parts, history: History) -> Iterator[Passage]:
    """Every answered record with its times and the tasks it went through."""
    casework = {}
    for message in history.of("accepted"):
        if message.key is not None:
            value = parts.codec.decode(message.value, max_bytes=1 << 24).value
            place = value["source_topic"], value["source_partition"], value["source_offset"]
            casework[source_key(*place)] = f"casework {message.partition}"
    published = {
        source_key(m.topic, m.partition, m.offset): (m.timestamp_ms, f"intake {m.partition}")
        for name in _names(parts, *SOURCES)
        for m in history.of(name)
    }
    for name in _names(parts, "receipts"):
        for message in history.of(name):
            key = message.key or b""
            if key in published:
                at, intake = published[key]
                tasks = (intake, casework[key]) if key in casework else (intake,)
                yield Passage(at, message.timestamp_ms, tasks)


def _names(parts: Parts, *families: str) -> list[str]:
    channels, name = parts.catalogue.channels_of, parts.catalogue.name
    return [name(family, channel) for family in families for channel in channels(family) or (None,)]


def _sizes(history: History, topic: str) -> Iterator[tuple[Place, int]]:
    for partition, messages in history.partitions(topic).items():
        yield (topic, partition), messages[-1].offset + 1


def _unsent(history: History, journals: Iterable[Path]) -> int:
    """Acknowledged records whose bytes are nowhere in their topic-partition."""
    there: dict[Place, Counter[int]] = {}
    missing = 0
    sent = Counter((one.topic, one.partition, one.digest) for file in journals for one in publishing.journal(file))
    for (topic, partition, digest), number in sent.items():
        if (topic, partition) not in there:
            there |= {(topic, p): _digests(messages) for p, messages in history.partitions(topic).items()}
        missing += max(0, number - there.get((topic, partition), Counter())[digest])
    return missing


def _digests(messages: Iterable[Any]) -> Counter[int]:
    return Counter(zlib.crc32(message.value or b"") for message in messages)


def _times(parts: Parts, history: History) -> dict[Place, bytearray]:
    """How often each source record is answered."""
    answers = Answers()
    for name in _names(parts, "receipts"):
        for partition, messages in history.partitions(name).items():
            answers.take((name, partition), messages)
    return answers.times


def _held(parts: Parts, history: History) -> dict[Place, Held]:
    """What the tables must hold. A stub names no subject: that it is one's who is erased, the oracle looks at."""
    holdings, erasures = Holdings(), erasures_of(parts.codec, history)
    gone = {subject.encode() for subject in erasures.subjects}

    def as_stored(table: Table, message: Message) -> Message:
        if message.key not in gone or not erased(table, _value(parts, message), erasures):
            return message
        return message._replace(key=b"")

    for table in TABLES:
        for name in _names(parts, *table.families):
            for partition, messages in history.partitions(name).items():
                kept = [as_stored(table, message) for message in messages]
                holdings.take((parts.settings.prefix + name, partition), kept)
    return holdings.held


def _followed(parts: Parts, history: History) -> following.Followed:
    receipts, changes = _values(parts, history, "receipts"), _values(parts, history, "sanctions", "rewards")
    return following.told(
        ((one["receipt_id"], one["outcome"]) for one in receipts),
        _values(parts, history, "decisions"),
        ((one["obligation_id"], one["decision_id"]) for one in changes),
        len(history.of("notices")),
    )


def _values(parts: Parts, history: History, *families: str) -> Iterator[dict[str, Any]]:
    return (_value(parts, message) for name in _names(parts, *families) for message in history.of(name))


def _value(parts: Parts, message: Message) -> dict[str, Any]:
    return parts.codec.decode(message.value, max_bytes=1 << 24).value
