"""Records of a long-lived process that answers only when the broker has them: one producer, kept while it works."""

import contextlib
import threading
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from topics.access import reach

COMMIT_S = 10  # for each of: finding the broker, finding the topic, the commit
_MORE_S = 5  # for a client to give up by itself: its record is then in no buffer from which it might still be sent


class Committed:
    """Sends one record at a time. Safe between threads; a producer that failed once is not used again."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._lock = threading.Lock()
        self._producer: KafkaProducer | None = None

    def send(self, topic: str, key: bytes, value: bytes) -> Any:
        """Where the record lies; returns only when every replica in sync has it.

        :raises KafkaError: it may or may not be there.
        """
        try:
            return self._ready().send(topic, key=key, value=value).get(timeout=COMMIT_S + _MORE_S)
        except KafkaError:
            self.close()
            raise

    def _ready(self) -> KafkaProducer:
        with self._lock:
            if self._producer is None:
                self._producer = KafkaProducer(
                    **reach(self._bootstrap),
                    acks="all",
                    enable_idempotence=True,
                    bootstrap_timeout_ms=1_000 * COMMIT_S,
                    max_block_ms=1_000 * COMMIT_S,
                    request_timeout_ms=500 * COMMIT_S,
                    delivery_timeout_ms=1_000 * COMMIT_S,
                    allow_auto_create_topics=False,  # a log that nobody declared keeps nothing
                )
            return self._producer

    def close(self) -> None:
        """Give up what is not committed by now; the next record opens anew."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(KafkaError):
                producer.close(timeout=_MORE_S)
