"""The one table: topic family -> record -> rows -> ClickHouse table.

What is stored is what statistics and inspection need. Left out on purpose (design rules 2, 8): name checks,
departments' tokens and case references, officers' staff references, masked values of faults. The subject token is
the only thing that stands for a person; a document number is a reference to a document, as in every record.
"""

from typing import Any

from sinks.clickhouse.columns import Column, Getter, Index, Stub, Table, Value, at, each, latest_view

SINK_GROUP = "sink-clickhouse"  # consumer group, after the deployment's prefix
FILED_AT = "cases.portal"  # source topic of what a person files, where nobody but the portal writes
FILED_COLUMNS = (  # of accepted_events: what the department that decides is told of it
    *("event_id", "case_matter", "ending_reason", "consent_recipient", "consent_step", "case_no"),
    *("target_document_no", "target_item", "intake_day", "subject"),
)
COUNTED_COLUMNS = {  # by table: what the public statistics are counted from; obligation_id only tells newest from older
    "decisions": (
        *("kind", "decided_on", "item", "body", "ground", "severity", "ended_reason", "case_matter", "case_state"),
    ),
    "obligations": ("obligation_id", "version", "state", "day", "item", "measure", "incentive"),
    "assessment_frozen": ("month", "figure"),  # which months are frozen; no figure of them
}
CODE = "LowCardinality(String)"
OPTIONAL_CODE = "LowCardinality(Nullable(String))"
CODES = "Array(LowCardinality(String))"
TEXT = "String"
OPTIONAL_TEXT = "Nullable(String)"
TEXTS = "Array(String)"
DAY = "Date32"  # documents may be older than 1970
OPTIONAL_DAY = "Nullable(Date32)"


def _first(*getters: Getter) -> Getter:
    """The first value found that is not None."""

    def get(value: Value) -> Any:
        for getter in getters:
            found = getter(value)
            if found is not None:
                return found
        return None

    return get


def _fact(field: str) -> Getter:
    """A field of the determination, or of what a correction puts in its place."""
    return _first(at("determination", field), at("correction", "replacement", field))


def _target(field: str) -> Getter:
    """A field of the earlier record that an ending, a correction or a case is about."""
    return _first(*(at(payload, "target", field) for payload in ("ending", "correction", "case")))


def _of_rejected(field: str) -> Getter:
    """A field of the receipt of a record that nothing else tells of. Of what was taken in ``accepted_events`` has it,
    where the erasure of its subject takes it; a receipt names no subject."""
    return lambda value: value[field] if value["outcome"] == "rejected" else None


def _moved(what: str, move: str) -> Getter:
    """How many of what others see moved so, by one decision."""

    def get(value: Value) -> int:
        moves = value["moves"]
        return 0 if moves is None else sum(one["move"] == move for one in moves[what])

    return get


def _happens_to_a_subject(value: Value) -> bool:
    """Ticks and law changes are in ``accepted`` for replay; they are nobody's event."""
    return value["kind"] not in ("tick", "law")


