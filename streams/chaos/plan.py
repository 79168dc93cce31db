"""The plan of faults: what goes wrong, when, to whom, for how long. Pure: equal seed and length, equal plan.

A plan goes in rounds. A round has every kind once, in an order of its own, each at a random moment of its share of the
time: so kinds meet each other in every order, and none waits for the end. What a fault needs before the next of its
kind (a broker's copies in step again) is a gap that the draw keeps.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

KINDS = ("worker", "sink", "broker", "clickhouse", "zombie", "rebalance", "publisher", "network", "disk", "clock")
ROUNDS = 10  # of the long run: every kind at least so often
DAY_S = 86_400
# Seconds for which each kind lasts, least and most. None: over at once, or when whoever is hit says so.
_LASTS: dict[str, tuple[float, float]] = {
    "worker": (0.5, 5.0),  # until somebody starts it again
    "sink": (0.5, 5.0),
    "broker": (2.0, 12.0),
    "clickhouse": (1.0, 3.0),  # for which its answers are lost; its own supervisor starts it again
    "zombie": (6.0, 15.0),  # beyond the session's time-out: by then others are at work on its partitions
    "rebalance": (9.0, 15.0),
    "publisher": (0.5, 4.0),
    "network": (8.0, 20.0),  # beyond the session's time-out too
    "disk": (4.0, 12.0),
    "clock": (4.0, 15.0),
}
_SHORT_S = 300.0  # a plan shorter than this keeps every fault at the least
_WAYS: dict[str, tuple[str, ...]] = {
    "broker": ("controller", "follower"),
    "network": ("refused", "silent", "one broker silent", "answers lost"),
    "clock": ("ahead", "behind"),
}


class Fault(NamedTuple):
    """One fault. ``target`` is a number drawn for whoever of the kind is hit, to be taken modulo how many there are."""

    at_s: float
    kind: str
    target: int
    lasts_s: float
    way: str = ""


def plan(seed: int, seconds: float, rounds: int, kinds: Sequence[str] = KINDS, rest_s: float = 0.0) -> list[Fault]:
    """``rounds`` of every kind within ``seconds``; faults are over ``rest_s`` before the end. In order of time.

    >>> [one.kind for one in plan(1, 60, 1)] == [one.kind for one in plan(1, 60, 1)]
    True
    """
    dice = random.Random(f"chaos {seed}")  # noqa: S311 - no secret
    order = [kind for _ in range(rounds) for kind in _shuffled(dice, kinds)]
    share = (seconds - rest_s) / len(order)
    faults = []
    for number, kind in enumerate(order):
        least, most = _LASTS[kind]
        lasts = least if seconds < _SHORT_S else dice.uniform(least, most)
        at = number * share + dice.uniform(0.0, share)
        latest = seconds - rest_s - lasts
        way = dice.choice(_WAYS.get(kind, ("",)))
        faults.append(Fault(round(max(0.0, min(at, latest)), 1), kind, dice.randrange(1_000), round(lasts, 1), way))
    return sorted(faults)


def _shuffled(dice: random.Random, kinds: Sequence[str]) -> list[str]:
    return dice.sample(list(kinds), len(kinds))
