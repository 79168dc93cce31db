"""Records of every kind as a careless or hostile sender writes them: what is usual, with a few fields that are not.

A record of nothing but chance is refused at its first field and shows little; these reach the last check, and beyond.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.flow.flow_stand import BOOK, determination, person

START = date(2026, 11, 2)
PEOPLE = 3
ITEM = "COURT_DEFAULTER_LISTING"
Made = tuple[str, str, dict[str, Any]]  # topic, record, value
DAYS_OF = {
    "determination": ("document_date", "effect_date", "conduct_end", "valid_until"),
    "ending": ("document_date",),
    "correction": ("document_date",),
    "case": ("day", "revoked_on"),
    "feedback": ("answered_on",),
    "consent": ("day",),
    "supervision": ("day", "due_on"),
}
Fields = Mapping[str, st.SearchStrategy[Any]]

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.text("甲(2026)AZaz09 -_|·", max_size=128)
ODD_DAYS = [date.min, date(1899, 12, 31), date(1990, 1, 1), date(2299, 12, 31), date(2300, 1, 1), date.max]
ODD_DAY = st.sampled_from(ODD_DAYS)
DAY = st.integers(-400, 0).map(lambda days: START + timedelta(days))
SUBJECT = st.builds(
    lambda number: {"kind": "person", "id_type": "citizen", "id_number": person(number), "name": f"测试{number}"},
    st.integers(1, PEOPLE),
)
NUMBERS = [determination(number, START)["document_no"] for number in range(1, PEOPLE + 1)]
TARGET = st.sampled_from([{"document_no": number, "item": ITEM} for number in (*NUMBERS, "other")])
ODD_TARGET = st.fixed_dictionaries({"document_no": TEXT, "item": TEXT})
DIGEST = st.sampled_from(["ab" * 32, "cd" * 32])
FACTS: Fields = {
    "item": st.just(ITEM),
    "body": st.just("SD-COURT"),
    "document_no": st.sampled_from([*NUMBERS, "other"]),
    "document_date": st.just(START),
    "effect_date": st.just(START),
    "document_digest": DIGEST,
    "basis": st.just(BOOK.items[ITEM].instruments[0]),
    "ground": st.sampled_from("123"),
    "prior_notice": st.just(True),
    "hearing": st.just(True),
    "conduct_end": st.none() | DAY,
    "valid_until": st.none(),
    "extra_years": st.integers(0, 1),
    "role": st.none(),
    "entity_code": st.none(),
    "simple_procedure": st.just(False),
}
ODD_NUMBER = st.integers(-(2**31), 2**31 - 1)
ODD_FACTS: Fields = {
    **dict.fromkeys(("item", "body", "document_no", "document_digest", "basis"), TEXT),
    **dict.fromkeys(("ground", "role", "entity_code"), st.none() | TEXT),
    **dict.fromkeys(("document_date", "effect_date", "conduct_end", "valid_until"), st.none() | ODD_DAY),
    **dict.fromkeys(("prior_notice", "hearing", "simple_procedure"), st.booleans()),
    "extra_years": ODD_NUMBER,
}
EVENT: Fields = {"event_id": st.text("abc", min_size=1, max_size=8)}
FLAGS = ("minimum_reached", "wrong_corrected", "duties_done", "public_promise")


@st.composite
def value(draw: st.DrawFn, usual: Fields, odd: Fields) -> dict[str, Any]:
    """Usual values, but for two fields at most."""
    chosen = draw(st.one_of(st.just([]), st.lists(st.sampled_from(sorted(odd)), max_size=2)))
    return {name: draw(odd[name] if name in chosen else usual[name]) for name in usual}


def of(topic: str, record: str, usual: Fields, odd: Fields) -> st.SearchStrategy[Made]:
    odd_event = {"event_id": TEXT}
    return value({**EVENT, **usual}, {**odd_event, **odd}).map(lambda made: (topic, record, made))


RECORDS: dict[str, st.SearchStrategy[Made]] = {
    "determination": of("events.court", "CreditDetermination", {"subject": SUBJECT, **FACTS}, ODD_FACTS),
    "ending": of(
        "events.court",
        "GroundEnding",
        {
            "subject": SUBJECT,
            "target": TARGET,
            "reason": st.sampled_from(BOOK.items[ITEM].endings),
            "document_no": st.sampled_from([None, "Z-1"]),
            "document_date": DAY,
            "document_digest": st.none() | DIGEST,
        },
        {"target": ODD_TARGET, "reason": TEXT, "document_no": TEXT, "document_date": ODD_DAY, "document_digest": TEXT},
    ),
    "correction": of(
        "events.court",
        "RecordCorrection",
        {
            "subject": SUBJECT,
            "target": TARGET,
            "document_no": st.just("GZ-1"),
            "document_date": DAY,
            "document_digest": DIGEST,
            "replacement": value(FACTS, ODD_FACTS),
        },
        {"target": ODD_TARGET, "document_no": TEXT, "document_date": ODD_DAY, "document_digest": TEXT},
    ),
    "case": of(
        "cases.court",
        "CaseEvent",
        {
            "subject": SUBJECT,
            "target": TARGET,
            "matter": st.sampled_from(["objection", "reconsideration", "lawsuit", "repair"]),
            "step": st.sampled_from(["opened", "upheld", "amended", "rejected", "withdrawn"]),
            "case_no": st.sampled_from(["YY-1", "YY-2"]),
            "day": DAY,
            "handling": st.just("own"),
            "document_no": st.just("D-1"),
            "document_digest": DIGEST,
            "revoked_on": st.none(),
            **dict.fromkeys(FLAGS, st.just(False)),
        },
        {
            "target": ODD_TARGET,
            "case_no": TEXT,
            "handling": st.sampled_from(["other_unit", "credit_bureau"]),
            "document_no": st.none() | TEXT,
            "document_digest": st.none() | TEXT,
            **dict.fromkeys(("day", "revoked_on"), ODD_DAY),
            **dict.fromkeys(FLAGS, st.booleans()),
        },
    ),
    "feedback": of(
        "feedback.org",
        "OfficerFeedback",
        {
            "subject": SUBJECT,
            "obligation_id": st.just("0" * 32),
            "state": st.sampled_from(["confirmed", "refused", "not_applicable", "in_effect", "lifted"]),
            "reason": st.sampled_from([None, *BOOK.refusals]),
            "officer": st.just("T-1"),
            "answered_on": DAY,
        },
        {"obligation_id": TEXT, "reason": TEXT, "officer": TEXT, "answered_on": ODD_DAY},
    ),
    "consent": of(
        "cases.credit",
        "PersonConsent",
        {
            "subject": SUBJECT,
            "step": st.sampled_from(["given", "withdrawn"]),
            "recipient": st.just("credit_bureau"),
            "purpose": st.just("credit_reporting"),
            "day": DAY,
            "document_digest": DIGEST,
        },
        {"recipient": TEXT, "purpose": TEXT, "day": ODD_DAY, "document_digest": TEXT},
    ),
    "supervision": of(
        "cases.credit",
        "SupervisionEvent",
        {
            "step": st.sampled_from(["ordered", "answered"]),
            "order_no": st.sampled_from(["DD-1", "DD-2", "DD-3"]),
            "channel": st.just("credit"),
            "day": DAY,
            "duty": st.sampled_from(["answer_proposals", "prove_lifting", "report_documents"]),
            "due_on": st.integers(0, 60).map(lambda days: START + timedelta(days)),
            "obligation_id": st.sampled_from([None, "0" * 32]),
            "done": st.booleans(),
            "officer": st.just("T-1"),
        },
        {
            "order_no": TEXT,
            "channel": TEXT,
            "duty": st.none(),
            "obligation_id": TEXT,
            "officer": TEXT,
            **dict.fromkeys(("day", "due_on"), ODD_DAY),
        },
    ),
}