ACCEPTED_EVENTS = Table(
    name="accepted_events",
    comment="Accepted events, one row per record of a department; ticks and law changes are not here",
    families=("accepted",),
    record="Accepted",
    keep=_happens_to_a_subject,
    columns=(
        Column("receipt_id", TEXT, at("receipt_id")),
        Column("kind", CODE, at("kind")),
        Column("channel", CODE, at("channel")),
        Column("source_topic", CODE, at("source_topic")),
        Column("source_partition", "UInt32", at("source_partition")),
        Column("source_offset", "UInt64", at("source_offset")),
        Column("event_id", OPTIONAL_TEXT, at("event_id")),
        Column("intake_day", OPTIONAL_DAY, at("intake_day")),
        Column("law_digest", OPTIONAL_CODE, at("law_digest")),
        Column("subject", TEXT, at("subject")),
        Column("subject_kind", OPTIONAL_CODE, at("subject_kind")),
        Column("content_digest", TEXT, at("content_digest")),
        Column("warnings", CODES, at("warnings")),
        Column("item", OPTIONAL_CODE, _fact("item")),
        Column("body", OPTIONAL_CODE, _fact("body")),
        Column("document_no", OPTIONAL_TEXT, _fact("document_no")),
        Column("document_date", OPTIONAL_DAY, _fact("document_date")),
        Column("effect_date", OPTIONAL_DAY, _fact("effect_date")),
        Column("conduct_end", OPTIONAL_DAY, _fact("conduct_end")),
        Column("document_digest", OPTIONAL_TEXT, _fact("document_digest")),
        Column("basis", OPTIONAL_CODE, _fact("basis")),
        Column("ground", OPTIONAL_CODE, _fact("ground")),
        Column("extra_years", "Nullable(Int32)", _fact("extra_years")),
        Column("valid_until", OPTIONAL_DAY, _fact("valid_until")),
        Column("role", OPTIONAL_CODE, _fact("role")),
        Column("entity_code", OPTIONAL_TEXT, _fact("entity_code")),
        Column("target_document_no", OPTIONAL_TEXT, _target("document_no")),
        Column("target_item", OPTIONAL_CODE, _target("item")),
        Column("ending_reason", OPTIONAL_CODE, at("ending", "reason")),
        Column("obligation_id", OPTIONAL_TEXT, at("feedback", "obligation_id")),
        Column("feedback_state", OPTIONAL_CODE, at("feedback", "state")),
        Column("feedback_reason", OPTIONAL_CODE, at("feedback", "reason")),
        Column("answered_on", OPTIONAL_DAY, at("feedback", "answered_on")),
        Column("case_matter", OPTIONAL_CODE, at("case", "matter")),
        Column("case_step", OPTIONAL_CODE, at("case", "step")),
        Column("case_no", OPTIONAL_TEXT, at("case", "case_no")),
        Column("consent_recipient", OPTIONAL_CODE, at("consent", "recipient")),
        Column("consent_step", OPTIONAL_CODE, at("consent", "step")),
        Column("order_no", OPTIONAL_TEXT, at("supervision", "order_no")),
        Column("order_to", OPTIONAL_CODE, at("supervision", "channel")),
        Column("order_step", OPTIONAL_CODE, at("supervision", "step")),
        Column("erased", "Bool", lambda _: False),
    ),
    indexes=(Index("receipt_id"), Index("subject")),
    stub=Stub(
        day="intake_day",
        blank={
            "event_id": None,
            "subject": "",
            "content_digest": "",
            "warnings": [],
            "document_no": None,
            "document_date": None,
            "effect_date": None,
            "conduct_end": None,
            "document_digest": None,
            "extra_years": None,
            "valid_until": None,
            "role": None,
            "entity_code": None,
            "target_document_no": None,
            "obligation_id": None,
            "answered_on": None,
            "case_no": None,
            "consent_recipient": None,
            "order_no": None,
            "erased": True,
        },
    ),
)

