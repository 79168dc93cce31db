"""What goes wrong in a run: a list of faults made from the seed, small enough to be shrunk and read."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

DEADLY = ("crash", "freeze", "bounce")  # strike a process between two steps
REQUESTS = ("lost request", "lost answer", "delayed", "slow", "overtaken")  # strike one request to the broker
INSERTS = ("insert answer lost", "insert refused", "insert late", "token without rows")  # strike one insert
BATCHES = ("batch lost", "batch late", "batch repeated")  # strike one batch between the consumer and its task
SPANS = ("cut", "broker away", "database away")  # last a while
KINDS = (*DEADLY, *REQUESTS, *INSERTS, *BATCHES, *SPANS)
LATE_S = 14.0  # twice a session: by then another owner has long been at work
OFTEN = ("crash", "crash", "freeze", "lost answer", "delayed", "delayed", "insert answer lost")  # besides

_APIS = ("EndTxn", "TxnOffsetCommit", "AddOffsetsToTxn", "AddPartitionsToTxn", "Produce", "InitProducerId")
_SINK_APIS = ("OffsetCommit", "OffsetCommit", "OffsetFetch", "Fetch")
_BOTH_APIS = ("Fetch", "JoinGroup", "SyncGroup", "Heartbeat", "OffsetFetch", "Offset", "LeaveGroup")


class Fault(NamedTuple):
    """``kind`` strikes ``target`` after ``at`` seconds: at the ``skip``-th opportunity, which for a process is a step -
    with ``api``, a step after it sent such a request - and for the others a request, an insert or a batch. ``span``:
    how long it lasts, or how late what is late comes; of a request that is overtaken, by how many of its client.
    """

    kind: str
    target: str
    at: float
    skip: int = 0
    span: float = 0.0
    api: str = ""

    def __str__(self) -> str:
        where = f" of {self.api}" if self.api else ""
        return f"{self.at:7.3f} s  {self.kind} at {self.target}, opportunity {self.skip}{where}, {self.span:.1f} s"


def plan(seed: int, workers: list[str], sinks: list[str], until: float) -> list[Fault]:
    """Between two and nine faults, at places where something is going on."""
    chance = Random(f"faults:{seed}")
    found = [_fault(chance, workers, sinks, until) for _ in range(chance.randint(2, 9))]
    if chance.random() < 0.15:
        found += _torn(chance, chance.choice(workers), until)
    return sorted(found, key=lambda fault: fault.at)


def _torn(chance: Random, worker: str, until: float) -> list[Fault]:
    """A commit that comes again in the middle of a later transaction, and a death right after it: what Jepsen found in
    Kafka's protocol, and what a few milliseconds decide."""
    at = chance.uniform(0.3, until)
    late = Fault("overtaken", worker, at, 0, chance.randint(2, 6), "EndTxn")
    api = chance.choice(("AddOffsetsToTxn", "AddPartitionsToTxn", "Produce"))
    return [late, Fault("crash", worker, at + chance.uniform(0.05, 0.3), chance.randint(0, 6), 1.0, api)]


def _fault(chance: Random, workers: list[str], sinks: list[str], until: float) -> Fault:
    kind = chance.choice((*KINDS, *OFTEN))
    at = chance.uniform(0.2, until)
    skip = int(chance.expovariate(1 / 6))
    if kind in INSERTS or kind == "database away":
        return Fault(kind, "database", at, chance.randint(0, 3), chance.uniform(0.5, LATE_S))
    if kind == "broker away":
        return Fault(kind, "broker", at, 0, chance.uniform(0.5, LATE_S))
    if kind in BATCHES:
        return Fault(kind, chance.choice(workers), at, chance.randint(0, 4), chance.uniform(0.1, 6.0))
    target = chance.choice([*workers, *workers, *sinks])
    own = _SINK_APIS if target in sinks else _APIS
    if kind in DEADLY:
        api = chance.choice((*own, "")) if chance.random() < 0.7 else ""
        return Fault(kind, target, at, skip if api else chance.randint(0, 300), chance.uniform(0.2, LATE_S), api)
    if kind == "cut":
        return Fault(kind, target, at, 0, chance.uniform(1.0, LATE_S))
    api = chance.choice(own) if chance.random() < 0.75 else chance.choice(_BOTH_APIS)
    soon = kind == "slow" or chance.random() < 0.5  # late by a transaction or two, or by more than a session
    span = chance.uniform(0.01, 1.0) if soon else chance.uniform(1.0, LATE_S)
    if kind == "overtaken":
        span = chance.randint(1, 8)
    return Fault(kind, target, at, chance.randint(0, 2), span, api)


def shrink(faults: list[Fault], fails: Callable[[list[Fault]], bool]) -> list[Fault]:
    """As few of ``faults`` as still make the run fail: what can go, goes, one by one, until nothing can."""
    again = True
    while again:
        again = False
        for fault in list(faults):
            fewer = [one for one in faults if one is not fault]
            if fails(fewer):
                faults, again = fewer, True
    return faults
