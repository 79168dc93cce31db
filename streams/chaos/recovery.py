"""How long the receipts' stream stood still after a fault, and how late the latest receipt was. Pure.

A record goes through two tasks: intake's of the partition it was published on, and casework's of the partition of its
subject. After a fault a task moves again when a record that was published later has its receipt through it. The
recovery of a fault is the slowest task's: those it did not touch answer at once, so they do not count.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple


class Passage(NamedTuple):
    """One record from the broker's clock: published, answered (Unix milliseconds), and through which tasks."""

    published_ms: int
    answered_ms: int
    tasks: tuple[str, ...]


def lateness_s(passages: Iterable[Passage]) -> float:
    """From publication to receipt, of the record that waited longest.

    >>> lateness_s([Passage(1_000, 1_500, ()), Passage(1_000, 4_000, ())])
    3.0
    """
    return max((one.answered_ms - one.published_ms for one in passages), default=0) / 1_000


def recoveries_s(faults_ms: Sequence[int], passages: Iterable[Passage]) -> list[float | None]:
    """For each fault the seconds until every task moved again; None where one never had anything to do afterwards.

    >>> recoveries_s([1_000], [Passage(900, 2_000, ("a",)), Passage(1_100, 3_000, ("a",))])
    [2.0]
    """
    through: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in passages:
        for task in one.tasks:
            through[task].append((one.published_ms, one.answered_ms))
    tasks = [_first_answers(sorted(pairs)) for pairs in through.values()]
    return [_slowest(at, tasks) for at in faults_ms]


def _first_answers(pairs: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Times of publication, and for each the earliest answer to whatever was published then or later."""
    earliest = list(accumulate((answered for _, answered in reversed(pairs)), min))
    return [published for published, _ in pairs], earliest[::-1]


def _slowest(at: int, tasks: Iterable[tuple[list[int], list[int]]]) -> float | None:
    slowest = 0.0
    for published, answers in tasks:
        place = bisect_left(published, at)
        if place == len(published):
            return None
        slowest = max(slowest, (answers[place] - at) / 1_000)
    return slowest
