"""Counting what the topics hold: received, receipts by outcome, decisions, obligations, notices."""

from typing import NamedTuple

from streams.app import Parts
from streams.core.decisions import Outcome
from streams.oracle import history
from streams.oracle.verify import SOURCES


class Counts(NamedTuple):
    received: int
    outcomes: dict[str, int]
    receipts: int
    decisions: int
    obligations_raised: int
    obligations_lifted: int
    notices: int

    def as_dict(self) -> dict[str, int]:
        """Flat, in the order of the run's last line."""
        return {
            "received": self.received,
            **self.outcomes,
            "receipts": self.receipts,
            "decisions": self.decisions,
            "obligations_raised": self.obligations_raised,
            "obligations_lifted": self.obligations_lifted,
            "notices": self.notices,
        }


def count(parts: Parts) -> Counts:
    """Count committed records of this deployment's topics."""

    def names(*families: str) -> list[str]:
        channels = parts.catalogue.channels_of
        return [parts.catalogue.name(f, channel) for f in families for channel in channels(f) or (None,)]

    read = [*names(*SOURCES), *names("receipts", "decisions", "notices")]
    seen = history.read(parts.bootstrap, read, parts.settings.prefix)
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
    )
