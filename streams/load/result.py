"""What the load run has to say, and when it failed."""

from typing import NamedTuple

import msgspec

from sinks.clickhouse.lanes import Limits
from streams.load.following import Followed
from streams.load.gauges import Span
from streams.load.proof import Answered, Stored
from streams.load.reading import State
from streams.load.writing import Written

JUDGED_FROM = 200_000  # records: before that caches still fill and the figure says nothing
FLAT = 1.15  # most memory from a fifth of the records on to memory at the fifth, beside what the state accounts for
KEY_BYTES = 300  # of memory that a key of the memory store takes beside its value (tests/engine/test_engine_memory.py)


class Times(NamedTuple):
    """Seconds: from the start of the workers to the last receipt, and from there to the last row."""

    work: float
    catching_up: float


class Result(NamedTuple):
    records: int
    written: Written
    receipts: int
    rejected: int
    answered: Answered
    stored: Stored
    followed: Followed
    times: Times
    outage_s: float
    spans: dict[str, Span]  # by process; every worker, and the sink
    cpu: dict[str, float]  # seconds of processor time until the last receipt, by process, servers too
    disk_bytes: int  # of both servers, at the end
    state: State
    store: str

    @property
    def workers(self) -> dict[str, Span]:
        return {name: span for name, span in self.spans.items() if name.startswith("worker")}

    def grown(self) -> list[str]:
        """Processes whose memory is not flat; a hump that is gone at the end is none the better for it."""
        if self.records < JUDGED_FROM:
            return []
        return [
            name
            for name, span in self.spans.items()
            if span.max_after_fifth > FLAT * (span.after_fifth + self._accounted_mb(name))
        ]

    def _accounted_mb(self, name: str) -> float:
        """What may come after the first look. The sink fills its buffer when ClickHouse is away; in the memory store
        the state grows with the subjects, each worker holding its part, four fifths of it after the first look."""
        if name not in self.workers:
            return Limits().buffer_bytes / 1e6
        if self.store == "disk":
            return 0.0
        return 0.8 * (self.state.bytes + KEY_BYTES * self.state.keys) / 1e6 / len(self.workers)

    def faults(self) -> list[str]:
        """What is wrong, in words; empty when the run succeeded."""
        found = {
            "记录没有写入 / records not written": abs(self.written.records - self.records),
            "记录没有回执 / records without a receipt": self.answered.missing,
            "多余回执 / receipts too many": self.answered.duplicated,
            "退回数不符 / rejections more or fewer than faulty records": abs(self.rejected - self.written.rejected),
            "记录没有入库 / records without a row": self.stored.missing,
            "重复入库 / rows too many": self.stored.doubled,
            "分区内容不符 / topic-partitions whose rows are others": self.stored.different,
            "记录没有决定 / records without their decision": self.followed.undecided,
            "决定有缺号 / decisions missing between others": self.followed.gaps,
            "决定没有依据 / decisions that no receipt tells of": self.followed.unfounded,
            "措施变动没有送达 / changes of obligations not sent": self.followed.untold,
            "多余措施变动 / changes of obligations that no decision names": self.followed.unasked,
            "告知数不符 / notices more or fewer than decided": self.followed.notices,
        }
        grown = [f"内存持续增长 / memory is not flat: {name}" for name in self.grown()]
        return [f"{what}: {number}" for what, number in found.items() if number] + grown

    def as_json(self) -> str:
        """The last line. Of the workers the one that grew most is shown."""
        last = {
            "records": self.records,
            "receipts": self.receipts,
            "missing": self.answered.missing,
            "duplicated": self.answered.duplicated,
            "rejected": self.rejected,
            "clickhouse_rows": self.stored.rows,
            "clickhouse_missing": self.stored.missing,
            "clickhouse_doubled": self.stored.doubled,
            "clickhouse_different": self.stored.different,
            "not_followed": self.followed._asdict(),
            "events_per_second": round(self.records / self.times.work),
            "seconds": round(self.times.work, 1),
            "sink_seconds_after": round(self.times.catching_up, 1),
            "clickhouse_down_seconds": round(self.outage_s, 1),
            "state": self.store,
            "state_keys": self.state.keys,
            "state_mb": round(self.state.bytes / 1e6, 1),
            "worker_rss_mb": _rounded(
                max(self.workers.values(), key=lambda span: span.max_after_fifth / span.after_fifth)
            ),
            "sink_rss_mb": _rounded(self.spans["sink"]),
            "disk_mb": round(self.disk_bytes / 1e6),
            "cpu_us_per_record": {name: round(1e6 * used / self.records) for name, used in self.cpu.items()},
            "memory_flat": not self.grown() if self.records >= JUDGED_FROM else None,
            "faults": self.faults(),
        }
        return msgspec.json.encode(last).decode()


def _rounded(span: Span) -> dict[str, int]:
    """200,000 is a fifth of the million."""
    return {name.replace("fifth", "200k"): round(value) for name, value in span._asdict().items()}
