"""``chengxin publish``: rows as records on the channel's topics, by an idempotent producer, in windows.

A window is acknowledged by all in-sync replicas and stands in the journal before the next one begins. What broke is
begun again from the journal; what was sent and not yet written down is sent once more, and the server says duplicate.
"""

import hmac
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaError

from streams.kit.journal import Journal, Sent, row_key
from streams.kit.rows import Draft
from topics.access import reach
from topics.catalogue import Catalogue

WINDOW = 500
_ACK_S = 60
_BLOCK_MS = 15_000  # for a topic that is not there, or not for us
_MOST_BYTES = 8 * 1024 * 1024  # what the input topics take; what intake reads is less, and validate says so


class NotSent(Exception):
    """The broker did not take everything. What it took stands in the journal."""


class Keys(NamedTuple):
    """``own`` names rows; ``channel`` works out what a receipt must carry, where the department has it here."""

    own: bytes
    channel: bytes | None = None


class Sender:
    """Sends for one channel; use it as a context."""

    def __init__(self, bootstrap: str, prefix: str, channel: str, keys: Keys, journal: Journal) -> None:
        self._catalogue = Catalogue.load()
        self._prefix = prefix
        self._channel = channel
        self._keys = keys
        self._journal = journal
        self._cluster = cluster_of(bootstrap, prefix)
        self._producer = KafkaProducer(
            **reach(bootstrap),
            acks="all",
            enable_idempotence=True,
            compression_type="gzip",
            linger_ms=20,
            max_block_ms=_BLOCK_MS,
            max_request_size=_MOST_BYTES,
            delivery_timeout_ms=_ACK_S * 1000,
            allow_auto_create_topics=False,
        )

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *_: object) -> None:
        self._producer.close(timeout=1)

    def waiting(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Those that are not in the journal."""
        named = [(draft, row_key(self._keys.own, self._channel, draft)) for draft in drafts]
        return [draft for draft, name in named if not self._journal.holds(name, self._cluster)]

    def send(self, drafts: Sequence[Draft], step: Callable[[int], None] = lambda _: None) -> int:
        """Send what the journal does not hold; returns how many. ``step`` hears of every window's size.

        Raises NotSent where the broker does not take a record; an interrupt too leaves a true journal.
        """
        number = 0
        for window in _windows(self.waiting(drafts)):
            number += self._window(window)
            step(len(window))
        return number

    def _window(self, window: Sequence[Draft]) -> int:
        asked: list[Any] = []
        broke: KafkaError | None = None
        try:
            for draft in window:
                topic = self._catalogue.name(draft.family, self._channel, self._prefix)
                asked.append(self._producer.send(topic, key=draft.event_id.encode(), value=draft.data))
            self._producer.flush(timeout=_ACK_S)
        except KafkaError as error:
            broke = error
        finally:
            done = [
                self._sent(draft, future.get(timeout=0))
                for draft, future in zip(window, asked, strict=False)
                if future.succeeded()
            ]
            if done:
                self._journal.append(done)
        if len(done) < len(window):
            reasons = [future.exception for future in asked if future.failed()]
            raise NotSent(self._told(len(window) - len(done), broke or next(iter(reasons), None)))
        return len(done)

    def _sent(self, draft: Draft, where: Any) -> Sent:
        item, _, day = draft.document
        assert draft.data is not None
        return Sent(
            row_key=row_key(self._keys.own, self._channel, draft),
            cluster=self._cluster,
            sheet=draft.sheet,
            row=draft.row.number,
            record=draft.record,
            event_id=draft.event_id,
            item=item,
            document_day=day,
            topic=where.topic.removeprefix(self._prefix),
            partition=where.partition,
            offset=where.offset,
            sent_at=_taken(where.timestamp),
            digest=None if self._keys.channel is None else sent_digest(self._keys.channel, draft.data),
        )

    def _told(self, number: int, reason: BaseException | None) -> str:
        why = "未收到确认 / no acknowledgement" if reason is None else f"{type(reason).__name__}: {reason}"
        return (
            f"{number} 条未确认（{why}）；已确认的记在 {self._journal.path.name}，原样再运行即可续传 / "
            "not acknowledged; run the same command again to go on"
        )


def _taken(milliseconds: int | None) -> datetime:
    """When the broker took the record, by the clock that dates its receipt too; ours where the broker does not say."""
    if milliseconds is None or milliseconds < 0:
        return datetime.now(UTC)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def cluster_of(bootstrap: str, prefix: str) -> str:
    """Which deployment this is: the cluster's own id and the prefix of its topics, however it is reached."""
    admin = KafkaAdminClient(**reach(bootstrap))
    try:
        return f"{admin.describe_cluster()['cluster_id']}/{prefix}"
    finally:
        admin.close()


def sent_digest(key: bytes, data: bytes) -> str:
    """What the receipt of ``data`` carries as ``sent_digest``, for whoever has the channel's key."""
    said = f"sent:{sha256(data).hexdigest()}"
    return hmac.new(key, said.encode(), sha256).hexdigest()[:32]


def _windows(drafts: Sequence[Draft]) -> Iterator[Sequence[Draft]]:
    for first in range(0, len(drafts), WINDOW):
        yield drafts[first : first + WINDOW]
