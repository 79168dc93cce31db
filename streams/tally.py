"""What an agent counts, as a port: the metrics behind it are no business of the agents."""

from typing import Protocol

SOURCE_HEADER = "source-ms"  # header of ``accepted``: log append time of the source record, for the latency


class Tally(Protocol):
    """Counts of one task's running transaction; published by whoever commits it."""

    def receipt(self, channel: str, outcome: str, code: str | None = None) -> None: ...
    def decision(self, kind: str) -> None: ...
    def obligations(self, raised: int, lifted: int) -> None: ...
    def source(self, timestamp_ms: int) -> None:
        """Log append time of the source record of a receipt."""
        ...

    def rollback(self) -> None: ...
