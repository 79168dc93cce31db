"""What leaves for the public, a credit bureau and partners, and what is left when a subject is erased."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from streams.outward import BUREAU
from tests.flow.flow_stand import BOOK, CODEC, Stand, determination, listing, person

START = date(2021, 3, 4)
ORDER = {"item": "COURT_CONSUMPTION_ORDER", "ground": None, "basis": "J-CONSUMPTION"}


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path / "keys").begin(START)


def performed(day: date, number: int = 1) -> bytes:
    said = determination(number, day)
    record = {
        "event_id": f"E-{number}",
        "subject": said["subject"],
        "target": {"document_no": said["document_no"], "item": said["item"]},
        "reason": "performed",
        "document_no": None,
        "document_date": day,
        "document_digest": None,
    }
    return CODEC.encode("GroundEnding", record)


def values(stand: Stand, topic: str) -> list[dict[str, Any] | None]:
    return [None if value is None else CODEC.decode(value).value for _, value in stand.topics[topic]]


def left(stand: Stand, topic: str) -> dict[bytes | None, bytes]:
    """What a compacted topic holds in the end."""
    last = dict(stand.topics[topic])
    return {key: value for key, value in last.items() if value is not None}


def days(stand: Stand, *which: date, crash: bool = False) -> None:
    for day in which:
        stand.tick(day, crash)


def prove(stand: Stand) -> None:
    """Every department proves that it has lifted what it was to lift."""
    for topic in [name for name in stand.topics if name.startswith("sanctions.") and not name.endswith(".current")]:
        for obligation in stand.read(topic):
            if obligation["state"] == "lifting":
                stand.send(topic.replace("sanctions", "feedback"), lifted(obligation))


def lifted(obligation: dict[str, Any]) -> bytes:
    subject = {"kind": "person", "id_type": "none", "case_ref": obligation["case_ref"]}
    record = {
        "event_id": f"F-{obligation['obligation_id']}",
        "subject": {**subject, "id_number": None, "name": None},
        "obligation_id": obligation["obligation_id"],
        "state": "lifted",
        "reason": None,
        "officer": "T1",
        "answered_on": obligation["day"],
    }
    return CODEC.encode("OfficerFeedback", record)


def kinds(stand: Stand) -> Sequence[str]:
    return [decision["kind"] for decision in stand.read("decisions")]


def test_a_listed_person_appears_masked_and_the_topic_of_entries_names_nobody(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    ((key, value),) = stand.topics["publication"]
    assert value is not None
    entry = CODEC.decode(value).value
    assert (entry["instrument"], entry["clause"], entry["disputed"]) == ("J-LIST", "第六条", False)
    assert entry["publication_id"].encode() == key and entry["document_no"]
    assert person(1).encode() not in value and "测试".encode() not in value
    ((shown, masked),) = stand.topics["displays"]
    assert shown is not None and shown.decode() == entry["display"]
    said = CODEC.decode(masked).value
    assert said == {"name": "测**", "number": f"990000{'*' * 11}{person(1)[-1]}"}


def test_whom_no_rule_shows_leaves_no_masked_form(stand: Stand) -> None:
    stand.send("events.court", listing(1, START, **ORDER))
    assert kinds(stand) == ["recorded"]
    assert not stand.topics["publication"] and not stand.topics["displays"] and not stand.topics["bureau"]


def test_the_person_is_told_before_the_bureau_and_a_delete_follows_the_end(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    assert [notice["kind"] for notice in stand.read("notices")] == ["listed", "before_bureau"]
    assert "《征信业管理条例》" in stand.read("notices")[-1]["text_zh"]
    assert not stand.topics["bureau"]
    days(stand, date(2021, 3, 5), crash=True)
    (put,) = stand.read("bureau")
    assert (put["action"], put["told_on"], put["day"]) == ("put", START, date(2021, 3, 5))
    assert stand.keyring.open_case_ref(put["case_ref"], BUREAU) == stand.read("decisions")[0]["subject"]
    stand.send("events.court", performed(date(2021, 3, 5)), crash=True)
    delete = stand.read("bureau")[-1]
    assert (delete["action"], delete["reason"], delete["version"]) == ("delete", "performed", 2)
    assert [name for name in ("case_ref", "item", "document_no", "document_date", "body") if delete[name]] == []
    assert left(stand, "publication") == {}


def test_a_partner_is_not_told_that_the_person_was_listed(stand: Stand) -> None:
    """Who lends money learns that a place has ended, and nothing of why: a list is no partner's to know."""
    today = date(2023, 1, 9)  # the item is of 2022
    days(stand, today)
    honour = {"item": "VOLUNTEER_GOOD_RECORD", "body": "SD-CIVIL-AFFAIRS", "ground": None, "event_id": "H-1"}
    basis = BOOK.items["VOLUNTEER_GOOD_RECORD"].instruments[0]
    stand.send("events.civil_affairs", listing(1, today, **honour, basis=basis))
    consent = {
        "event_id": "T-1",
        "subject": determination(1, today)["subject"],
        "step": "given",
        "recipient": "partner_loan",
        "purpose": "XINYI_LOAN",
        "day": today,
        "document_digest": "ef" * 32,
    }
    stand.send("cases.credit", CODEC.encode("PersonConsent", consent))
    stand.send("events.court", listing(1, today))
    assert stand.read("decisions")[-1]["moves"]["rewards"][-1]["reason"] == "on_an_adverse_list"
    granted, withdrawn = stand.read("partners.partner_loan")
    assert (granted["state"], granted["reason"]) == ("granted", "consented")
    assert (withdrawn["state"], withdrawn["reason"]) == ("withdrawn", "place_withdrawn")
    assert [withdrawn[name] for name in ("case_ref", "ground", "since")] == [None] * 3


