"""``chengxin receipts``: the channel's receipts as they come, and what of a journal has which."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import UnknownTopicOrPartitionError

from schemas.codec import Codec, SchemaFault
from streams.kit.folder import KitFault
from streams.kit.journal import Sent
from topics.access import reach

_POLL_MS = 500
_BROKERS_APART = timedelta(hours=1)  # how far clocks may differ: records and receipts lie on different brokers
MISSING, FORGED = "missing", "digest_differs"


class Answer(NamedTuple):
    """One receipt and when the broker took it."""

    receipt: dict[str, Any]
    at: datetime

    @property
    def place(self) -> tuple[str, int, int]:
        """The record it answers."""
        return self.receipt["source_topic"], self.receipt["source_partition"], self.receipt["source_offset"]

    @property
    def code(self) -> str | None:
        """What it leads with: its first fault, else its first warning."""
        return next((one["code"] for one in (*self.receipt["faults"], *self.receipt["warnings"])), None)


class Fate(NamedTuple):
    """A row that was sent and its receipt, if there is one."""

    sent: Sent
    answer: Answer | None

    @property
    def outcome(self) -> str:
        """The receipt's; ``missing`` without one, ``digest_differs`` where it is about other bytes than were sent."""
        if self.answer is None:
            return MISSING
        said = self.answer.receipt["sent_digest"]
        if self.sent.digest is not None and said is not None and said != self.sent.digest:
            return FORGED
        return str(self.answer.receipt["outcome"])

    @property
    def code(self) -> str:
        return "" if self.answer is None else self.answer.code or ""


def read(
    bootstrap: str, topic: str, codec: Codec, since: datetime | None = None, follow: bool = False
) -> Iterator[Answer]:
    """Committed receipts of ``topic`` in the order of its partitions; with ``follow`` without end.

    :raises UnknownTopicOrPartitionError: it is not there, or not for this login.
    :raises KitFault: a receipt is of a newer release than this program.
    """
    consumer = KafkaConsumer(
        **reach(bootstrap),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    try:
        if topic not in consumer.topics():
            raise UnknownTopicOrPartitionError(
                f"{topic} is not there, or may not be read: check channel, prefix and login"
            )
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic))]
        consumer.assign(partitions)
        _seek(consumer, partitions, since)
        ends = consumer.end_offsets(partitions)
        while follow or any(consumer.position(one) < ends[one] for one in partitions):
            for records in consumer.poll(timeout_ms=_POLL_MS).values():
                for record in records:
                    yield Answer(_receipt(codec, record.value), datetime.fromtimestamp(record.timestamp / 1000, UTC))
    finally:
        consumer.close()


def _receipt(codec: Codec, value: bytes) -> dict[str, Any]:
    try:
        return codec.decode(value, frozenset({"Receipt"})).value
    except SchemaFault as fault:
        raise KitFault(f"回执无法读取，请更新本程序 / a receipt cannot be read, update chengxin: {fault}") from None


def _seek(consumer: Any, partitions: list[TopicPartition], since: datetime | None) -> None:
    if since is None:
        consumer.seek_to_beginning(*partitions)
        return
    found = consumer.offsets_for_times(dict.fromkeys(partitions, int(since.timestamp() * 1000)))
    for one in partitions:
        if found.get(one) is None:
            consumer.seek_to_end(one)
        else:
            consumer.seek(one, found[one].offset)


def first_receipt(sent: Iterable[Sent]) -> datetime | None:
    """A time before any receipt of ``sent``; None where nothing was sent."""
    first = min((one.sent_at for one in sent if one.sent_at is not None), default=None)
    return None if first is None else first - _BROKERS_APART


def matched(sent: Iterable[Sent], answers: Iterable[Answer]) -> list[Fate]:
    """Every row that was sent with its receipt, in the order of the journal."""
    by_place = {answer.place: answer for answer in answers}
    return [Fate(one, by_place.get(one.place)) for one in sent]


def counted(fates: Iterable[Fate]) -> Counter[tuple[str, str]]:
    """How many rows by outcome and code."""
    return Counter((fate.outcome, fate.code) for fate in fates)
