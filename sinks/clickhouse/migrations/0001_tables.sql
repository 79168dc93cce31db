-- Made from sinks/clickhouse/tables.py; tests/sinks/test_migrations.py compares. Applied files never change.

CREATE TABLE IF NOT EXISTS sink_positions
(
    topic LowCardinality(String),
    partition UInt32,
    next UInt64,
    written_at DateTime DEFAULT now()
)
ENGINE = ReplacingMergeTree(next)
ORDER BY (topic, partition)
COMMENT 'Per topic-partition the next offset to store; retention must never delete from here';

CREATE TABLE IF NOT EXISTS accepted_events
(
    topic LowCardinality(String),
    partition UInt32,
    offset UInt64,
    appended_at DateTime64(3, 'UTC'),
    receipt_id String,
    kind LowCardinality(String),
    channel LowCardinality(String),
    source_topic LowCardinality(String),
    source_partition UInt32,
    source_offset UInt64,
    event_id Nullable(String),
    intake_day Nullable(Date32),
    law_digest LowCardinality(Nullable(String)),
    subject String,
    subject_kind LowCardinality(Nullable(String)),
    content_digest String,
    warnings Array(LowCardinality(String)),
    item LowCardinality(Nullable(String)),
    body LowCardinality(Nullable(String)),
    document_no Nullable(String),
    document_date Nullable(Date32),
    effect_date Nullable(Date32),
    conduct_end Nullable(Date32),
    document_digest Nullable(String),
    basis LowCardinality(Nullable(String)),
    ground LowCardinality(Nullable(String)),
    extra_years Nullable(Int32),
    role LowCardinality(Nullable(String)),
    entity_code Nullable(String),
    target_document_no Nullable(String),
    target_item LowCardinality(Nullable(String)),
    ending_reason LowCardinality(Nullable(String)),
    obligation_id Nullable(String),
    feedback_state LowCardinality(Nullable(String)),
    feedback_reason LowCardinality(Nullable(String)),
    answered_on Nullable(Date32),
    INDEX by_receipt_id receipt_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_subject subject TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = MergeTree
ORDER BY (topic, partition, offset)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Accepted events, one row per record of a department; ticks and law changes are not here';

CREATE TABLE IF NOT EXISTS decisions
(
    topic LowCardinality(String),
    partition UInt32,
    offset UInt64,
    appended_at DateTime64(3, 'UTC'),
    decision_id String,
    subject String,
    kind LowCardinality(String),
    cause_kind LowCardinality(String),
    cause_receipt_id String,
    cause_channel LowCardinality(String),
    cause_event_id Nullable(String),
    decided_on Date32,
    law_digest LowCardinality(String),
    ordinal UInt32,
    code LowCardinality(Nullable(String)),
    key Nullable(String),
    settles Nullable(String),
    waiting_receipt_id Nullable(String),
    entry_receipt_id Nullable(String),
    entry_content_digest Nullable(String),
    item LowCardinality(Nullable(String)),
    body LowCardinality(Nullable(String)),
    ground LowCardinality(Nullable(String)),
    severity LowCardinality(Nullable(String)),
    severity_scale LowCardinality(Nullable(String)),
    severity_reasons Array(LowCardinality(String)),
    record_only LowCardinality(Nullable(String)),
    recorded_on Nullable(Date32),
    ends_on Nullable(Date32),
    ended_on Nullable(Date32),
    ended_reason LowCardinality(Nullable(String)),
    obligation_id Nullable(String),
    feedback_state LowCardinality(Nullable(String)),
    feedback_reason LowCardinality(Nullable(String)),
    raised Array(String),
    changed Array(String),
    considered_rules Array(LowCardinality(String)),
    considered_reasons Array(LowCardinality(String)),
    notice_ids Array(String),
    notice_kinds Array(LowCardinality(String)),
    reasons Array(LowCardinality(String)),
    INDEX by_decision_id decision_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_subject subject TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_cause_receipt_id cause_receipt_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = MergeTree
ORDER BY (topic, partition, offset)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Every decision with its reasons, append only';

CREATE TABLE IF NOT EXISTS obligations
(
    topic LowCardinality(String),
    partition UInt32,
    offset UInt64,
    appended_at DateTime64(3, 'UTC'),
    obligation_id String,
    version UInt32,
    previous_version Nullable(UInt32),
    state LowCardinality(String),
    decision_id String,
    day Date32,
    law_digest LowCardinality(String),
    subject_kind LowCardinality(String),
    item LowCardinality(String),
    document_body LowCardinality(String),
    rule LowCardinality(String),
    memorandum LowCardinality(String),
    memorandum_version UInt32,
    measure LowCardinality(String),
    clause LowCardinality(String),
    basis Array(LowCardinality(String)),
    executor LowCardinality(String),
    executor_body LowCardinality(String),
    executor_source LowCardinality(String),
    binding Bool,
    incentive Bool,
    since Date32,
    ends_on Nullable(Date32),
    due_state LowCardinality(String),
    due_day Nullable(Date32),
    lift_reason LowCardinality(Nullable(String)),
    INDEX by_obligation_id obligation_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_decision_id decision_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = MergeTree
ORDER BY (topic, partition, offset)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'History of every sanction and reward: one row per change; obligations_current has the newest of each';

CREATE TABLE IF NOT EXISTS receipts
(
    topic LowCardinality(String),
    partition UInt32,
    offset UInt64,
    appended_at DateTime64(3, 'UTC'),
    receipt_id String,
    outcome LowCardinality(String),
    channel LowCardinality(String),
    source_topic LowCardinality(String),
    source_partition UInt32,
    source_offset UInt64,
    event_id Nullable(String),
    schema_id Nullable(UInt32),
    day Nullable(Date32),
    law_digest LowCardinality(Nullable(String)),
    fault_codes Array(LowCardinality(String)),
    fault_fields Array(LowCardinality(String)),
    warning_codes Array(LowCardinality(String)),
    warning_fields Array(LowCardinality(String)),
    refers_to Nullable(String),
    INDEX by_receipt_id receipt_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_event_id event_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = MergeTree
ORDER BY (topic, partition, offset)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'The fate of every record a department sent: exactly one row each';
