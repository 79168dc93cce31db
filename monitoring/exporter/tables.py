"""What ClickHouse says: where measures and cases stand, what is past its day, whether changes are missing, its disk."""

from clickhouse_driver import Client

from monitoring import catalogue as c
from monitoring.labels import MATTER, TERM
from monitoring.meters import Meters
from streams.obligations import sheet

# A case is known by channel and number; what fills in its due day later (law_applied) has no department as its cause.
_OPEN_CASES = """
SELECT channel, ref, matter
FROM
(
    SELECT cause_channel AS channel, assumeNotNull(case_no) AS ref, argMax(case_state, offset) AS state,
        assumeNotNull(argMax(case_matter, offset)) AS matter
    FROM decisions
    WHERE case_no IS NOT NULL AND kind != 'law_applied' AND NOT erased
    GROUP BY subject, channel, ref
)
WHERE state = 'opened'
"""
# Versions of an obligation grow by one from 1. They stand in one partition and are stored in order.
_GAPS = """
SELECT executor, sum(newest - seen)
FROM
(
    SELECT executor, max(version) AS newest, uniqExact(version) AS seen
    FROM obligations
    GROUP BY executor, obligation_id
)
GROUP BY executor
"""
_DISK = "SELECT sum(free_space), sum(total_space) FROM system.disks"


def look_at_tables(client: Client, meters: Meters) -> None:
    found = sheet(client)
    standing: dict[tuple[str, ...], float] = {}
    for one in found.counts:
        key = (one.executor, one.state)
        standing[key] = standing.get(key, 0) + one.obligations
    meters.gauges(c.STANDING, standing)
    overdue: dict[tuple[str, ...], float] = {}
    for late in found.overdue:
        key = (late.department, late.kind)
        overdue[key] = overdue.get(key, 0) + 1
    meters.gauges(c.OVERDUE, overdue)
    past = {(late.department, late.id) for late in found.overdue if late.kind == "case"}
    cases: dict[tuple[str, ...], float] = {(m, t): 0 for m in sorted(MATTER.values) for t in sorted(TERM.values)}
    for channel, ref, matter in client.execute(_OPEN_CASES):
        cases[matter, "past" if (channel, ref) in past else "running"] += 1
    meters.gauges(c.CASES, cases)
    meters.gauges(c.CHAIN_GAPS, {(executor,): missing for executor, missing in client.execute(_GAPS)})


def look_at_disk(client: Client, meters: Meters) -> None:
    free, size = client.execute(_DISK)[0]
    meters.gauge(c.DISK_FREE, "clickhouse").set(free)
    meters.gauge(c.DISK_SIZE, "clickhouse").set(size)