DECISIONS = Table(
    name="decisions",
    comment="Every decision with its reasons, append only",
    families=("decisions",),
    record="Decision",
    columns=(
        Column("decision_id", TEXT, at("decision_id")),
        Column("subject", TEXT, at("subject")),
        Column("kind", CODE, at("kind")),
        Column("cause_kind", CODE, at("cause", "kind")),
        Column("cause_receipt_id", TEXT, at("cause", "receipt_id")),
        Column("cause_channel", CODE, at("cause", "channel")),
        Column("cause_event_id", OPTIONAL_TEXT, at("cause", "event_id")),
        Column("decided_on", DAY, at("decided_on")),
        Column("law_digest", CODE, at("law_digest")),
        Column("ordinal", "UInt32", at("ordinal")),
        Column("code", OPTIONAL_CODE, at("code")),
        Column("key", OPTIONAL_TEXT, at("key")),
        Column("settles", OPTIONAL_TEXT, at("settles")),
        Column("waiting_receipt_id", OPTIONAL_TEXT, at("waiting", "receipt_id")),
        Column("entry_receipt_id", OPTIONAL_TEXT, at("entry", "receipt_id")),
        Column("entry_content_digest", OPTIONAL_TEXT, at("entry", "content_digest")),
        Column("item", OPTIONAL_CODE, at("entry", "determination", "item")),
        Column("body", OPTIONAL_CODE, at("entry", "determination", "body")),
        Column("ground", OPTIONAL_CODE, at("entry", "determination", "ground")),
        Column("severity", OPTIONAL_CODE, at("entry", "severity", "level")),
        Column("severity_scale", OPTIONAL_CODE, at("entry", "severity", "scale")),
        Column("severity_reasons", CODES, _first(at("entry", "severity", "reasons"), lambda value: [])),
        Column("record_only", OPTIONAL_CODE, at("entry", "record_only")),
        Column("recorded_on", OPTIONAL_DAY, at("entry", "recorded_on")),
        Column("ends_on", OPTIONAL_DAY, at("entry", "ends_on")),
        Column("ended_on", OPTIONAL_DAY, at("entry", "ended_on")),
        Column("ended_reason", OPTIONAL_CODE, at("entry", "ended_reason")),
        Column("obligation_id", OPTIONAL_TEXT, at("feedback", "obligation_id")),
        Column("feedback_state", OPTIONAL_CODE, at("feedback", "state")),
        Column("feedback_reason", OPTIONAL_CODE, at("feedback", "reason")),
        Column("raised", TEXTS, each("raised", "obligation_id")),
        Column("changed", TEXTS, each("changed", "obligation_id")),
        Column("considered_rules", CODES, each("considered", "rule")),
        Column("considered_reasons", CODES, each("considered", "reason")),
        Column("notice_ids", TEXTS, each("notices", "notice_id")),
        Column("notice_kinds", CODES, each("notices", "kind")),
        Column("reasons", CODES, at("reasons")),
        Column("case_no", OPTIONAL_TEXT, at("case", "case_no")),
        Column("case_matter", OPTIONAL_CODE, at("case", "matter")),
        Column("case_state", OPTIONAL_CODE, at("case", "state")),
        Column("case_due", OPTIONAL_DAY, at("case", "due", "day")),
        Column("missed_kinds", CODES, each("missed", "kind")),
        Column("missed_refs", TEXTS, each("missed", "ref")),
        Column("missed_channels", CODES, each("missed", "channel")),
        Column("missed_due", "Array(Date32)", each("missed", "due_on")),
        Column("days_late", "Nullable(Int32)", at("days_late")),
        Column("consent_recipient", OPTIONAL_CODE, at("consent", "recipient")),
        Column("consent_withdrawn_on", OPTIONAL_DAY, at("consent", "withdrawn_on")),
        Column("order_no", OPTIONAL_TEXT, at("order", "order_no")),
        Column("order_to", OPTIONAL_CODE, at("order", "to")),
        Column("order_duty", OPTIONAL_CODE, at("order", "duty")),
        Column("order_due", OPTIONAL_DAY, at("order", "due_on")),
        Column("order_done", "Nullable(Bool)", at("order", "done")),
        Column("publications_begun", "UInt32", _moved("publications", "begun")),
        Column("publications_ended", "UInt32", _moved("publications", "ended")),
        Column("bureau_fed", "UInt32", _moved("bureau", "changed")),
        Column("bureau_deleted", "UInt32", _moved("bureau", "ended")),
        Column("rewards_granted", "UInt32", _moved("rewards", "begun")),
        Column("rewards_withdrawn", "UInt32", _moved("rewards", "ended")),
        Column("erased", "Bool", lambda _: False),
    ),
    indexes=(Index("decision_id"), Index("subject"), Index("cause_receipt_id")),
    stub=Stub(
        day="decided_on",
        blank={
            "subject": "",
            "cause_receipt_id": "",
            "cause_event_id": None,
            "key": None,
            "settles": None,
            "waiting_receipt_id": None,
            "entry_receipt_id": None,
            "entry_content_digest": None,
            "recorded_on": None,
            "ends_on": None,
            "ended_on": None,
            "obligation_id": None,
            "notice_ids": [],
            "case_no": None,
            "case_due": None,
            "consent_recipient": None,
            "consent_withdrawn_on": None,
            "erased": True,
        },
        spared=lambda value: value["kind"] == "erased",
        spared_sql="kind = 'erased'",
    ),
)

