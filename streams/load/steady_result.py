"""What a steady load has to say, and when it failed."""

from typing import NamedTuple

import msgspec

from sinks.clickhouse.lanes import Limits
from streams.load.gauges import Span
from streams.load.result import FLAT, JUDGED_FROM
from streams.load.times import Spread

KEEPS_UP_MS = 10_000.0  # p99 of the receipts at the steady rate: more means that a backlog grew


class Steady(NamedTuple):
    rate: float
    minutes: float
    records: int  # that the broker acknowledged
    wanted: int
    missing: int  # records without a receipt
    duplicated: int  # receipts too many
    waits: dict[str, dict[str, Spread]]  # by phase, then by what was waited for
    after_burst_s: float  # from the end of the burst to the last receipt of all, the minute after it included
    spans: dict[str, Span]
    cpu: dict[str, float]

    def grown(self) -> list[str]:
        """Processes whose memory is not flat, as in ``result``; the sink's buffer may fill."""
        if self.records < JUDGED_FROM:
            return []
        buffer = {"sink": Limits().buffer_bytes / 1e6}
        return [
            name
            for name, span in self.spans.items()
            if span.max_after_fifth > FLAT * (span.after_fifth + buffer.get(name, 0.0))
        ]

    def faults(self) -> list[str]:
        """What is wrong, in words; empty when the run succeeded."""
        found = {
            "记录没有写入 / records not written": self.wanted - self.records,
            "记录没有回执 / records without a receipt": self.missing,
            "多余回执 / receipts too many": self.duplicated,
        }
        late = self.waits["steady"]["receipt"].p99
        slow = [f"处理跟不上 / the rate was not kept up with: p99 of a receipt {late:.0f} ms"] * (late > KEEPS_UP_MS)
        grown = [f"内存持续增长 / memory is not flat: {name}" for name in self.grown()]
        return [f"{what}: {number}" for what, number in found.items() if number] + slow + grown

    def as_json(self) -> str:
        """The last line."""
        phases = {
            phase: {f"{what}_ms": one._asdict() for what, one in self.waits[phase].items()}
            for phase in ("steady", "burst", "rest")
        }
        last = {
            "rate": self.rate,
            "minutes": self.minutes,
            "records": self.records,
            "missing": self.missing,
            "duplicated": self.duplicated,
            **phases,
            "seconds_after_burst": round(self.after_burst_s, 1),
            "rss_mb": {
                name: {key.replace("fifth", "a_fifth"): round(mb) for key, mb in span._asdict().items()}
                for name, span in self.spans.items()
            },
            "cpu_us_per_record": {name: round(1e6 * used / self.records) for name, used in self.cpu.items()},
            "memory_flat": not self.grown() if self.records >= JUDGED_FROM else None,
            "faults": self.faults(),
        }
        return msgspec.json.encode(last).decode()
