"""Where the sink reports what it measures; labels are tables, topics and partition numbers only."""

from typing import Protocol


class Observer(Protocol):
    """monitoring.observer.SinkObserver fits."""

    def inserted(self, table: str, rows: int, seconds: float) -> None:
        """One acknowledged insert of one block."""
        ...

    def retried(self, table: str) -> None:
        """One call that the database did not take and that is made again; ``none``: about no table of rows,
        ``erasures``: a rewrite of rows of the erased."""
        ...

    def erasing(self, erasures: int) -> None:
        """So many further erasures were read from their topic; 0: it was looked at."""
        ...

    def lag(self, topic: str, partition: int, offsets: int) -> None:
        """Offsets between the topic's end and the last one stored; commit markers count, so a few remain at rest."""
        ...
