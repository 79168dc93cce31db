"""Dashboards about records and the machinery: live flow, channel quality, engine."""

from monitoring.grafana.panels import Board, Lines, lines, number, rows

_RATE = "$__rate_interval"


def _quantiles(metric: str, by: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"histogram_quantile({q}, sum by ({by}, le) (rate({metric}_bucket[{_RATE}])))", f"{{{{{by}}}}} p{name}")
        for q, name in (("0.5", "50"), ("0.99", "99"))
    )


def _spread(title: str, why: str, metric: str, by: str, unit: str = "s") -> Lines:
    made = Lines(title, why, unit)
    for expression, legend in _quantiles(metric, by):
        made.line(expression, legend)
    return made


LIVE_FLOW = Board(
    "live-flow",
    "实时流 / Live flow",
    "What comes in, what comes out, how long it takes, what waits.",
    (
        lines(
            "回执结果 / Receipts by outcome",
            "Each record has exactly one receipt; a jump of rejected is a bad sender or a bad release.",
            f"sum by (outcome) (rate(chengxin_receipts_total[{_RATE}]))",
            "{{outcome}}",
            "reqps",
        ),
        lines(
            "各渠道来量 / Receipts by channel",
            "Who sends now; 0 where nobody does.",
            f"topk(12, sum by (channel) (rate(chengxin_receipts_total[{_RATE}])) > 0) or vector(0)",
            "{{channel}}",
            "reqps",
        ),
        Lines(
            "输入与输出 / In and out",
            "Committed input and output of each agent; between them lies the fan-out.",
            "reqps",
        )
        .line(f"sum by (agent) (rate(chengxin_records_read_total[{_RATE}]))", "{{agent}} in")
        .line(f"sum by (agent) (rate(chengxin_records_written_total[{_RATE}]))", "{{agent}} out")
        .panel,
        lines(
            "决定 / Decisions by kind",
            "What casework decides; expired follows the ticks.",
            f"sum by (kind) (rate(chengxin_decisions_total[{_RATE}]))",
            "{{kind}}",
            "reqps",
        ),
        _spread(
            "端到端时延 / From the channel's record to our commit",
            "Append time of the source record to the commit of its receipt.",
            "chengxin_latency_seconds",
            "agent",
        ).panel,
        lines(
            "积压 / Lag by group",
            "End minus committed, all partitions. A few remain at rest: commit markers take offsets too.",
            "sum by (group) (max by (group, topic, partition) (chengxin_group_lag))",
            "{{group}}",
        ),
        lines(
            "措施提出与解除 / Obligations raised and lifted",
            "What ends must end everywhere (rule 7).",
            f"sum by (change) (rate(chengxin_obligations_total[{_RATE}]))",
            "{{change}}",
            "reqps",
        ),
        rows(
            "每分钟入库 / Stored per minute",
            "Receipts in ClickHouse by the minute in which they were written.",
            "SELECT toStartOfMinute(appended_at) AS minute, count() AS receipts FROM impersonal_receipts "
            "WHERE $__timeFilter(appended_at) GROUP BY minute ORDER BY minute DESC LIMIT 360",
        ),
    ),
)

CHANNEL_QUALITY = Board(
    "channel-quality",
    "渠道质量 / Channel quality",
    "How well each department reports: outcome, faults, delay, silence. No person.",
    (
        lines(
            "退回比例 / Share rejected",
            "Of what a channel sends; an alert comes at one in five.",
            f'sum by (channel) (rate(chengxin_receipts_total{{outcome="rejected"}}[{_RATE}]))'
            f" / (sum by (channel) (rate(chengxin_receipts_total[{_RATE}])) > 0)",
            "{{channel}}",
            "percentunit",
        ),
        lines(
            "静默时长 / Since the newest record",
            "Freshness of each channel's events; an alert comes after fourteen days.",
            "topk(12, time() - max by (channel) (chengxin_channel_last_record_seconds))",
            "{{channel}}",
            "s",
        ),
        rows(
            "各渠道结果 / Outcome by channel",
            "Receipts of the time shown.",
            "SELECT channel, count() AS received, countIf(outcome = 'accepted') AS accepted, "
            "countIf(outcome = 'warned') AS warned, countIf(outcome = 'held') AS held, "
            "countIf(outcome = 'rejected') AS rejected, round(100 * rejected / received, 1) AS rejected_percent "
            "FROM impersonal_receipts WHERE $__timeFilter(appended_at) "
            "GROUP BY channel ORDER BY rejected_percent DESC, channel",
        ),
        rows(
            "问题与提示代码 / Fault and warning codes",
            "What was wrong, or weak, with what came; cures stand in streams/law/codes.yaml.",
            "SELECT code, outcome, channel, count() AS receipts FROM impersonal_receipts "
            "ARRAY JOIN arrayConcat(fault_codes, warning_codes) AS code WHERE $__timeFilter(appended_at) "
            "GROUP BY code, outcome, channel ORDER BY receipts DESC, code, channel LIMIT 200",
        ),
        rows(
            "更正与终结迟报 / Corrections and endings late",
            "After the three working days that a provider has (条例 40), by the pipeline's own days.",
            "SELECT cause_channel AS channel, count() AS decided, countIf(days_late IS NOT NULL) AS late, "
            "ifNull(max(days_late), 0) AS longest_days FROM impersonal_decisions "
            "WHERE cause_kind IN ('ending', 'correction') AND NOT erased AND $__timeFilter(appended_at) "
            "GROUP BY channel ORDER BY late DESC, decided DESC, channel",
        ),
    ),
)

