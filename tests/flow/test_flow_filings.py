"""What a person files at the portal: on a topic of its own, on which nothing but an act of a person is taken."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from streams.filed import WAIVED, Act
from tests.flow.flow_stand import BOOK, CATALOGUE, CODEC, Stand, determination, listing, person
from tests.flow.test_flow_cases import executor, step

START = date(2026, 11, 2)
AT = CATALOGUE.name("filings")
TARGET = {name: determination(1, START)[name] for name in ("document_no", "item")}
PARTNER = next(offer for offer in BOOK.offers.values() if offer.partner is not None)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    stand = Stand(tmp_path / "keys").begin(START)
    stand.send("events.court", listing(1, START))
    return stand


def reference(stand: Stand, channel: str = "court") -> str:
    return stand.keyring.case_ref(stand.keyring.token("citizen", person(1)), channel)


def filing(stand: Stand, act: str = "objection", **changes: Any) -> bytes:
    value = {"event_id": f"portal-{act}", "channel": "court", "case_ref": reference(stand), "act": act, "day": START}
    about = {"target": TARGET, "case_no": "网办-1", "document_digest": "ab" * 32}
    return CODEC.encode("PersonFiling", {**value, **about, **changes})


def consent(stand: Stand, act: str, **changes: Any) -> bytes:
    whom = {"channel": "credit", "case_ref": reference(stand, "credit"), "target": None, "case_no": None}
    return filing(stand, act, **{**whom, "recipient": PARTNER.partner, "purpose": PARTNER.code, **changes})


def answer(stand: Stand) -> tuple[str, list[tuple[str, str]]]:
    """Outcome of the last record filed, with codes and fields; the department of the record hears of none of it."""
    assert len(stand.read("receipts.court")) == sum(len(stand.received[f"{one}.court"]) for one in ("events", "cases"))
    assert len(stand.read("receipts.credit")) == len(stand.received[AT])
    told = stand.read("receipts.credit")[-1]
    assert (told["source_topic"], told["source_offset"]) == (AT, len(stand.received[AT]) - 1)
    return told["outcome"], [(fault["code"], fault["field"]) for fault in told["faults"]]


@pytest.mark.parametrize(("act", "disputed"), [("objection", True), ("repair", False)])
def test_a_case_is_opened_at_the_body_that_reported_the_record(stand: Stand, act: str, disputed: bool) -> None:
    stand.send(AT, filing(stand, act))
    assert answer(stand) == ("accepted", [])
    came = stand.read("accepted")[-1]
    assert (came["channel"], came["source_topic"], came["case"]["step"]) == ("court", AT, "opened")
    opened = stand.read("decisions")[-1]
    assert (opened["kind"], opened["case"]["matter"], opened["case"]["state"]) == ("case_opened", act, "opened")
    assert stand.read(f"{executor(stand)}.current")[-1]["disputed"] is disputed
    assert stand.topics["quarantine"] == []


def test_the_department_decides_what_was_filed_under_its_number(stand: Stand) -> None:
    stand.send(AT, filing(stand))
    stand.send("cases.court", step("rejected", "C-1", case_no="网办-1"))
    assert stand.read("receipts.court")[-1]["outcome"] == "accepted"
    assert stand.read("decisions")[-1]["case"]["state"] == "rejected"
    assert stand.read(f"{executor(stand)}.current")[-1]["disputed"] is False


def test_a_decision_that_overtakes_its_opening_is_taken_and_the_opening_held(stand: Stand) -> None:
    """The two come by two topics: of the order between them nothing is known."""
    document = {"document_no": "YY-1-D", "document_digest": "cd" * 32}
    stand.send("cases.court", step("upheld", "C-1", case_no="网办-1", **document))
    assert stand.read("decisions")[-1]["case"]["state"] == "upheld"
    lifted = stand.read(executor(stand))[-1]
    assert (lifted["state"], lifted["disputed"]) == ("lifting", False)
    stand.send(AT, filing(stand))
    assert answer(stand) == ("held", [("CASE_ALREADY_DECIDED", "case_no")])
    assert stand.read(executor(stand))[-1] == lifted  # nothing is disputed that is decided


def test_an_objection_before_its_record_waits_for_it(stand: Stand) -> None:
    later = {"document_no": determination(7, START)["document_no"], "item": TARGET["item"]}
    stand.send(AT, filing(stand, target=later))
    assert answer(stand) == ("held", [("TARGET_NOT_SEEN", "target.document_no")])
    of_one = determination(1, START)["subject"]
    stand.send("events.court", listing(7, START, subject=of_one))
    assert stand.read("decisions")[-1]["kind"] == "case_opened"


def test_an_honour_is_waived(stand: Stand) -> None:
    item = BOOK.items["VOLUNTEER_GOOD_RECORD"]
    said = {"item": item.code, "body": "SD-CIVIL-AFFAIRS", "basis": item.instruments[0], "ground": None}
    stand.send("events.civil_affairs", listing(1, START, **said))
    whom = {"channel": "civil_affairs", "case_ref": reference(stand, "civil_affairs")}
    stand.send(AT, filing(stand, "waiver", **whom, target={**TARGET, "item": item.code}))
    assert answer(stand) == ("accepted", [])
    ended = stand.read("decisions")[-1]
    assert (ended["kind"], ended["code"]) == ("ended", WAIVED)


def test_a_consent_is_given_and_taken_back(stand: Stand) -> None:
    stand.send(AT, consent(stand, "consent"))
    assert answer(stand) == ("accepted", [])
    stand.send(AT, consent(stand, "consent_withdrawn"))
    assert answer(stand) == ("accepted", [])
    told = [one["consent"]["withdrawn_on"] for one in stand.read("decisions")[-2:]]
    assert told == [None, START]


@pytest.mark.parametrize("word", ["opened", "upheld", "amended", "rejected", "withdrawn"])
def test_a_step_of_a_department_is_nothing_that_the_portal_may_say(stand: Stand, word: str) -> None:
    before = len(stand.read("decisions"))
    stand.send(AT, step(word, "C-1", document_no="YY-1-D", document_digest="cd" * 32))
    assert answer(stand) == ("rejected", [("SCHEMA_NOT_ADMITTED", "value")])
    assert [one["code"] for one in stand.read("quarantine")] == ["SCHEMA_NOT_ADMITTED"]
    assert len(stand.read("decisions")) == before


@pytest.mark.parametrize("family", ["events", "feedback", "cases"])
def test_no_record_that_a_department_sends_is_taken_there_nor_a_filing_on_a_topic_of_its(
    stand: Stand, family: str
) -> None:
    assert not CATALOGUE.admitted(family) & CATALOGUE.admitted("filings")
    stand.send(f"{family}.police", filing(stand))
    assert stand.read("receipts.police")[-1]["faults"][0]["code"] == "SCHEMA_NOT_ADMITTED"


@pytest.mark.parametrize(
    ("act", "changes", "code", "field"),
    [
        ("waiver", {}, "REASON_UNKNOWN", "reason"),  # a listing is no honour
        ("objection", {"channel": "nobody"}, "WRONG_CHANNEL", "channel"),
        ("objection", {"channel": ""}, "WRONG_CHANNEL", "channel"),
        ("objection", {"channel": "police"}, "CASE_REF_INVALID", "subject.case_ref"),  # the court's reference
        ("objection", {"case_ref": ""}, "IDENTIFIER_INVALID", "subject.id_number"),
        ("objection", {"event_id": " "}, "EVENT_ID_MISSING", "event_id"),
        ("objection", {"target": None}, "TARGET_INCOMPLETE", "target.document_no"),
        ("objection", {"case_no": None}, "CASE_NO_MISSING", "case_no"),
        ("repair", {"day": START + timedelta(days=1)}, "DATE_IMPLAUSIBLE", "day"),
        ("objection", {"case_no": person(1)}, "TEXT_NOT_ALLOWED", "case_no"),
        ("consent", {"document_digest": None}, "DIGEST_INVALID", "document_digest"),
        ("consent", {"recipient": None}, "RECIPIENT_UNKNOWN", "recipient"),
        ("consent_withdrawn", {"purpose": None}, "PURPOSE_NOT_LISTED", "purpose"),
    ],
)
def test_what_a_filing_lacks_is_refused_as_of_a_department(
    stand: Stand, act: str, changes: dict[str, Any], code: str, field: str
) -> None:
    made = consent if act.startswith("consent") else filing
    stand.send(AT, made(stand, act, **changes))
    outcome, faults = answer(stand)
    assert outcome == "rejected" and (code, field) in faults
    assert stand.read("accepted")[-1]["kind"] == "determination"


def test_every_act_of_the_schema_is_one_of_ours() -> None:
    fields = {one["name"]: one["type"] for one in CODEC.schema("PersonFiling")["fields"]}
    assert fields["act"]["symbols"] == [*Act, "unknown"]
