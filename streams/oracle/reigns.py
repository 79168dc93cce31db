"""Was each record judged by the day and law of its place in history? Held against the orders that Kafka keeps.

One intake task works off partition N of every source topic and of the clock, one record after the other, and what it
writes stands in that order in every partition it writes to. So the records of one source topic, those that landed in
one partition of ``accepted`` and the rejections in one partition of receipts are chains along which days never go
back. In ``accepted`` N the task's ticks stand between its records: there the day and law are known exactly, and along
the chains these bound the others from both sides.

The limit: no wall clock is asked. A record with no exact one before it in any chain (it landed elsewhere or was
rejected, and so did all before it) is only bound from above: if the task judged all such records by a day too old,
that cannot be told from a task that read them that early.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

Place = tuple[str, int]  # source topic, offset
Chain = tuple[str, int]  # topic, partition
Reign = tuple[date | None, str | None]  # day and law


class Claim(NamedTuple):
    """What intake says about one record it judged. ``written``: where in which chain its output stands."""

    place: Place
    said: Reign
    written: tuple[Chain, int] | None = None
    clocked: int | None = None  # records of the clock obeyed before it, where ``accepted`` tells


def worked_off(claims: Sequence[Claim]) -> list[Claim] | None:
    """The claims of one task in an order that all chains allow; None where they contradict each other."""
    by_place = {claim.place: claim for claim in claims}
    sorter: TopologicalSorter[Place] = TopologicalSorter({place: () for place in by_place})
    for chain in _chains(claims).values():
        chain.sort()
        for (_, before), (_, after) in pairwise(chain):
            sorter.add(after, before)
    try:
        return [by_place[place] for place in sorter.static_order()]
    except CycleError:
        return None


def _chains(claims: Iterable[Claim]) -> dict[Chain, list[tuple[int, Place]]]:
    found: dict[Chain, list[tuple[int, Place]]] = {}
    for claim in claims:
        for chain, number in _links(claim):
            found.setdefault(chain, []).append((number, claim.place))
    return found


def _links(claim: Claim) -> Iterator[tuple[Chain, int]]:
    topic, offset = claim.place
    yield (topic, -1), offset  # the source topic; all claims of a task are of one partition of it
    if claim.written is not None:
        yield claim.written


def misjudged(reigns: Sequence[Reign], claims: Iterable[Claim]) -> Iterator[tuple[Claim, Reign | None]]:
    """Claims that do not hold, with the reign that ruled there where it is known.

    ``reigns``: what ruled after each record of the clock. ``claims`` as ``worked_off`` orders them. Each gets the
    earliest reign that its chains allow, so one that finds none could have been judged by none.
    """
    reached: dict[Chain, int] = {}
    for claim in claims:
        chains = [chain for chain, _ in _links(claim)]
        least = max(reached.get(chain, 0) for chain in chains)
        if claim.clocked is not None:
            ruled, found = (reigns[claim.clocked - 1] if claim.clocked else (None, None)), claim.clocked - 1
        else:
            ruled, found = None, next((n for n in range(least, len(reigns)) if reigns[n] == claim.said), -1)
        if found < least or (ruled is not None and ruled != claim.said):
            yield claim, ruled
            continue
        reached.update(dict.fromkeys(chains, found))
