"""Counting what the topics hold: received, receipts by outcome, decisions and what they say; and their digest."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from streams.app import Parts
from streams.core.decisions import Outcome
from streams.core.law import LawBook
from streams.flow import SOURCES
from streams.oracle import History
from streams.run.orphans import Said, orphans


class Counts(NamedTuple):
    received: int
    outcomes: dict[str, int]
    receipts: int
    decisions: int
    said: dict[str, int]  # what the decisions say, by the keys of the run's last line
    notices: int
    orphans: int
    decisions_digest: str

    def as_dict(self) -> dict[str, int]:
        """The numbers, flat, in the order of the run's last line."""
        return {
            "received": self.received,
            **self.outcomes,
            "receipts": self.receipts,
            "decisions": self.decisions,
            **self.said,
            "notices": self.notices,
            "orphans": self.orphans,
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
    decisions = [parts.codec.decode(message.value, max_bytes=1 << 24).value for message in seen.of("decisions")]
    day, law = _in_force(parts, seen)
    return Counts(
        received=sum(len(seen.of(name)) for name in names(*SOURCES)),
        outcomes=outcomes,
        receipts=len(receipts),
        decisions=len(decisions),
        said=said(decisions),
        notices=len(seen.of("notices")),
        orphans=len(orphans(decisions, law, day)),
        decisions_digest=digest(message.value or b"" for message in seen.of("decisions")),
    )


def said(decisions: Sequence[Said]) -> dict[str, int]:
    """What the decisions raised, lifted, opened, granted, showed: how many of each, by the keys of the last line."""
    changed = [one for decision in decisions for one in decision["changed"]]
    moves = [moved for decision in decisions if (moved := decision["moves"]) is not None]
    rewards = [one["move"] for moved in moves for one in moved["rewards"]]
    fed = {one["record"]["record_id"] for moved in moves for one in moved["bureau"] if one["record"]["fed_on"]}
    return {
        "obligations_raised": sum(len(decision["raised"]) for decision in decisions),
        "obligations_lifted": sum(one["state"] == "lifting" for one in changed),
        "feedback": _of_kind(decisions, "answered"),
        "overdue": sum(len(decision["missed"]) for decision in decisions),
        "objections": len({case for decision in decisions if (case := _objection(decision)) is not None}),
        "repairs": _of_kind(decisions, "repaired"),
        "publications": sum(one["move"] == "begun" for moved in moves for one in moved["publications"]),
        "rewards_granted": rewards.count("begun"),
        "rewards_withdrawn": rewards.count("ended"),
        "bureau_records": len(fed),
    }


def _of_kind(decisions: Sequence[Said], kind: str) -> int:
    return sum(decision["kind"] == kind for decision in decisions)


def _objection(decision: Said) -> tuple[str, ...] | None:
    """Which objection the decision is about, whatever number its document has by now."""
    case = decision["case"]
    if case is None or case["matter"] != "objection":
        return None
    channel, _, rest = decision["key"].partition("|")
    return decision["subject"], channel, rest.rpartition("|")[2], case["case_no"]


def _in_force(parts: Parts, seen: History) -> tuple[date, LawBook]:
    """The last tick, and the law book in force on it."""
    clocked = [parts.codec.decode(message.value).value for message in seen.of("clock")]
    day: date = max(one["day"] for one in clocked if "day" in one)
    come = [one for one in clocked if "from_day" in one and one["from_day"] <= day]
    return day, parts.shelf.get(max(come, key=lambda one: one["from_day"])["digest"])


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
