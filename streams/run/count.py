"""Counting what the topics hold: received, receipts by outcome, decisions, obligations, notices; and their digest."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from streams.app import Parts
from streams.core.decisions import Outcome
from streams.oracle import History
from streams.oracle.verify import SOURCES


class Counts(NamedTuple):
    received: int
    outcomes: dict[str, int]
    receipts: int
    decisions: int
    obligations_raised: int
    obligations_lifted: int
    notices: int
    decisions_digest: str

    def as_dict(self) -> dict[str, int]:
        """The numbers, flat, in the order of the run's last line."""
        return {
            "received": self.received,
            **self.outcomes,
            "receipts": self.receipts,
            "decisions": self.decisions,
            "obligations_raised": self.obligations_raised,
            "obligations_lifted": self.obligations_lifted,
            "notices": self.notices,
        }


def count(parts: Parts, seen: History) -> Counts:
    """Count the records of this deployment's topics in ``seen``."""

    def names(*families: str) -> list[str]:
        channels = parts.catalogue.channels_of
        return [parts.catalogue.name(f, channel) for f in families for channel in channels(f) or (None,)]

    receipts = [m for name in names("receipts") for m in seen.of(name)]
    outcomes = {outcome.value: 0 for outcome in Outcome}
    for message in receipts:
        outcomes[parts.codec.decode(message.value).value["outcome"]] += 1
    raised = lifted = 0
    for message in seen.of("decisions"):
        decision = parts.codec.decode(message.value, max_bytes=1 << 24).value
        raised += len(decision["raised"])
        lifted += sum(one["state"] == "lifting" for one in decision["changed"])
    return Counts(
        received=sum(len(seen.of(name)) for name in names(*SOURCES)),
        outcomes=outcomes,
        receipts=len(receipts),
        decisions=len(seen.of("decisions")),
        obligations_raised=raised,
        obligations_lifted=lifted,
        notices=len(seen.of("notices")),
        decisions_digest=digest(message.value or b"" for message in seen.of("decisions")),
    )


def digest(decisions: Iterable[bytes]) -> str:
    """SHA-256 over all decisions as they were written, whatever order they stand in: equal input, equal digest.

    >>> digest([b"b", b"a"]) == digest([b"a", b"b"]) != digest([b"ab"])
    True
    """
    whole = hashlib.sha256()
    for decision in sorted(decisions):
        whole.update(len(decision).to_bytes(8))
        whole.update(decision)
    return whole.hexdigest()
