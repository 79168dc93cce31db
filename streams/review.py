"""Held records that still wait for somebody: identifiers and codes from ClickHouse, no person (design rules 2, 8).

A held record leaves the list when what it waited for came and was decided, when its channel sent it again as it should
have been, or when its subject is erased; one that puts a standing record in doubt also when the department has looked
at that record again or it is over. A record sent again is a record of its own, with a receipt of its own; that it is
the same matter shows by the channel's event id, or by the document, obligation, case or order that both name about the
same subject. Being older proves nothing: only what was accepted after it takes a record off the list.
"""

from datetime import date
from typing import Any

from clickhouse_driver import Client
from msgspec import Struct

# ``told``: every word on a held record - its own, and of decisions that settled it or gave it up. ``marks``: what tells
# that two records are one matter, each with the place at which it stands in its order; two records with one mark share
# a partition of their source (one event id is one key) or of ``accepted`` (one subject).
_HELD = """
WITH
told AS
(
    SELECT ifNull(settles, cause_receipt_id) AS receipt, kind AS word, assumeNotNull(code) AS why, decided_on,
        offset AS at
    FROM decisions
    WHERE NOT erased AND (settles IS NOT NULL OR kind = 'held')
),
open AS
(
    SELECT receipt, argMax(why, at) AS reason, min(decided_on) AS since
    FROM told
    GROUP BY receipt
    HAVING argMax(word, at) IN ('held', 'review')
),
marks AS
(
    SELECT receipt_id, channel, marked.1 AS mark, marked.2 AS place
    FROM accepted_events
    ARRAY JOIN arrayFilter(one -> one.1 != '',
    [
        (if(ifNull(event_id, '') = '', '', toString((kind, source_topic, source_partition, event_id))), source_offset),
        (if(kind = 'determination' AND ifNull(document_no, '') != '',
            toString((kind, channel, subject, item, document_no)), ''), offset),
        (if(kind = 'determination', toString((kind, channel, subject, item, document_digest, 'sha-256')), ''), offset),
        (if(kind IN ('ending', 'correction'),
            toString((kind, channel, subject, target_item, target_document_no)), ''), offset),
        (if(kind = 'case',
            toString((kind, channel, subject, target_item, target_document_no, case_no, case_step)), ''), offset),
        (if(kind = 'feedback', toString((kind, channel, subject, obligation_id, feedback_state)), ''), offset),
        (if(kind = 'supervision', toString((kind, channel, subject, order_no, order_step)), ''), offset)
    ]) AS marked
    WHERE NOT erased
),
doubts AS
(
    SELECT ifNull(settles, cause_receipt_id) AS receipt, assumeNotNull(entry_receipt_id) AS entry, max(offset) AS at
    FROM decisions
    WHERE NOT erased AND kind = 'held' AND code = 'NAME_MISMATCH' AND entry_receipt_id IS NOT NULL
    GROUP BY receipt, entry
),
looked_at AS
(
    SELECT assumeNotNull(entry_receipt_id) AS entry, max(offset) AS last
    FROM decisions
    WHERE entry_receipt_id IN (SELECT entry FROM doubts)
      AND (ended_on IS NOT NULL OR (kind = 'corrected' AND cause_kind = 'correction' AND settles IS NULL))
    GROUP BY entry
),
waits AS (SELECT * FROM marks WHERE receipt_id IN (SELECT receipt FROM open)),
counts AS
(
    SELECT mark, max(place) AS last
    FROM marks
    WHERE mark IN (SELECT mark FROM waits)
      AND receipt_id IN (SELECT receipt_id FROM receipts WHERE outcome IN ('accepted', 'warned'))
    GROUP BY mark
)
SELECT open.receipt, waits.channel, open.reason, open.since, doubts.entry != '' AS doubt
FROM open
INNER JOIN waits ON waits.receipt_id = open.receipt
LEFT JOIN counts ON counts.mark = waits.mark
LEFT JOIN doubts ON doubts.receipt = open.receipt
LEFT JOIN looked_at ON looked_at.entry = doubts.entry
GROUP BY open.receipt, waits.channel, open.reason, open.since, doubt
HAVING max(counts.last > waits.place) = 0 AND NOT (doubt AND max(looked_at.last > doubts.at))
ORDER BY doubt DESC, open.since, open.reason, waits.channel, open.receipt
"""


class Held(Struct, frozen=True):
    """One record that is held. ``since``: the day on which it was; ``code``: why it is held today."""

    receipt_id: str
    channel: str
    code: str
    since: date
    doubt: bool  # a measure goes on, or is kept back, until its department looks at the record that this one names


def held(client: Client, reason: str | None = None, channel: str | None = None) -> tuple[Held, ...]:
    """Every record that is held, those that put a standing record in doubt first, then the oldest; of one reason, or
    one channel, where that is asked."""
    rows = (Held(*row) for row in client.execute(_HELD))
    return tuple(one for one in rows if reason in (None, one.code) and channel in (None, one.channel))


def summary(records: tuple[Held, ...]) -> dict[str, Any]:
    """What the last line says: counts by reason and by channel, and every record."""
    by_reason: dict[str, int] = {}
    by_channel: dict[str, int] = {}
    for one in records:
        by_reason[one.code] = by_reason.get(one.code, 0) + 1
        by_channel[one.channel] = by_channel.get(one.channel, 0) + 1
    ordered = {"by_reason": dict(sorted(by_reason.items())), "by_channel": dict(sorted(by_channel.items()))}
    doubts = sum(one.doubt for one in records)
    return {"held": len(records), "doubts": doubts, **ordered, "records": records}
