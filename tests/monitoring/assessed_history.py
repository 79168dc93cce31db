"""A small history whose assessment was worked out by hand: rows as the sink stores them, figures beside the sums."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from clickhouse_driver import Client

OCTOBER = date(2026, 10, 1)
TODAY = date(2026, 11, 10)
LISTING = "COURT_DEFAULTER_LISTING"  # field judicial
BIDDING = "BIDDING_BAR"  # field construction
ACCOUNTING = "ACCOUNTING_BAN"  # outside the 11 fields
HIGH_COURT, HOUSING, COUNTY = "SD-COURT", "SD-HOUSING-370100", "SD-HOUSING-370102"


def october(day: int) -> date:
    return OCTOBER.replace(day=day)


SEPTEMBER_30 = date(2026, 9, 30)


class Sent(NamedTuple):
    """Determinations of one kind. ``document``: None leaves the dates out, as an erasure does."""

    channel: str
    body: str
    item: str
    document: date | None
    arrived: date
    outcome: str = "accepted"
    faults: tuple[str, ...] = ()
    effect: date | None = None
    times: int = 1


# Working days after Wednesday 2026-09-30 (1 to 7 October are off): 8, 9, Saturday 10, 12, 13, 14, 15 = seven.
# After Friday 9 October: Saturday 10, 12, 13, 14, 15, 16, Monday 19. After the 14th: 15, 16, 19, 20, 21, 22, Friday 23.
C, J = "court", "city-jinan"
SENT = (
    # court: how it is judged | whether it is of October, and so counts as arrived
    Sent(C, HIGH_COURT, LISTING, SEPTEMBER_30, october(15)),  # on time: the seventh | no, of September
    Sent(C, HIGH_COURT, LISTING, SEPTEMBER_30, october(16), "warned"),  # late | no
    Sent(C, HIGH_COURT, LISTING, SEPTEMBER_30, october(21), effect=october(12)),  # on time: 13 14 15 16 19 20 21 | no
    Sent(C, HIGH_COURT, LISTING, SEPTEMBER_30, october(22), effect=october(12)),  # late | no
    Sent(C, HIGH_COURT, LISTING, october(9), october(18)),  # on time: a Sunday before the 19th | 1
    Sent(C, HIGH_COURT, LISTING, october(14), october(24)),  # late: a Saturday after the 23rd | 1
    Sent(C, HIGH_COURT, LISTING, october(20), october(20), times=3),  # on time: the same day | 3
    Sent(C, HIGH_COURT, LISTING, date(2017, 12, 29), october(20)),  # no calendar of 2017 | no
    Sent(C, HIGH_COURT, LISTING, None, october(20)),  # no day: erased | no
    Sent(C, HIGH_COURT, LISTING, october(20), october(21), "held", ("DOCUMENT_INCOMPLETE",), times=2),  # - | 2
    Sent(C, HIGH_COURT, LISTING, october(20), october(21), "needs_correction", ("CONTENT_CHANGED",)),  # - | 1
    Sent(C, HIGH_COURT, LISTING, october(20), october(21), "duplicate", ("DUPLICATE_RECORD",)),  # - | no, a repeat
    # city-jinan: 8 on time and 4 late for the city's body, 1 on time for a county's
    Sent(J, HOUSING, BIDDING, october(20), october(22), times=8),
    Sent(J, HOUSING, BIDDING, SEPTEMBER_30, october(30), times=4),
    Sent(J, COUNTY, ACCOUNTING, october(20), october(22)),
    # other months do not count
    Sent(C, HIGH_COURT, LISTING, SEPTEMBER_30, date(2026, 9, 30), times=2),
    Sent(C, HIGH_COURT, LISTING, october(30), date(2026, 11, 2)),  # arrives in November | 1
)
# court, records of events.court that came in October and are no repeat: 9 + 2 + 2 (held) + 1 = 14 of the table above
# (9 = 1 + 1 + 1 + 1 + 1 + 1 + 3, and 2 = no calendar, no day); with these: 14 + 4 rejected + 2 endings = 20 supplied
REJECTED = (
    ("NOT_FRAMED",),  # unreadable: neither complete nor compliant nor the contrary
    ("MINOR_SUBJECT",),  # not compliant
    ("GROUND_MISSING", "ITEM_UNKNOWN"),  # neither complete nor compliant
    ("IDENTIFIER_INVALID",),  # wrong, but complete and compliant
)
COURT = {
    "supplied": 20,
    "stored": 12,  # 9 + 2 accepted or warned, and 1 ending that was held and settled in November
    "rejected": 4,
    "held": 3,  # 2 + the ending that still waits
    "needs_correction": 1,
    "duplicate": 1,
    "readable": 19,  # 20 - NOT_FRAMED
    "complete": 16,  # 19 - 2 DOCUMENT_INCOMPLETE - GROUND_MISSING
    "compliant": 17,  # 19 - MINOR_SUBJECT - ITEM_UNKNOWN
    "passed": 14,  # 11 + 2 held + 1 in need of correction
    "taken": 11,
    "on_time": 6,  # 1 + 1 + 1 + 3
    "late": 3,
    "no_calendar": 1,
    "no_day": 1,
    # the return of October declares 14 listings, of which 2 may not be reported; arrived 1 + 1 + 3 + 2 + 1 + 1 = 9
    "produced": 14,
    "arrived": 9,
    "not_arrived": 5,
    "explained": 2,
    "unexplained": 3,
    # objections that fell due in October, and repairs opened in it
    "objection_on_time": 1,
    "objection_late": 2,
    "objection_days": 8 + 9,
    "repair_closed_no_term": 1,
    "repair_open_no_term": 1,
    "repair_days": 10,
}
JINAN = {
    "supplied": 13,
    "stored": 13,
    "readable": 13,
    "complete": 13,
    "compliant": 13,
    "passed": 13,
    "taken": 13,
    "on_time": 9,
    "late": 4,
}
ORG = {"asked": 4, "answered": 2, "days": 4 + 14, "fallen": 1}
# proposals to org: obligation, day, state
PROPOSED = (
    ("o1", october(5), "proposed"), ("o1", october(9), "confirmed"), ("o1", october(12), "in_effect"),  # 4 days
    ("o2", october(20), "proposed"), ("o2", date(2026, 11, 3), "refused"),  # 14 days
    ("o3", october(31), "proposed"),  # waits
    ("o4", october(10), "proposed"), ("o4", october(12), "lifting"),  # its ground fell first: not asked any more
    ("o5", october(6), "proposed"), ("o5", october(8), "proposed"),  # disputed: told again, one proposal
    ("o6", date(2026, 9, 30), "proposed"), ("o6", october(1), "confirmed"),  # of September
)  # fmt: skip
# cases at the court: number, matter, day, state, due
CASES = (
    ("c1", "objection", october(12), "opened", october(20)),
    ("c1", "objection", october(20), "rejected", october(20)),  # on its last day: 8 days
    ("c2", "objection", october(12), "opened", october(20)),
    ("c2", "objection", october(21), "upheld", october(20)),  # a day late: 9 days
    ("c3", "objection", october(15), "opened", october(30)),  # undecided on 10 November: late
    ("c4", "repair", october(6), "opened", None),
    ("c4", "repair", october(16), "upheld", None),  # 10 days, no term
    ("c5", "repair", october(20), "opened", None),
    ("c6", "objection", date(2026, 11, 2), "opened", date(2026, 11, 17)),  # due in November, and not yet
)
RETURN = f"item,produced,published,not_reported,reason\n{LISTING},14,14,2,MINOR_SUBJECT\n"


def fill(client: Client, prefix: str = "p.") -> None:
    """Put the history into the sink's tables."""
    receipts, accepted = [], []
    for number, (one, sent) in enumerate((one, kind) for kind in SENT for one in range(kind.times)):
        receipt = f"r{number}"
        receipts.append(_receipt(receipt, sent.channel, sent.arrived, sent.outcome, sent.faults, prefix))
        accepted.append(_accepted(receipt, sent, one))
    for number, faults in enumerate(REJECTED):
        receipts.append(_receipt(f"x{number}", "court", october(20), "rejected", faults, prefix))
    for name in ("e1", "e2"):
        receipts.append(_receipt(name, "court", october(20), "held", ("TARGET_NOT_SEEN",), prefix))
    # what is no event is not supplied: an answer on feedback.org
    receipts.append(
        {**_receipt("f1", "org", october(9), "accepted", (), prefix), "source_topic": f"{prefix}feedback.org"}
    )
    insert(client, "receipts", receipts)
    insert(client, "accepted_events", accepted)
    insert(client, "obligations", list(_obligations()))
    insert(client, "decisions", list(_decisions()))


