"""What the publishers of a chaos run send: the load run's lives, the sample's rights and wrongs, and poison all along.

It comes in pieces, each told anew from its number alone: a publisher that was killed tells its piece again and goes on
where its journal ends, with the same event ids and the same bytes.
"""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from schemas.codec import Codec
from streams.core.law import LawBook
from streams.load import backlog
from streams.sample import LEAST, build, mix
from streams.sample.assembly import COMPRESSIONS
from streams.sample.desk import COURT, Desk
from streams.sample.poison import bad_bytes
from topics.catalogue import Catalogue

PIECE = 500  # records of lives in one piece
SAMPLE_EVERY = 10  # one piece in so many is a small sample instead: cases, consents, orders, answers, every code
POISON_EVERY = 100  # records of lives to one of bytes that are no record
_PIECES = 10_000  # more than any run sends: people are shared out among so many


class Item(NamedTuple):
    """One record as it goes on the wire; ``topic`` without the deployment's prefix."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    compression: str


class Teller:
    """Tells pieces by number. Equal seed and number, equal bytes."""

    def __init__(self, seed: int, partitions: int, codec: Codec, law: LawBook, catalogue: Catalogue) -> None:
        self._seed = seed * _PIECES
        self._partitions = partitions
        self._books = (codec, law, catalogue)

    def piece(self, number: int) -> list[Item]:
        if number % SAMPLE_EVERY == SAMPLE_EVERY - 1:
            return self._sample(number)
        return list(self._lives(number))

    def _sample(self, number: int) -> list[Item]:
        """Day after day as it was made; here all of it comes on one late day, and half of it too late."""
        days = build(self._seed + number, LEAST, *self._books).days
        return [Item(r.topic, r.partition, r.key, r.value, r.codec_name) for day in days for r in day.records]

    def _lives(self, number: int) -> Iterator[Item]:
        share = backlog.Share(number, _PIECES, PIECE, self._seed, self._partitions)
        compression = COMPRESSIONS[number % len(COMPRESSIONS)]
        poison = self._poison(number)
        for told, made in enumerate(backlog.records(share, *self._books)):
            yield Item(made.topic, made.partition, made.key, made.value, compression)
            if told % POISON_EVERY == 0:
                yield next(poison)

    def _poison(self, number: int) -> Iterator[Item]:
        """Kinds of bytes that are no record, each piece going on where the one before ended."""
        codec, law, catalogue = self._books
        kinds = list(bad_bytes(Desk(self._seed + number, codec, law, catalogue, mix=mix.load(), months_apart=4)))
        topic = catalogue.name("events", COURT)
        for sent in itertools.count(number * (PIECE // POISON_EVERY)):
            value = kinds[sent % len(kinds)][2]
            yield Item(topic, sent % self._partitions, f"poison-{sent}".encode(), value, "none")