OBLIGATIONS = Table(
    name="obligations",
    comment="History of every sanction and reward: one row per change; obligations_current has the newest of each",
    families=("sanctions", "rewards"),
    record="ObligationChange",
    columns=(
        Column("obligation_id", TEXT, at("obligation_id")),
        Column("version", "UInt32", at("version")),
        Column("previous_version", "Nullable(UInt32)", at("previous_version")),
        Column("state", CODE, at("state")),
        Column("decision_id", TEXT, at("decision_id")),
        Column("day", DAY, at("day")),
        Column("law_digest", CODE, at("law_digest")),
        Column("subject_kind", CODE, at("subject_kind")),
        Column("item", CODE, at("item")),
        Column("document_body", CODE, at("document_body")),
        Column("rule", CODE, at("rule")),
        Column("memorandum", CODE, at("memorandum")),
        Column("memorandum_version", "UInt32", at("memorandum_version")),
        Column("measure", CODE, at("measure")),
        Column("clause", CODE, at("clause")),
        Column("basis", CODES, at("basis")),
        Column("executor", CODE, at("executor")),
        Column("executor_body", CODE, at("executor_body")),
        Column("executor_source", CODE, at("executor_source")),
        Column("binding", "Bool", at("binding")),
        Column("incentive", "Bool", at("incentive")),
        Column("since", DAY, at("since")),
        Column("ends_on", OPTIONAL_DAY, at("ends_on")),
        Column("due_state", CODE, at("due", "state")),
        Column("due_day", OPTIONAL_DAY, at("due", "day")),
        Column("lift_reason", OPTIONAL_CODE, at("lift_reason")),
        Column("disputed", "Bool", at("disputed")),
        Column("doubted", "Bool", at("doubted")),
        Column("erased", "Bool", lambda _: False),
    ),
    indexes=(Index("obligation_id"), Index("decision_id")),
    stub=Stub(day=None, blank={"erased": True}),
)

RECEIPTS = Table(
    name="receipts",
    comment="The fate of every record a department sent: exactly one row each",
    families=("receipts",),
    record="Receipt",
    columns=(
        Column("receipt_id", TEXT, at("receipt_id")),
        Column("outcome", CODE, at("outcome")),
        Column("channel", CODE, lambda value: value["source_topic"].rpartition(".")[2]),
        Column("source_topic", CODE, at("source_topic")),
        Column("source_partition", "UInt32", at("source_partition")),
        Column("source_offset", "UInt64", at("source_offset")),
        Column("event_id", OPTIONAL_TEXT, _of_rejected("event_id")),
        Column("schema_id", "Nullable(UInt32)", at("schema_id")),
        Column("day", OPTIONAL_DAY, at("day")),
        Column("law_digest", OPTIONAL_CODE, at("law_digest")),
        Column("fault_codes", CODES, each("faults", "code")),
        Column("fault_fields", CODES, each("faults", "field")),
        Column("warning_codes", CODES, each("warnings", "code")),
        Column("warning_fields", CODES, each("warnings", "field")),
        Column("refers_to", OPTIONAL_TEXT, at("refers_to")),
    ),
    indexes=(Index("receipt_id"), Index("event_id")),
)

TABLES = (ACCEPTED_EVENTS, DECISIONS, OBLIGATIONS, RECEIPTS)
ERASABLE = tuple(table for table in TABLES if table.stub is not None)
BY_FAMILY = {family: table for table in TABLES for family in table.families}

# Positions are tiny, outlive every row and are never deleted: the place to resume from (design 4). The engine keeps
# the highest ``next``; readers take max(next), which holds before and after its merges.
POSITIONS = "sink_positions"
CREATE_POSITIONS = f"""CREATE TABLE IF NOT EXISTS {POSITIONS}
(
    topic LowCardinality(String),
    partition UInt32,
    next UInt64,
    written_at DateTime DEFAULT now()
)
ENGINE = ReplacingMergeTree(next)
ORDER BY (topic, partition)
COMMENT 'Per topic-partition the next offset to store; retention must never delete from here';
"""  # noqa: S608 - a constant

OBLIGATIONS_CURRENT_COLUMNS = tuple(column.name for column in OBLIGATIONS.columns if column.name != "erased")
OBLIGATIONS_CURRENT = latest_view(
    "obligations_current",
    OBLIGATIONS,
    key="obligation_id",
    version="version",
    columns=OBLIGATIONS_CURRENT_COLUMNS,
)
