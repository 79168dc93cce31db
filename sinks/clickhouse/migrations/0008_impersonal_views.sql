-- What dashboards see: no person, and no id that leads to one (sinks/clickhouse/rights.py).

CREATE OR REPLACE VIEW impersonal_accepted_events AS
SELECT
    topic,
    appended_at,
    kind,
    channel,
    source_topic,
    intake_day,
    law_digest,
    subject_kind,
    item,
    body,
    basis,
    ground,
    target_item,
    ending_reason,
    feedback_state,
    feedback_reason,
    case_matter,
    case_step,
    consent_step,
    order_to,
    order_step,
    erased
FROM accepted_events;

CREATE OR REPLACE VIEW impersonal_decisions AS
SELECT
    topic,
    appended_at,
    kind,
    cause_kind,
    cause_channel,
    decided_on,
    law_digest,
    ordinal,
    code,
    item,
    body,
    ground,
    severity,
    severity_scale,
    severity_reasons,
    record_only,
    ended_reason,
    feedback_state,
    feedback_reason,
    considered_rules,
    considered_reasons,
    notice_kinds,
    reasons,
    case_matter,
    case_state,
    missed_kinds,
    missed_channels,
    missed_due,
    days_late,
    order_to,
    order_duty,
    order_due,
    order_done,
    publications_begun,
    publications_ended,
    bureau_fed,
    bureau_deleted,
    rewards_granted,
    rewards_withdrawn,
    erased
FROM decisions;

CREATE OR REPLACE VIEW impersonal_obligations AS
SELECT
    topic,
    appended_at,
    version,
    previous_version,
    state,
    day,
    law_digest,
    subject_kind,
    item,
    document_body,
    rule,
    memorandum,
    memorandum_version,
    measure,
    clause,
    basis,
    executor,
    executor_body,
    executor_source,
    binding,
    incentive,
    since,
    ends_on,
    due_state,
    due_day,
    lift_reason,
    disputed,
    doubted,
    erased
FROM obligations;

CREATE OR REPLACE VIEW impersonal_receipts AS
SELECT
    topic,
    appended_at,
    outcome,
    channel,
    source_topic,
    schema_id,
    day,
    law_digest,
    fault_codes,
    fault_fields,
    warning_codes,
    warning_fields
FROM receipts;

CREATE OR REPLACE VIEW impersonal_obligations_current AS
SELECT
    obligation_id,
    tupleElement(latest, 1) AS version,
    tupleElement(latest, 2) AS previous_version,
    tupleElement(latest, 3) AS state,
    tupleElement(latest, 4) AS day,
    tupleElement(latest, 5) AS law_digest,
    tupleElement(latest, 6) AS subject_kind,
    tupleElement(latest, 7) AS item,
    tupleElement(latest, 8) AS document_body,
    tupleElement(latest, 9) AS rule,
    tupleElement(latest, 10) AS memorandum,
    tupleElement(latest, 11) AS memorandum_version,
    tupleElement(latest, 12) AS measure,
    tupleElement(latest, 13) AS clause,
    tupleElement(latest, 14) AS basis,
    tupleElement(latest, 15) AS executor,
    tupleElement(latest, 16) AS executor_body,
    tupleElement(latest, 17) AS executor_source,
    tupleElement(latest, 18) AS binding,
    tupleElement(latest, 19) AS incentive,
    tupleElement(latest, 20) AS since,
    tupleElement(latest, 21) AS ends_on,
    tupleElement(latest, 22) AS due_state,
    tupleElement(latest, 23) AS due_day,
    tupleElement(latest, 24) AS lift_reason,
    tupleElement(latest, 25) AS disputed,
    tupleElement(latest, 26) AS doubted
FROM
(
    SELECT obligation_id, argMax(tuple(version, previous_version, state, day, law_digest, subject_kind, item, document_body, rule, memorandum, memorandum_version, measure, clause, basis, executor, executor_body, executor_source, binding, incentive, since, ends_on, due_state, due_day, lift_reason, disputed, doubted), version) AS latest
    FROM obligations
    WHERE NOT erased
    GROUP BY obligation_id
);
