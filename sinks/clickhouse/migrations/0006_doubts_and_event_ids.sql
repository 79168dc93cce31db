-- Whether a record under another name speaks against the document of an obligation (docs/adr/0020). And of a record that was taken
-- in the channel's own number stands in accepted_events alone, where the erasure of its subject takes it (docs/adr/0021).

ALTER TABLE obligations ADD COLUMN IF NOT EXISTS doubted Bool;

ALTER TABLE receipts UPDATE event_id = NULL WHERE outcome != 'rejected' AND event_id IS NOT NULL SETTINGS mutations_sync = 1;

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
    tupleElement(latest, 26) AS disputed,
    tupleElement(latest, 27) AS doubted
FROM
(
    SELECT obligation_id, argMax(tuple(version, previous_version, state, decision_id, day, law_digest, subject_kind, item, document_body, rule, memorandum, memorandum_version, measure, clause, basis, executor, executor_body, executor_source, binding, incentive, since, ends_on, due_state, due_day, lift_reason, disputed, doubted), version) AS latest
    FROM obligations
    WHERE NOT erased
    GROUP BY obligation_id
);
