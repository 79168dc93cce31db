"""The one catalogue of metrics: what we measure, in which unit, under which labels, and why anyone should look.

A metric that is not listed here does not exist. What a label may say: ``monitoring.labels``.
"""

from dataclasses import dataclass
from enum import StrEnum

from monitoring.labels import (
    AGENT,
    CHANGE,
    CHANNEL,
    CODE,
    DECISION,
    ERROR,
    FAMILY,
    GROUP,
    LIST,
    LOOK,
    MATTER,
    MISSED,
    OUTCOME,
    PARTITION,
    PLACE,
    PURPOSE,
    REFUSAL,
    SERVER,
    STATE,
    TABLE,
    TERM,
    TOPIC,
    Label,
)


class Kind(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True)
class Metric:
    """``from_zero``: every word of its closed labels is shown at 0 from the start of a process. A series that begins at
    1 has not grown for Prometheus, so an alert on the first one would miss it."""

    name: str
    kind: Kind
    unit: str
    labels: tuple[Label, ...]
    why: str
    buckets: tuple[float, ...] = ()
    from_zero: bool = False


_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SLOW = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3_600.0)
_SIZES = (1.0, 10.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0)

C, G, H = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM

RECORDS = Metric(
    "chengxin_records_read", C, "records", (AGENT,), "Input handled in committed transactions; 0 = it stands still."
)
OUTPUTS = Metric("chengxin_records_written", C, "records", (AGENT,), "Outputs committed; against input: fan-out.")
BATCH = Metric(
    "chengxin_batch_records", H, "records", (AGENT,), "Records per transaction; small under load = overhead.", _SIZES
)
TRANSACTION = Metric(
    "chengxin_transaction_seconds", H, "seconds", (AGENT,), "Begin to commit; near the time-out = fencing soon.", _FAST
)
RETRIES = Metric("chengxin_retries", C, "attempts", (AGENT, ERROR), "Transactions tried again; steady growth = broker.")
RESTORE = Metric(
    "chengxin_restore_seconds", H, "seconds", (AGENT,), "Time a partition stands still after a move.", _SLOW
)
STATE_KEYS = Metric(
    "chengxin_state_keys", G, "keys", (AGENT, PARTITION), "State size of a partition; sizes the next restore."
)
ASSIGNED = Metric("chengxin_assigned_partitions", G, "partitions", (AGENT,), "Sum over workers = partition count.")
POSITION = Metric(
    "chengxin_position", G, "offset", (AGENT, TOPIC, PARTITION), "Next offset; must move while lag is above zero."
)
GROUP_POSITION = Metric(
    "chengxin_group_position", G, "offset", (GROUP, TOPIC, PARTITION), "Committed offset as the broker knows it."
)
GROUP_LAG = Metric(
    "chengxin_group_lag",
    G,
    "offsets",
    (GROUP, TOPIC, PARTITION),
    "End minus committed. At rest a few remain on transactional topics: commit markers take offsets too.",
)
FAMILY_END = Metric(
    "chengxin_family_end",
    G,
    "offsets",
    (FAMILY,),
    "End offsets of a topic family added up: grows by what is written to it, commit markers too.",
)
RECEIPTS = Metric(
    "chengxin_receipts",
    C,
    "receipts",
    (AGENT, CHANNEL, OUTCOME, CODE),
    "Fate of records; a jump of one code in one channel = a bad sender.",
)
DECISIONS = Metric(
    "chengxin_decisions", C, "decisions", (DECISION,), "What casework decides; expired must follow ticks."
)
OBLIGATIONS = Metric(
    "chengxin_obligations",
    C,
    "obligations",
    (CHANGE,),
    "Raised against lifted: what ends must end everywhere (rule 7).",
)
LATENCY = Metric(
    "chengxin_latency_seconds", H, "seconds", (AGENT,), "Log-append time of the source record to our commit.", _SLOW
)
SINK_ROWS = Metric("chengxin_sink_rows", C, "rows", (TABLE,), "Rows the database acknowledged.")
SINK_INSERT = Metric("chengxin_sink_insert_seconds", H, "seconds", (TABLE,), "One insert = one block.", _FAST)
SINK_RETRIES = Metric(
    "chengxin_sink_retries",
    C,
    "attempts",
    (TABLE,),
    "Calls the database did not take and that are made again, none = positions and plans; steady growth = it is away.",
)
SINK_LAG = Metric(
    "chengxin_sink_lag",
    G,
    "offsets",
    (TOPIC, PARTITION),
    "End minus stored, of partitions that are owned, also while ClickHouse is away; reports are this much behind.",
)
SINK_ERASURES = Metric(
    "chengxin_sink_erasures",
    G,
    "erasures",
    (),
    "Erased persons each process of the sink knows of, all of them before it stores anything.",
)
WIDE_LOOKERS = Metric(
    "chengxin_wide_lookers",
    G,
    "officers",
    (),
    "Officers who asked about more persons today than the setting allows; above zero = supervision reads the log.",
)
LOOKS_UNREADABLE = Metric(
    "chengxin_looks_unreadable",
    C,
    "records",
    (),
    "Records of the query log passed over by the portal, at each page of the person they stand under.",
)
QUERYLOG_UNREADABLE = Metric(
    "chengxin_querylog_unreadable",
    G,
    "records",
    (),
    "Records put on the query log in the last hour that nobody can read; any = somebody else writes there.",
)

