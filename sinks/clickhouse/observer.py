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
        """So many persons' erasures are known by now; every process of the sink knows them all."""
        ...

    def lag(self, topic: str, partition: int, offsets: int) -> None:
        """Offsets between the topic's end and the last one stored; commit markers count, so a few remain at rest."""
        ...

    def left(self, topic: str, partition: int) -> None:
        """The partition is another's now, so its lag is told there."""
        ...
