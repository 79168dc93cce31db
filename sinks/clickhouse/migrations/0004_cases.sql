-- A person's case, consents, orders of supervision, what passed its day; obligations say whether they are disputed.

ALTER TABLE accepted_events ADD COLUMN IF NOT EXISTS case_matter LowCardinality(Nullable(String)) AFTER answered_on;
ALTER TABLE accepted_events ADD COLUMN IF NOT EXISTS case_step LowCardinality(Nullable(String)) AFTER case_matter;
ALTER TABLE accepted_events ADD COLUMN IF NOT EXISTS case_no Nullable(String) AFTER case_step;
ALTER TABLE accepted_events ADD COLUMN IF NOT EXISTS consent_recipient LowCardinality(Nullable(String)) AFTER case_no;
ALTER TABLE accepted_events ADD COLUMN IF NOT EXISTS consent_step LowCardinality(Nullable(String)) AFTER consent_recipient;
ALTER TABLE accepted_events ADD COLUMN IF NOT EXISTS order_no Nullable(String) AFTER consent_step;
ALTER TABLE accepted_events ADD COLUMN IF NOT EXISTS order_to LowCardinality(Nullable(String)) AFTER order_no;
ALTER TABLE accepted_events ADD COLUMN IF NOT EXISTS order_step LowCardinality(Nullable(String)) AFTER order_to;

ALTER TABLE decisions ADD COLUMN IF NOT EXISTS case_no Nullable(String) AFTER reasons;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS case_matter LowCardinality(Nullable(String)) AFTER case_no;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS case_state LowCardinality(Nullable(String)) AFTER case_matter;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS case_due Nullable(Date32) AFTER case_state;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS missed_kinds Array(LowCardinality(String)) AFTER case_due;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS missed_refs Array(String) AFTER missed_kinds;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS missed_channels Array(LowCardinality(String)) AFTER missed_refs;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS missed_due Array(Date32) AFTER missed_channels;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS days_late Nullable(Int32) AFTER missed_due;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS consent_recipient LowCardinality(Nullable(String)) AFTER days_late;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS consent_withdrawn_on Nullable(Date32) AFTER consent_recipient;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS order_no Nullable(String) AFTER consent_withdrawn_on;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS order_to LowCardinality(Nullable(String)) AFTER order_no;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS order_duty LowCardinality(Nullable(String)) AFTER order_to;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS order_due Nullable(Date32) AFTER order_duty;
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS order_done Nullable(Bool) AFTER order_due;

ALTER TABLE obligations ADD COLUMN IF NOT EXISTS disputed Bool AFTER lift_reason;

CREATE OR REPLACE VIEW obligations_current AS
SELECT
    obligation_id,
    tupleElement(latest, 1) AS version,
    tupleElement(latest, 2) AS previous_version,
    tupleElement(latest, 3) AS state,
    tupleElement(latest, 4) AS decision_id,
    tupleElement(latest, 5) AS day,
    tupleElement(latest, 6) AS law_digest,
    tupleElement(latest, 7) AS subject_kind,
    tupleElement(latest, 8) AS item,
    tupleElement(latest, 9) AS document_body,
    tupleElement(latest, 10) AS rule,
    tupleElement(latest, 11) AS memorandum,
    tupleElement(latest, 12) AS memorandum_version,
    tupleElement(latest, 13) AS measure,
    tupleElement(latest, 14) AS clause,
    tupleElement(latest, 15) AS basis,
    tupleElement(latest, 16) AS executor,
    tupleElement(latest, 17) AS executor_body,
    tupleElement(latest, 18) AS executor_source,
    tupleElement(latest, 19) AS binding,
    tupleElement(latest, 20) AS incentive,
    tupleElement(latest, 21) AS since,
    tupleElement(latest, 22) AS ends_on,
    tupleElement(latest, 23) AS due_state,
    tupleElement(latest, 24) AS due_day,
    tupleElement(latest, 25) AS lift_reason,
    tupleElement(latest, 26) AS disputed
FROM
(
    SELECT obligation_id, argMax(tuple(version, previous_version, state, decision_id, day, law_digest, subject_kind, item, document_body, rule, memorandum, memorandum_version, measure, clause, basis, executor, executor_body, executor_source, binding, incentive, since, ends_on, due_state, due_day, lift_reason, disputed), version) AS latest
    FROM obligations
    GROUP BY obligation_id
);
