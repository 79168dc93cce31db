"""What a chaos run has to say: one line for machines, and when it failed."""

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from streams.chaos.plan import KINDS
from streams.chaos.proof import Account
from streams.chaos.stage import Death, Hit
from streams.run.checking import Outcome


class Result(NamedTuple):
    """``recoveries``: seconds of each hit, None where nothing came after it; ``stalled``: what stood still for good."""

    seed: int
    hits: Sequence[Hit]
    deaths: Sequence[Death]
    recoveries: Sequence[float | None]
    lateness_s: float
    account: Account
    outcome: Outcome
    stalled: str | None
    seconds: float
    spent: dict[str, float]

    @property
    def wrong(self) -> int:
        """Differences: oracle and auditor name their first one; what is said without a reason is counted."""
        verdicts = (self.outcome.oracle, self.outcome.auditor)
        return sum(verdict != "match" for verdict in verdicts) + self.account.unfounded

    def last_line(self) -> dict[str, Any]:
        """By the keys of the last line."""
        kills = Counter(hit.kind for hit in self.hits)
        seconds = [one for one in self.recoveries if one is not None]
        return {
            "seed": self.seed,
            "events": self.account.events,
            "kills": {kind: kills[kind] for kind in KINDS},
            "lost": self.account.lost,
            "duplicated": self.account.duplicated,
            "wrong": self.wrong,
            "receipts_missing": self.account.answered.missing,
            "orphans": self.outcome.counts.orphans,
            "recovery_p50_s": round(statistics.median(seconds), 1) if seconds else None,
            "recovery_max_s": round(max(seconds), 1) if seconds else None,
            "lateness_max_s": round(self.lateness_s, 1),
        }

    def faults(self) -> list[str]:
        """What is wrong, in words; empty when nothing came of all that was done."""
        last = self.last_line()
        wrong = [
            f"{name}: {last[name]}" for name in ("lost", "duplicated", "receipts_missing", "orphans") if last[name]
        ]
        for name, verdict in (("oracle", self.outcome.oracle), ("auditor", self.outcome.auditor)):
            wrong += [f"{name}: {verdict}"] if verdict != "match" else []
        wrong += [f"said without a reason: {self.account.unfounded}"] if self.account.unfounded else []
        return wrong + ([self.stalled] if self.stalled else [])

    def report(self) -> bytes:
        """Everything, for build/chaos.json: the last line, and what stands behind it."""
        slowest: dict[str, list[float]] = {}
        for hit, seconds in zip(self.hits, self.recoveries, strict=True):
            if seconds is not None:
                slowest.setdefault(hit.kind, []).append(seconds)
        by_kind = {
            kind: {"p50": round(statistics.median(found), 1), "max": round(max(found), 1)}
            for kind, found in sorted(slowest.items())
        }
        whole = {
            **self.last_line(),
            "recovery_by_kind_s": by_kind,
            "faults": self.faults(),
            "account": self.account._asdict(),
            "counts": self.outcome.counts.as_dict(),
            "hits": [
                {**hit._asdict(), "recovery_s": seconds}
                for hit, seconds in zip(self.hits, self.recoveries, strict=True)
            ],
            "ended_by_themselves": [death._asdict() for death in self.deaths],
            "seconds": round(self.seconds, 1),
            "spent_s": {name: round(seconds, 1) for name, seconds in self.spent.items()},
        }
        return msgspec.json.format(msgspec.json.encode(whole))