def insert(client: Client, table: str, rows: list[dict[str, Any]]) -> None:
    names = ", ".join(rows[0])
    client.execute(f"INSERT INTO {table} ({names}) VALUES", [tuple(row.values()) for row in rows])


def _receipt(name: str, channel: str, day: date, outcome: str, faults: tuple[str, ...], prefix: str) -> dict[str, Any]:
    return {
        "topic": f"{prefix}receipts.{channel}",
        "receipt_id": name,
        "outcome": outcome,
        "channel": channel,
        "source_topic": f"{prefix}events.{channel}",
        "day": day,
        "fault_codes": list(faults),
    }


def _accepted(receipt: str, sent: Sent, one: int) -> dict[str, Any]:
    return {
        "receipt_id": receipt,
        "kind": "determination",
        "channel": sent.channel,
        "subject": "" if sent.document is None else f"s-{receipt}",
        "intake_day": sent.arrived,
        "item": sent.item,
        "body": sent.body,
        "document_no": None if sent.document is None else f"{sent.document} {one}",
        "document_date": sent.document,
        "effect_date": sent.effect or sent.document,
        "document_digest": receipt,
    }


def _obligations() -> Iterator[dict[str, Any]]:
    versions: Counter[str] = Counter()
    for number, (name, day, state) in enumerate(PROPOSED):
        versions[name] += 1
        yield {
            "offset": number,
            "obligation_id": name,
            "version": versions[name],
            "state": state,
            "day": day,
            "item": LISTING,
            "executor": "org",
            "executor_body": "SD-ORG",
            "since": day,
        }