ENGINE = Board(
    "engine",
    "引擎 / Engine",
    "Processes, transactions, state, sink, servers and disks.",
    (
        lines("进程 / Processes up", "1 answers, 0 was killed or failed.", 'up{job="chengxin"}', "{{instance}}"),
        lines(
            "分区归属 / Assigned partitions",
            "Their sum over the workers is the partition count.",
            "sum by (agent, instance) (chengxin_assigned_partitions)",
            "{{agent}} {{instance}}",
        ),
        _spread(
            "事务时长 / Transaction time",
            "Near the time-out of 60 s Kafka ends it.",
            "chengxin_transaction_seconds",
            "agent",
        ).panel,
        _spread(
            "批大小 / Records per transaction",
            "Small under load: overhead.",
            "chengxin_batch_records",
            "agent",
            "short",
        ).panel,
        lines(
            "重试 / Retries",
            "Transactions tried again; steady growth: the broker. 0 where there was none.",
            f"sum by (agent, error) (rate(chengxin_retries_total[{_RATE}])) or vector(0)",
            "{{agent}} {{error}}",
            "reqps",
        ),
        lines(
            "状态规模 / State size",
            "Keys by agent; sizes the next restore.",
            "sum by (agent) (max by (agent, partition) (chengxin_state_keys))",
            "{{agent}}",
        ),
        lines(
            "恢复时间 / Restore time",
            "How long a partition stood still after it moved, mean since the worker's start.",
            "sum by (agent) (chengxin_restore_seconds_sum) / sum by (agent) (chengxin_restore_seconds_count)",
            "{{agent}}",
            "s",
        ),
        lines(
            "入库行数 / Rows stored",
            "What the database acknowledged, by table.",
            f"sum by (table) (rate(chengxin_sink_rows_total[{_RATE}]))",
            "{{table}}",
            "rowsps",
        ),
        _spread("入库时间 / Insert time", "One insert is one block.", "chengxin_sink_insert_seconds", "table").panel,
        lines(
            "入库滞后 / Sink lag",
            "Reports are this much behind.",
            "sum(max by (topic, partition) (chengxin_sink_lag))",
            "records",
        ),
        lines(
            "内存 / Memory",
            "Resident bytes of each process.",
            'process_resident_memory_bytes{job="chengxin"}',
            "{{instance}}",
            "bytes",
        ),
        lines(
            "处理器 / Processor",
            "Cores used by each process.",
            f'rate(process_cpu_seconds_total{{job="chengxin"}}[{_RATE}])',
            "{{instance}}",
        ),
        lines(
            "磁盘余量 / Disk left",
            "Broker and database stop at a full one.",
            "min by (place) (chengxin_disk_free_bytes / chengxin_disk_size_bytes)",
            "{{place}}",
            "percentunit",
        ),
        lines(
            "服务重启 / Server restarts",
            "Of the servers that our supervisor keeps.",
            "max by (server) (chengxin_server_restarts)",
            "{{server}}",
        ),
        lines(
            "采集时延 / Age of the exporter's looks",
            "Old: the gauges of that look lie.",
            "time() - max by (look) (chengxin_looked_seconds)",
            "{{look}}",
            "s",
        ),
        number("运行进程数 / Processes", "That answer now.", 'sum(up{job="chengxin"})'),
    ),
)
