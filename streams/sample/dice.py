"""The sample's only source of chance: seeded, so that a sample can be made again byte for byte."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws that depend on the seed and on the draws before, and on nothing else."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a sample, no secret

    def between(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(least, most)

    def one_of(self, options: Sequence[T]) -> T:
        return self._random.choice(options)

    def weighted(self, options: Mapping[T, int]) -> T:
        """A key, as likely as its weight says."""
        return self._random.choices(tuple(options), tuple(options.values()))[0]

    def of_cumulative(self, sums: Sequence[int]) -> int:
        """A place of ``sums``, as likely as it is greater than the one before."""
        return self._random.choices(range(len(sums)), cum_weights=sums)[0]

    def chance(self, percent: int) -> bool:
        return self._random.randrange(100) < percent

    def before(self, day: date, least: int, most: int) -> date:
        """A day between ``least`` and ``most`` days before ``day``."""
        return day - timedelta(days=self.between(least, most))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return self._random.sample(items, len(items))

    def some_bytes(self, size: int) -> bytes:
        return self._random.randbytes(size)
