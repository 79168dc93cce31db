-- Three views of the assessment again: what is joined to the history is the side that a month cuts down, so that memory holds the
-- asked months and not all years. The month of a determination is that of its receipt, as in assessment_received.

CREATE OR REPLACE VIEW assessment_records AS
SELECT
    toStartOfMonth(told.day) AS month,
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
    SELECT receipt_id, toString(outcome) AS outcome, assumeNotNull(day) AS day
    FROM receipts
    WHERE outcome != 'rejected' AND day IS NOT NULL
) AS told ON told.receipt_id = sent.receipt_id
LEFT JOIN assessment_calendar AS begin ON begin.day = sent.since
LEFT JOIN assessment_calendar AS before ON before.day = sent.day_before
LEFT JOIN assessment_item_fields AS fields ON fields.item = sent.item
LEFT JOIN assessment_body_cities AS places ON places.body = sent.body
COMMENT 'Each determination that passed intake, without its subject. on_time: it came on or before the 7th working day after its document, or after the day the document took effect where that is later (before that day it must not be reported). Fewer than 7 working days passed before the day it came. no_calendar: the law book lacks a calendar between the days; no_day: the document has no date, or its subject is erased';

CREATE OR REPLACE VIEW assessment_arrived AS
SELECT
    sent.month AS month,
    sent.channel AS channel,
    sent.item AS item,
    uniqExact(sent.subject, sent.document) AS arrived
FROM receipts AS told
INNER JOIN
(
    SELECT
        receipt_id,
        toStartOfMonth(assumeNotNull(document_date)) AS month,
        channel,
        assumeNotNull(toString(item)) AS item,
        subject,
        if(ifNull(document_no, '') = '', document_digest, document_no) AS document
    FROM accepted_events
    WHERE kind = 'determination' AND document_date >= toDate32('2018-01-01') AND item IS NOT NULL
) AS sent ON sent.receipt_id = told.receipt_id
WHERE told.outcome IN ('accepted', 'warned', 'held', 'needs_correction')
GROUP BY month, channel, item
COMMENT 'Documents of a month that have arrived, by the month of the document, channel and item. One document about one subject counts once, however often it was sent: a repeat hides nothing. 瞒报率 concealment = (produced - arrived) / produced, item by item and never below 0, with produced from the monthly return';

CREATE OR REPLACE VIEW assessment_feedback AS
SELECT
    asked.month AS month,
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
        first.month AS month,
        first.department AS department,
        first.office AS office,
        first.of_item AS of_item,
        first.asked_on AS asked_on,
        minIf(moved.day, moved.state IN ('confirmed', 'refused', 'not_applicable')) AS answered_on,
        countIf(moved.state IN ('confirmed', 'refused', 'not_applicable')) > 0 AS answered,
        NOT answered AND countIf(moved.state IN ('lifting', 'lifted')) > 0 AS fell
    FROM obligations AS moved
    INNER JOIN
    (
        SELECT
            obligation_id AS id,
            toStartOfMonth(day) AS month,
            day AS asked_on,
            toString(executor) AS department,
            toString(executor_body) AS office,
            toString(item) AS of_item
        FROM obligations
        WHERE version = 1
    ) AS first ON first.id = moved.obligation_id
    GROUP BY first.id, month, department, office, of_item, asked_on
) AS asked
LEFT JOIN assessment_item_fields AS fields ON fields.item = asked.of_item
LEFT JOIN assessment_body_cities AS places ON places.body = asked.office
GROUP BY month, channel, body, city, field
COMMENT 'Proposals by the month in which they were made, executing channel, body, city and field. asked: all but those whose ground fell before an answer. 反馈率 feedback = answered / asked, answered being the officer''s confirmed, refused or not_applicable. Days to feedback = days from proposal to that answer, mean. No text read sets a term for the answer, so none is late';
