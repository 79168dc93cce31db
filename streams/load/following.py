"""What must follow from what: every record that counts is decided, every decision reaches those it concerns.

Asked of ClickHouse, after ``proof`` has shown that its rows are the records of the topics: a decision that casework
never wrote is in neither. Notices have no table; how many there are is counted in their topic. Where subjects have been
erased their rows are stubs, which name no record any more: then it is asked of the topics (``told``).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

# A receipt with one of these outcomes always comes with a decision (streams/core/docket.py); with another never.
DECIDED = ("accepted", "warned", "held")
_DECIDED = f"{DECIDED}"

_UNDECIDED = f"""
SELECT count() FROM receipts
WHERE outcome IN {_DECIDED} AND receipt_id NOT IN (SELECT cause_receipt_id FROM decisions)
"""  # noqa: S608 - a constant

_GAPS = """
SELECT sum(greatest(toInt64(last) + 1 - toInt64(seen), 0)) FROM
(SELECT max(ordinal) AS last, uniqExact(ordinal) AS seen FROM decisions GROUP BY cause_receipt_id, subject)
"""

_UNFOUNDED = f"""
SELECT count() FROM decisions
WHERE cause_kind NOT IN ('tick', 'law')
AND cause_receipt_id NOT IN (SELECT receipt_id FROM receipts WHERE outcome IN {_DECIDED})
"""  # noqa: S608 - a constant

_OBLIGATIONS = """
SELECT sum(greatest(left, 0)), sum(greatest(-left, 0)) FROM
(
    SELECT sum(number) AS left FROM
    (
        SELECT cityHash64(decision_id, arrayJoin(arrayConcat(raised, changed))) AS change, toInt64(1) AS number
        FROM decisions
        UNION ALL
        SELECT cityHash64(decision_id, obligation_id), toInt64(-1) FROM obligations
    )
    GROUP BY change
)
"""

_NOTICES = "SELECT sum(length(notice_ids)) FROM decisions"


class Followed(NamedTuple):
    """How many are missing, or are there without a reason."""

    undecided: int = 0  # records with a receipt that says decided, and no decision
    gaps: int = 0  # decisions missing between others of the same record and subject
    unfounded: int = 0  # decisions about records whose receipt knows of none
    untold: int = 0  # raised or changed obligations of a decision without their change on sanctions.* or rewards.*
    unasked: int = 0  # changes that no decision names
    notices: int = 0  # notices named in decisions less those in the topic, either way


def followed(client: Any, notices: int) -> Followed:
    """Ask of ClickHouse; ``notices`` is how many records the topic of that name has."""
    ((undecided,),) = client.execute(_UNDECIDED)
    ((gaps,),) = client.execute(_GAPS)
    ((unfounded,),) = client.execute(_UNFOUNDED)
    ((untold, unasked),) = client.execute(_OBLIGATIONS)
    ((named,),) = client.execute(_NOTICES)
    return Followed(undecided, gaps, unfounded, untold, unasked, abs(named - notices))


def told(
    receipts: Iterable[tuple[str, str]],
    decisions: Iterable[dict[str, Any]],
    changes: Iterable[tuple[str, str]],
    notices: int,
) -> Followed:
    """The same, asked of records: receipts (id, outcome), decisions as decoded, changes (obligation, decision)."""
    decided = {receipt for receipt, outcome in receipts if outcome in DECIDED}
    ordinals: dict[tuple[str, str], set[int]] = defaultdict(set)
    asked: Counter[tuple[str, str]] = Counter()
    answered, unfounded, named = set(), 0, 0
    for one in decisions:
        cause = one["cause"]["receipt_id"]
        answered.add(cause)
        ordinals[cause, one["subject"]].add(one["ordinal"])
        unfounded += one["cause"]["kind"] not in ("tick", "law") and cause not in decided
        asked.update((part["obligation_id"], one["decision_id"]) for part in (*one["raised"], *one["changed"]))
        named += len(one["notices"])
    asked.subtract(changes)
    return Followed(
        undecided=len(decided - answered),
        gaps=sum(max(seen) + 1 - len(seen) for seen in ordinals.values()),
        unfounded=unfounded,
        untold=sum(left for left in asked.values() if left > 0),
        unasked=-sum(left for left in asked.values() if left < 0),
        notices=abs(named - notices),
    )