def test_what_ended_before_the_feed_is_never_fed(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    stand.send("events.court", performed(START))
    days(stand, date(2021, 3, 5))
    assert not stand.topics["bureau"]
    assert stand.read("decisions")[-1]["moves"]["bureau"][0]["move"] == "ended"


def test_a_person_whose_clocks_are_over_is_erased_everywhere(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    stand.send("events.court", listing(2, START))
    stand.send("events.court", performed(START))
    prove(stand)
    (token, other) = dict.fromkeys(decision["subject"] for decision in stand.read("decisions"))
    assert bytes.fromhex(token) in stand.standing_bytes()
    # five years after the document, and thirty days of grace
    days(stand, date(2026, 4, 3))
    assert "erased" not in kinds(stand)
    days(stand, date(2026, 4, 4), crash=True)
    erased = stand.read("decisions")[-1]
    assert (erased["kind"], erased["subject"], erased["code"]) == ("erased", token, "all_clocks_over")
    assert bytes.fromhex(token) not in stand.standing_bytes() and bytes.fromhex(other) in stand.standing_bytes()
    for topic in ("identities", "displays"):
        assert {key.decode()[:32] for key in left(stand, topic) if key} == {other}, topic
    raised = stand.read("decisions")[0]["raised"]
    assert raised
    for one in raised:
        assert one["obligation_id"].encode() not in left(stand, f"sanctions.{one['executor']}.current")
    (told,) = values(stand, "erasures")
    ids = [one["obligation_id"] for one in raised]
    assert told == {
        "subject": token,
        "decision_id": erased["decision_id"],
        "day": date(2026, 4, 4),
        "obligations": ids,
    }


def test_a_name_for_which_a_standing_has_no_room_is_not_left_sealed(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No standing knows the name, so no erasure could take back what intake sealed under it."""
    stand.send("events.court", listing(1, START))
    sealed = left(stand, "identities")
    monkeypatch.setattr("streams.core.limits.RECORDS", 1)
    other = {**determination(1, START)["subject"], "name": "测试别名"}
    stand.send("events.court", listing(1, START, subject=other, document_no="二号", event_id="L-2"))
    assert stand.read("receipts.court")[-1]["faults"][0]["code"] == "SUBJECT_OVERFLOW"
    assert len(stand.topics["identities"]) > len(sealed), "intake did seal it"
    assert left(stand, "identities") == sealed
    stand.send("events.court", listing(1, START, document_no="三号", event_id="L-3"))
    assert left(stand, "identities") == sealed, "the name in force stays"


def test_a_person_who_comes_back_is_a_new_case_with_a_sealed_identity(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    stand.send("events.court", performed(START))
    prove(stand)
    days(stand, date(2026, 4, 4))
    assert kinds(stand)[-1] == "erased" and not left(stand, "identities")
    again = date(2026, 4, 4)
    stand.send("events.court", listing(1, again, document_no="(2026)鲁0102执9号", event_id="L-again"))
    assert stand.read("receipts.court")[-1]["outcome"] == "accepted"
    assert kinds(stand)[-1] == "recorded" and len(left(stand, "identities")) == 1 and len(left(stand, "displays")) == 1


def test_the_book_shows_only_the_court_list() -> None:
    assert [row.code for row in BOOK.publicity.values() if row.active] == ["COURT-DEFAULTERS"]
