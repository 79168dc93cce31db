"""The end of a run: ClickHouse has everything, oracle and auditor look, each on its own core, and all is counted."""

import json
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import streams
from monitoring.auditor.audit import audit
from monitoring.auditor.findings import AuditReport
from streams import oracle
from streams.addresses import Addresses
from streams.app import Parts
from streams.oracle.verify import Expectations
from streams.run.count import Counts, count
from streams.run.phases import Phases
from streams.run.watch import until_stored

_LAW = Path(streams.__file__).parent / "law"


class Outcome(NamedTuple):
    """Everything a run has to say; ``as_json`` is its last line."""

    counts: Counts
    rows: dict[str, int]
    oracle: str
    auditor: str
    seconds: float

    def as_json(self) -> str:
        return json.dumps(
            {
                **self.counts.as_dict(),
                "clickhouse_decisions": self.rows["decisions"],
                "clickhouse_obligations": self.rows["obligations"],
                "oracle": self.oracle,
                "auditor": self.auditor,
                "seconds": round(self.seconds, 1),
                "decisions_digest": self.counts.decisions_digest,
            },
            ensure_ascii=False,
        )


def check(
    parts: Parts,
    addresses: Addresses,
    *,
    expectations: Expectations,
    alive: Callable[[], None],
    phases: Phases,
    patience_s: float,
) -> Outcome:
    """Wait for ClickHouse, then let both look at the same, finished history."""
    with phases.phase("等待入库 / waiting for ClickHouse"):
        history = oracle.read_all(parts)
        rows = until_stored(parts, addresses.clickhouse, alive, patience_s, history)
    return judge(parts, addresses, history, rows, expectations=expectations, phases=phases)


def judge(
    parts: Parts,
    addresses: Addresses,
    history: oracle.History,
    rows: dict[str, int],
    *,
    expectations: Expectations,
    phases: Phases,
) -> Outcome:
    """What oracle and auditor say of a finished history; ``rows``: how many ClickHouse has, by table."""
    fresh = multiprocessing.get_context("spawn")  # a fork would share our connections
    with (
        phases.phase("复算与审计 / oracle and auditor"),
        ProcessPoolExecutor(1, mp_context=fresh) as apart,
    ):
        audited = apart.submit(_audited, parts.settings.prefix, parts.settings.database, *addresses)
        verdict = str(oracle.verify(parts, addresses.clickhouse, expectations, history=history))
        phases.say(f"复算结果 / oracle: {verdict}")
        counts = count(parts, history)
        report = audited.result()
        phases.say(f"审计结果 / auditor: {report}")
    return Outcome(counts, rows, verdict, report, phases.seconds)


def _audited(prefix: str, database: str, kafka: str, clickhouse: str) -> str:
    """The auditor's verdict; runs in a process of its own, as it would beside a real deployment."""
    return _verdict(audit(kafka, clickhouse, prefix, database, _LAW))


def _verdict(report: AuditReport) -> str:
    if report.match:
        return "match"
    first = report.findings[0]
    return f"{first.invariant}: {first.where}: expected {first.expected}, seen {first.seen}"
