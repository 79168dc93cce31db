"""What an engine needs to know to run. One frozen value, made by the composition root and handed down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class EngineConfig:
    """Settings of one worker. Times end in ``_s`` or ``_ms``.

    Raises ValueError where a combination cannot work; everything that needs a broker to judge is in ``selfcheck``.
    """

    app_id: str  # consumer group and first part of every transactional id
    bootstrap: str  # host:port[,host:port]
    session_timeout_s: float = 8.0  # a dead worker's partitions move after this
    request_timeout_s: float = 15.0  # one answer of a broker; longer counts as lost
    batch_records: int = 1_000  # records one poll hands over at most
    stream_buffer: int = 4  # batches waiting per topic-partition before its fetching pauses
    inbox_bytes: int = 8 << 20  # waiting in one task, records and what Python adds; above it fetching pauses
    fetch_bytes: int = 256 << 10  # bytes per partition in one fetch; as much lies ready for each partition of a worker
    max_records_per_transaction: int = 2_000
    transaction_timeout_ms: int = 60_000  # the broker aborts an open transaction after this
    stop_grace_s: float = 5.0  # a running transaction may finish within this when partitions are revoked
    compression: Literal["lz4", "zstd", "snappy", "gzip"] | None = None
    state: Literal["memory", "disk"] = "memory"
    data_dir: Path = Path(".data")
    min_replication: int = 1  # of inputs and changelogs; the self-check refuses less
    # The operator states that input records deleted before they were read (or gone with a topic that was created anew)
    # may be passed over. Without it the worker stops and names them. Meant for one start, after reading that message.
    accept_loss: bool = False
    # How a client logs in, in the words of aiokafka and kafka-python; empty: plain text. Not shown: it has a password.
    security: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.app_id or not self.bootstrap:
            raise ValueError("app_id and bootstrap must be set")
        if not 3.0 <= self.session_timeout_s < self.request_timeout_s:
            raise ValueError(
                f"session_timeout_s={self.session_timeout_s} must be at least 3 and below "
                f"request_timeout_s={self.request_timeout_s}"
            )
        if self.transaction_timeout_ms < 2_000 * self.request_timeout_s:
            raise ValueError(
                f"transaction_timeout_ms={self.transaction_timeout_ms} must be at least twice "
                f"request_timeout_s={self.request_timeout_s}: a slow answer must not end a transaction"
            )
        if min(self.batch_records, self.stream_buffer, self.inbox_bytes, self.max_records_per_transaction) < 1:
            raise ValueError(
                "batch_records, stream_buffer, inbox_bytes and max_records_per_transaction must be at least 1"
            )

    @property
    def reach(self) -> dict[str, Any]:
        """How each Kafka client of the engine finds the brokers and logs in."""
        return {"bootstrap_servers": self.bootstrap, **self.security}

    def transactional_id(self, agent: str, partition: int) -> str:
        """The name that fences: one living producer per task, whoever runs it.

        >>> EngineConfig("app", "localhost:9092").transactional_id("intake", 3)
        'app.intake.3'
        """
        return f"{self.app_id}.{agent}.{partition}"
