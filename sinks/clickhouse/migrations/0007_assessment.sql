-- Assessment (考核): views over what the sink stored, the small tables they need from law book and catalogue, and frozen months.
-- No view has a person in any row: the only key of a person, the subject token, ends inside uniqExact and joins. Each view says its
-- formula in its comment. Day means the pipeline's day (the last tick). Who fills and freezes: monitoring/assessment.
-- FROM and JOIN stand at the beginning of a line with one name behind them, so that the variant for a cluster finds them.

CREATE TABLE IF NOT EXISTS assessment_loads
(
    load UInt32,
    digest String,
    loaded_at DateTime('UTC') DEFAULT now()
)
ENGINE = MergeTree
ORDER BY load
COMMENT 'Which load of the reference tables counts: the highest; its row is written after all others of the load';

CREATE TABLE IF NOT EXISTS assessment_working_days
(
    load UInt32,
    day Date32,
    run UInt16,
    passed UInt32
)
ENGINE = MergeTree
ORDER BY (load, day)
COMMENT 'Each day of the law book''s calendars: working days of its run up to and with it; a year without calendar ends a run';

CREATE TABLE IF NOT EXISTS assessment_codes
(
    load UInt32,
    code String,
    class LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (load, code)
COMMENT 'What each code of a receipt counts as (streams/law/codes.yaml)';

CREATE TABLE IF NOT EXISTS assessment_items
(
    load UInt32,
    item String,
    field LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (load, item)
COMMENT 'The key field of each item of the data catalogue, - for an item outside the 11';

CREATE TABLE IF NOT EXISTS assessment_bodies
(
    load UInt32,
    body String,
    city LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (load, body)
COMMENT 'The city of each body of a city or county as the region code of the city; empty for the province''s own';

CREATE TABLE IF NOT EXISTS assessment_frozen
(
    month Date,
    channel LowCardinality(String),
    body LowCardinality(String),
    city LowCardinality(String),
    field LowCardinality(String),
    figure LowCardinality(String),
    value Int64,
    as_of Date32,
    frozen_at DateTime('UTC') DEFAULT now()
)
ENGINE = MergeTree
ORDER BY (month, channel, body, city, field, figure)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Figures of each month as they stood when it was frozen, once; cannot be made again from Kafka, so nothing deletes here';

CREATE OR REPLACE VIEW assessment_calendar AS
SELECT day, run, passed
FROM assessment_working_days
WHERE load =
(
    SELECT max(load)
    FROM assessment_loads
);

CREATE OR REPLACE VIEW assessment_code_classes AS
SELECT code, class
FROM assessment_codes
WHERE load =
(
    SELECT max(load)
    FROM assessment_loads
);

CREATE OR REPLACE VIEW assessment_item_fields AS
SELECT item, field
FROM assessment_items
WHERE load =
(
    SELECT max(load)
    FROM assessment_loads
);

CREATE OR REPLACE VIEW assessment_body_cities AS
SELECT body, city
FROM assessment_bodies
WHERE load =
(
    SELECT max(load)
    FROM assessment_loads
);

CREATE OR REPLACE VIEW assessment_received AS
SELECT
    toStartOfMonth(assumeNotNull(day)) AS month,
    channel,
    countIf(outcome != 'duplicate') AS supplied,
    countIf(taken) AS stored,
    countIf(outcome = 'rejected') AS rejected,
    countIf(outcome = 'held' AND NOT taken) AS held,
    countIf(outcome = 'needs_correction') AS needs_correction,
    countIf(outcome = 'duplicate') AS duplicate,
    countIf(outcome != 'duplicate' AND NOT unreadable) AS readable,
    countIf(outcome != 'duplicate' AND NOT unreadable AND NOT incomplete) AS complete,
    countIf(outcome != 'duplicate' AND NOT unreadable AND NOT unlawful) AS compliant,
    if(supplied = 0, NULL, stored / supplied) AS storage_rate,
    if(readable = 0, NULL, complete / readable) AS completeness_rate,
    if(readable = 0, NULL, compliant / readable) AS compliance_rate
FROM
(
    SELECT
        day,
        channel,
        outcome,
        outcome IN ('accepted', 'warned') OR receipt_id IN
        (
            SELECT assumeNotNull(settles)
            FROM decisions
            WHERE settles IS NOT NULL AND kind NOT IN ('held', 'review')
        ) AS taken,
        arrayMap(one -> toString(one), fault_codes) AS codes,
        hasAny(codes,
        (
            SELECT groupArray(code)
            FROM assessment_code_classes
            WHERE class = 'unreadable'
        )) AS unreadable,
        hasAny(codes,
        (
            SELECT groupArray(code)
            FROM assessment_code_classes
            WHERE class = 'completeness'
        )) AS incomplete,
        hasAny(codes,
        (
            SELECT groupArray(code)
            FROM assessment_code_classes
            WHERE class = 'compliance'
        )) AS unlawful
    FROM receipts
    WHERE day IS NOT NULL AND arrayElement(splitByChar('.', toString(source_topic)), -2) = 'events'
)
GROUP BY month, channel
COMMENT 'Records of events.* by month and channel. supplied: all but repeats. stored: accepted, warned, or held and settled since. 入库率 storage = stored / supplied. 完整率 completeness = read without a fault of class completeness / read. 合规率 compliance = read without a fault of class compliance / read. A rejected record tells no body and no item: per channel only';

CREATE OR REPLACE VIEW assessment_records AS
SELECT
    toStartOfMonth(sent.arrived_on) AS month,
    sent.channel AS channel,
    sent.body AS body,
    places.city AS city,
    fields.field AS field,
    told.outcome AS outcome,
    multiIf(
        NOT sent.has_day, 'no_day',
        begin.run = 0 OR before.run != begin.run, 'no_calendar',
        toInt64(before.passed) - toInt64(begin.passed) < 7, 'on_time',
        'late') AS timeliness
FROM
(
    SELECT
        receipt_id,
        channel,
        ifNull(toString(body), '') AS body,
        ifNull(toString(item), '') AS item,
        assumeNotNull(intake_day) AS arrived_on,
        arrived_on - 1 AS day_before,
        document_date IS NOT NULL AS has_day,
        ifNull(if(effect_date > document_date, effect_date, document_date), toDate32('1900-01-01')) AS since
    FROM accepted_events
    WHERE kind = 'determination' AND intake_day IS NOT NULL
) AS sent
INNER JOIN
(
    SELECT receipt_id, toString(outcome) AS outcome
    FROM receipts
    WHERE outcome != 'rejected'
) AS told ON told.receipt_id = sent.receipt_id
LEFT JOIN assessment_calendar AS begin ON begin.day = sent.since
LEFT JOIN assessment_calendar AS before ON before.day = sent.day_before
LEFT JOIN assessment_item_fields AS fields ON fields.item = sent.item
LEFT JOIN assessment_body_cities AS places ON places.body = sent.body
COMMENT 'Each determination that passed intake, without its subject. on_time: it came on or before the 7th working day after its document, or after the day the document took effect where that is later (before that day it must not be reported). Fewer than 7 working days passed before the day it came. no_calendar: the law book lacks a calendar between the days; no_day: the document has no date, or its subject is erased';

CREATE OR REPLACE VIEW assessment_stored AS
SELECT
    month,
    channel,
    body,
    city,
    field,
    countIf(outcome != 'duplicate') AS passed,
    countIf(outcome IN ('accepted', 'warned')) AS taken,
    countIf(outcome = 'warned') AS warned,
    countIf(outcome = 'held') AS held,
    countIf(outcome = 'needs_correction') AS needs_correction,
    countIf(outcome IN ('accepted', 'warned') AND timeliness = 'on_time') AS on_time,
    countIf(outcome IN ('accepted', 'warned') AND timeliness = 'late') AS late,
    countIf(outcome IN ('accepted', 'warned') AND timeliness = 'no_calendar') AS no_calendar,
    countIf(outcome IN ('accepted', 'warned') AND timeliness = 'no_day') AS no_day,
    if(on_time + late = 0, NULL, on_time / (on_time + late)) AS timeliness_rate,
    if(on_time + late = 0, NULL, late / (on_time + late)) AS lateness_rate
FROM assessment_records
GROUP BY month, channel, body, city, field
COMMENT 'Determinations that passed intake, by month, channel, body, city and field. taken: accepted or warned. 及时率 timeliness = on_time / (on_time + late). 迟报率 lateness = late / (on_time + late). no_calendar and no_day are counted apart and judged neither way';

CREATE OR REPLACE VIEW assessment_arrived AS
SELECT
    toStartOfMonth(assumeNotNull(document_date)) AS month,
    channel,
    assumeNotNull(toString(item)) AS item,
    uniqExact(subject, if(ifNull(document_no, '') = '', document_digest, document_no)) AS arrived
FROM accepted_events
WHERE kind = 'determination' AND document_date >= toDate32('2018-01-01') AND item IS NOT NULL AND receipt_id IN
(
    SELECT receipt_id
    FROM receipts
    WHERE outcome IN ('accepted', 'warned', 'held', 'needs_correction')
)
GROUP BY month, channel, item
COMMENT 'Documents of a month that have arrived, by the month of the document, channel and item. One document about one subject counts once, however often it was sent: a repeat hides nothing. 瞒报率 concealment = (produced - arrived) / produced, item by item and never below 0, with produced from the monthly return';

CREATE OR REPLACE VIEW assessment_feedback AS
SELECT
    toStartOfMonth(asked.asked_on) AS month,
    asked.department AS channel,
    asked.office AS body,
    places.city AS city,
    fields.field AS field,
    countIf(NOT asked.fell) AS asked,
    countIf(asked.answered) AS answered,
    sumIf(dateDiff('day', asked.asked_on, asked.answered_on), asked.answered) AS days,
    countIf(asked.fell) AS fallen,
    if(asked = 0, NULL, answered / asked) AS feedback_rate,
    if(answered = 0, NULL, days / answered) AS days_to_feedback
FROM
(
    SELECT
        obligation_id,
        any(toString(executor)) AS department,
        any(toString(executor_body)) AS office,
        any(toString(item)) AS of_item,
        min(day) AS asked_on,
        minIf(day, state IN ('confirmed', 'refused', 'not_applicable')) AS answered_on,
        countIf(state IN ('confirmed', 'refused', 'not_applicable')) > 0 AS answered,
        NOT answered AND countIf(state IN ('lifting', 'lifted')) > 0 AS fell
    FROM obligations
    GROUP BY obligation_id
) AS asked
LEFT JOIN assessment_item_fields AS fields ON fields.item = asked.of_item
LEFT JOIN assessment_body_cities AS places ON places.body = asked.office
GROUP BY month, channel, body, city, field
COMMENT 'Proposals by the month in which they were made, executing channel, body, city and field. asked: all but those whose ground fell before an answer. 反馈率 feedback = answered / asked, answered being the officer''s confirmed, refused or not_applicable. Days to feedback = days from proposal to that answer, mean. No text read sets a term for the answer, so none is late';

CREATE OR REPLACE VIEW assessment_cases AS
SELECT
    toStartOfMonth(if(one.has_due, one.due, one.opened_on)) AS month,
    splitByChar('|', one.entry)[1] AS channel,
    ifNull(issued.issuer, '') AS body,
    places.city AS city,
    fields.field AS field,
    one.matter AS matter,
    countIf(one.has_due AND one.closed AND one.closed_on <= one.due) AS on_time,
    countIf(one.has_due AND if(one.closed, one.closed_on > one.due, one.due < one.today)) AS late,
    countIf(one.has_due AND NOT one.closed AND one.due >= one.today) AS running,
    countIf(NOT one.has_due AND one.closed) AS closed_no_term,
    countIf(NOT one.has_due AND NOT one.closed) AS open_no_term,
    sumIf(dateDiff('day', one.opened_on, one.closed_on), one.closed) AS days,
    if(on_time + late = 0, NULL, on_time / (on_time + late)) AS on_time_rate
FROM
(
    SELECT
        subject,
        assumeNotNull(key) AS entry,
        case_no,
        splitByChar('|', assumeNotNull(key))[-1] AS item,
        any(toString(assumeNotNull(case_matter))) AS matter,
        countIf(case_due IS NOT NULL) > 0 AS has_due,
        maxIf(assumeNotNull(case_due), case_due IS NOT NULL) AS due,
        min(decided_on) AS opened_on,
        minIf(decided_on, case_state != 'opened') AS closed_on,
        countIf(case_state != 'opened') > 0 AS closed,
        (
            SELECT max(decided_on)
            FROM decisions
        ) AS today
    FROM decisions
    WHERE case_no IS NOT NULL AND key IS NOT NULL
    GROUP BY subject, key, case_no
) AS one
LEFT JOIN
(
    SELECT subject, assumeNotNull(key) AS entry, any(toString(assumeNotNull(body))) AS issuer
    FROM decisions
    WHERE body IS NOT NULL AND key IS NOT NULL AND (subject, key) IN
    (
        SELECT subject, key
        FROM decisions
        WHERE case_no IS NOT NULL
    )
    GROUP BY subject, key
) AS issued ON issued.subject = one.subject AND issued.entry = one.entry
LEFT JOIN assessment_item_fields AS fields ON fields.item = one.item
LEFT JOIN assessment_body_cities AS places ON places.body = issued.issuer
GROUP BY month, channel, body, city, field, matter
COMMENT 'Objections, repairs and other cases, by the month in which they fell due (or were opened, where no text sets a term), channel, body, city, field and matter. 按期 on time = decided on or before the due day / (that + decided later + past due undecided). Days are those of the decisions. A repair has no term in any text read: it is counted as closed or open, never late';