def _decisions() -> Iterator[dict[str, Any]]:
    said = {"cause_kind": "case", "cause_channel": "court", "case_no": None, "case_matter": None, "case_state": None}
    said |= {"case_due": None, "settles": None, "body": None, "item": None}
    rows = [(f"c{n}", october(1), {"kind": "recorded", "body": HIGH_COURT, "item": LISTING}) for n in range(1, 7)]
    for name, matter, day, state, due in CASES:
        kind = "case_opened" if state == "opened" else "case_closed"
        case = {"kind": kind, "case_no": name, "case_matter": matter, "case_state": state, "case_due": due}
        rows.append((name, day, case))
    rows.append(("e1", date(2026, 11, 3), {"kind": "ended", "settles": "e1"}))
    rows.append(("c1", TODAY, {"kind": "disclosed"}))
    for number, (name, day, fields) in enumerate(rows):
        key = f"court|{name}|{LISTING}"
        yield {**said, "offset": number, "subject": f"t-{name}", "decided_on": day, "key": key, **fields}


def later(client: Client) -> None:
    """What came in after the month was frozen: an answer to o3, and 2 documents of October."""
    answer = {"obligation_id": "o3", "version": 99, "state": "confirmed", "day": TODAY, "item": LISTING}
    insert(client, "obligations", [{**answer, "executor": "org", "executor_body": "SD-ORG", "since": TODAY}])
    for number in range(2):
        sent = Sent("court", HIGH_COURT, LISTING, october(21), TODAY - timedelta(days=1))
        insert(client, "receipts", [_receipt(f"l{number}", "court", sent.arrived, "accepted", (), "p.")])
        insert(client, "accepted_events", [_accepted(f"l{number}", sent, number)])
