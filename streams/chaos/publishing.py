"""One publisher of a chaos run: ``python -m streams.chaos.publishing FILE``. It goes on until its stop file is there.

As a department's program should: idempotent, acknowledged by all in-sync copies, sent again until it is. What was
acknowledged goes into a journal; killed and started again it goes on behind the journal's last line, and what was on
its way then is sent once more, with the same event ids: a duplicate the pipeline has to recognise.
"""

import contextlib
import os
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
from kafka.errors import KafkaError

from schemas.codec import Codec
from streams.chaos.material import Item, Teller
from streams.core.decisions import Outcome
from streams.law import loader
from streams.sample.model import SampleDay, SampleRecord
from streams.sample.publisher import Publisher
from topics.catalogue import Catalogue

STEP_S = 0.2  # between two batches of records
RETRY_S = 0.5


class Order(msgspec.Struct, frozen=True):
    """What one publisher is to do: pieces ``number``, ``number + of``, ... at ``per_s`` records a second."""

    bootstrap: str
    prefix: str
    seed: int
    number: int
    of: int
    partitions: int
    per_s: float
    folder: str

    @property
    def journal(self) -> Path:
        return Path(self.folder) / f"publisher-{self.number}.journal"

    @property
    def sending(self) -> Path:
        """There while a batch is on its way: sent, and not yet in the journal."""
        return Path(self.folder) / f"publisher-{self.number}.sending"

    @property
    def stop(self) -> Path:
        return Path(self.folder) / "stop"


class Sent(NamedTuple):
    """One line of a journal: a record the brokers acknowledged. ``digest`` is the CRC-32 of its value."""

    piece: int
    place: int
    topic: str
    partition: int
    digest: int


def journal(file: Path) -> Iterator[Sent]:
    """Whole lines only: the last one may have been cut off by a kill."""
    if not file.exists():
        return
    with file.open(encoding="ascii") as lines:
        for line in lines:
            if line.endswith("\n"):
                piece, place, topic, partition, digest = line.split()
                yield Sent(int(piece), int(place), topic, int(partition), int(digest))


def run(order: Order) -> None:
    """Publish until told to stop."""
    catalogue = Catalogue.load()
    teller = Teller(order.seed, order.partitions, Codec.load(), loader.load(), catalogue)
    last = _last(order.journal)
    cut_off_half_a_line(order.journal)
    piece, index = (last.piece, last.place + 1) if last is not None else (order.number, 0)
    with contextlib.closing(_Sender(order)) as sender, order.journal.open("a", encoding="ascii") as written:
        while not order.stop.exists():
            items = teller.piece(piece)
            for start in range(index, len(items), sender.batch):
                batch = items[start : start + sender.batch]
                sender.send(batch)
                for number, item in enumerate(batch, start):
                    place = f"{item.topic} {item.partition} {zlib.crc32(item.value or b'')}"
                    written.write(f"{piece} {number} {place}\n")
                written.flush()
                order.sending.unlink()
                if order.stop.exists():
                    return
            piece, index = piece + order.of, 0


class _Sender:
    """Sends batches at the wanted speed. After a time without brokers it hurries to catch up, as a queue would."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._publisher: Publisher | None = None
        self.batch = max(1, round(order.per_s * STEP_S))
        self._due = time.monotonic()

    def send(self, items: Sequence[Item]) -> None:
        """Returns when every record is acknowledged, whatever it takes."""
        time.sleep(max(0.0, self._due - time.monotonic()))
        self._order.sending.touch()
        self._due += len(items) / self._order.per_s
        day = SampleDay(date.min, tuple(map(_record, items)))
        while True:
            try:
                if self._publisher is None:
                    self._publisher = Publisher(self._order.bootstrap, self._order.prefix)
                self._publisher.publish(day)
                return
            except KafkaError as fault:
                print(f"sending again: {fault!r}", file=sys.stderr, flush=True)
                self.close()
                time.sleep(RETRY_S)

    def close(self) -> None:
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            with contextlib.suppress(KafkaError):
                publisher.close()


def _record(item: Item) -> SampleRecord:
    """As the sample's publisher wants it; what is expected of it, only the oracle can say here."""
    family, _, channel = item.topic.partition(".")
    return SampleRecord(
        topic=item.topic, channel=channel, family=family, key=item.key, value=item.value, partition=item.partition,
        codec_name=item.compression, event_id=None, expected=Outcome.ACCEPTED, code=None, note="chaos",
    )  # fmt: skip


def _last(file: Path) -> Sent | None:
    last = None
    for last in journal(file):  # noqa: B007 - the last one is wanted
        pass
    return last


def cut_off_half_a_line(file: Path) -> None:
    if file.exists():
        whole = file.read_bytes().rpartition(b"\n")
        os.truncate(file, len(whole[0]) + len(whole[1]))


if __name__ == "__main__":
    run(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Order))