# What no single process knows: set by ``chengxin exporter`` from what Kafka, ClickHouse and the disks say.
LOOKED = Metric(
    "chengxin_looked_seconds",
    G,
    "seconds",
    (LOOK,),
    "Unix time of the exporter's last good look; old = its gauges lie.",
)
CHANNEL_LAST = Metric(
    "chengxin_channel_last_record_seconds",
    G,
    "seconds",
    (CHANNEL,),
    "Freshness: Unix time at which the channel's newest event came, or the latest at which it can have come where none "
    "is kept any more; a channel falls silent before anybody complains.",
)
SEALED = Metric(
    "chengxin_sealed_seconds",
    G,
    "seconds",
    (),
    "Unix time of the newest seal over the logs; what nobody has sealed can be changed unseen.",
)
CLOCK_DAY = Metric(
    "chengxin_clock_day_seconds",
    G,
    "seconds",
    (),
    "Unix time at which the clock's day began in China; a clock that stands ends no term and lifts nothing.",
)
CALENDAR_DAYS = Metric(
    "chengxin_calendar_days",
    G,
    "days",
    (),
    "From the clock's day to the last one with a calendar in force; past it deadlines await a calendar.",
)
STANDING = Metric(
    "chengxin_obligations_standing", G, "obligations", (CHANNEL, STATE), "Where each department's measures stand."
)
OVERDUE = Metric(
    "chengxin_overdue",
    G,
    "duties",
    (CHANNEL, MISSED),
    "Past its day and still unanswered, by whose duty it is; an overdue proof = a lifting nobody has shown (rule 7).",
)
CASES = Metric(
    "chengxin_cases",
    G,
    "cases",
    (MATTER, TERM),
    "Open cases of persons, past = not decided within its term: the record stays marked as disputed.",
)
PUBLIC = Metric(
    "chengxin_public_entries",
    G,
    "entries",
    (LIST, TERM),
    "Shown in public; past = longer than the law allows (rule 8).",
)
CHAIN_GAPS = Metric(
    "chengxin_chain_gaps",
    G,
    "changes",
    (CHANNEL,),
    "Versions of obligations missing among those stored; a subscriber of that channel cannot follow.",
)
QUERIES = Metric(
    "chengxin_queries_hour",
    G,
    "queries",
    (PURPOSE,),
    "Questions about persons put on record in the last hour, refused ones too; a new exporter reads that hour again.",
)
BUSIEST = Metric(
    "chengxin_queries_busiest_officer",
    G,
    "queries",
    (),
    "Most questions of one officer in the last hour, who it is stands on querylog; many at once = somebody collects.",
)
REFUSALS = Metric(
    "chengxin_query_refusals",
    C,
    "queries",
    (REFUSAL,),
    "Counted by the portal where it refuses an answer; no_log means that nobody can be answered.",
    from_zero=True,
)
DISK_FREE = Metric("chengxin_disk_free_bytes", G, "bytes", (PLACE,), "A full disk stops broker and database at once.")
DISK_SIZE = Metric("chengxin_disk_size_bytes", G, "bytes", (PLACE,), "Size of that disk; free beside it = how full.")
RESTARTS = Metric(
    "chengxin_server_restarts", G, "restarts", (SERVER,), "Of a server that our supervisor keeps; growing = it dies."
)

CATALOGUE: tuple[Metric, ...] = (
    RECORDS,
    OUTPUTS,
    BATCH,
    TRANSACTION,
    RETRIES,
    RESTORE,
    STATE_KEYS,
    ASSIGNED,
    POSITION,
    GROUP_POSITION,
    GROUP_LAG,
    FAMILY_END,
    RECEIPTS,
    DECISIONS,
    OBLIGATIONS,
    LATENCY,
    SINK_ROWS,
    SINK_INSERT,
    SINK_RETRIES,
    SINK_LAG,
    SINK_ERASURES,
    LOOKED,
    CHANNEL_LAST,
    SEALED,
    CLOCK_DAY,
    CALENDAR_DAYS,
    STANDING,
    OVERDUE,
    CASES,
    PUBLIC,
    CHAIN_GAPS,
    QUERIES,
    BUSIEST,
    REFUSALS,
    DISK_FREE,
    DISK_SIZE,
    RESTARTS,
    WIDE_LOOKERS,
    LOOKS_UNREADABLE,
    QUERYLOG_UNREADABLE,
)
# Not ours: what Prometheus itself says of a target, and prometheus-client of its process.
GIVEN = frozenset({"up", "process_start_time_seconds", "process_resident_memory_bytes", "process_cpu_seconds_total"})
