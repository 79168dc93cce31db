"""The decisions and records about one subject: in one partition of two topics, by their key."""

from streams.core.decisions import Decision
from streams.core.events import Accepted
from streams.oracle import history
from streams.oracle.history import Message
from streams.reader import Reader
from streams.wire import from_avro, subject_partition

_MOST = 1 << 24  # bytes of a record of our own


def found(reader: Reader, subject: str) -> tuple[list[Decision], dict[str, Accepted]]:
    """All decisions about ``subject`` in order, and its accepted records by receipt id."""
    decisions, events = [], {}
    for message in _about(reader, subject):
        value = reader.codec.decode(message.value, max_bytes=_MOST).value
        if message.topic == "decisions":
            decisions.append(from_avro(value, Decision))
        else:
            event = from_avro(value, Accepted)
            events[event.receipt_id] = event
    return decisions, events


def _about(reader: Reader, subject: str) -> list[Message]:
    partition, key = subject_partition(subject, reader.partitions), subject.encode()
    topics = [reader.catalogue.name(family) for family in ("accepted", "decisions")]
    messages = history.each(reader.bootstrap, topics, reader.settings.prefix, partition)
    return [message for message in messages if message.key == key]
