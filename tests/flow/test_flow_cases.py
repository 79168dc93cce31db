"""A person's case, consent and supervision as the agents handle them: from bytes to receipts, marks and notices."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.core.standing import Standing
from tests.flow.flow_stand import CODEC, Stand, determination, listing, person

START = date(2026, 11, 2)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    stand = Stand(tmp_path / "keys").begin(START)
    stand.send("events.court", listing(1, START))
    return stand


def subject(number: int = 1) -> dict[str, Any]:
    return {"kind": "person", "id_type": "citizen", "id_number": person(number)}


def step(word: str, event_id: str, **changes: Any) -> bytes:
    listed = determination(1, START)
    value = {
        "event_id": event_id,
        "subject": subject(),
        "target": {"document_no": listed["document_no"], "item": listed["item"]},
        "matter": "objection",
        "step": word,
        "case_no": "YY-1",
        "day": START,
        **changes,
    }
    return CODEC.encode("CaseEvent", value)


def executor(stand: Stand) -> str:
    (topic,) = (name for name in stand.topics if name.startswith("sanctions.") and not name.endswith(".current"))
    return topic


def test_an_objection_marks_every_output_until_it_is_upheld_and_all_falls_in_one_transaction(stand: Stand) -> None:
    topic = executor(stand)
    assert [one["disputed"] for one in stand.read(topic)] == [False]
    stand.send("cases.court", step("opened", "C-1"))
    assert [(one["disputed"], one["state"], one["version"]) for one in stand.read(topic)[1:]] == [(True, "proposed", 2)]
    assert stand.read(f"{topic}.current")[-1]["disputed"] is True
    before = stand.transactions
    stand.send("cases.court", step("upheld", "C-2", document_no="YY-1-D", document_digest="cd" * 32))
    assert stand.transactions == before + 2  # one of intake, one of casework
    assert [(one["disputed"], one["state"]) for one in stand.read(topic)[2:]] == [(False, "lifting")]
    assert [receipt["outcome"] for receipt in stand.read("receipts.court")] == ["accepted"] * 3
    assert [notice["kind"] for notice in stand.read("notices")] == ["listed", "before_bureau", "case_upheld", "lifted"]
    assert "成立。该记录自即日起终止" in stand.read("notices")[2]["text_zh"]


def test_a_case_may_name_the_person_by_case_reference(stand: Stand) -> None:
    reference = stand.read("notices")[0]["case_ref"]
    by_reference = {"kind": "person", "id_type": "none", "case_ref": reference}
    stand.send("cases.court", step("opened", "C-1", subject=by_reference))
    assert stand.read("receipts.court")[-1]["outcome"] == "accepted"
    assert stand.read("decisions")[-1]["kind"] == "case_opened"
    assert len(stand.topics["identities"]) == 1  # a case adds no identity


def test_the_notice_of_a_listing_says_how_and_when_it_may_be_repaired(stand: Stand) -> None:
    notice, _ = stand.read("notices")
    assert "最早自2027年11月02日起可依《信用修复管理办法》" in notice["text_zh"]
    assert "公开作出信用承诺" in notice["text_zh"]


def test_a_repair_ends_the_record_and_is_told(stand: Stand) -> None:
    topic = executor(stand)
    stand.tick(date(2027, 11, 2))
    met = dict.fromkeys(("minimum_reached", "wrong_corrected", "duties_done", "public_promise"), True)
    document = {"document_no": "XF-1", "document_digest": "ce" * 32, "day": date(2027, 11, 2)}
    stand.send("cases.court", step("upheld", "C-1", matter="repair", **met, **document))
    assert stand.read("decisions")[-1]["kind"] == "repaired"
    assert stand.read(topic)[-1]["lift_reason"] == "repaired"
    told = stand.read("notices")[-1]
    assert told["kind"] == "repaired" and "终止公示、停止共享和使用" in told["text_zh"]


def test_a_repair_refused_says_when_it_may_be(stand: Stand) -> None:
    stand.send("cases.court", step("rejected", "C-1", matter="repair"))
    text = stand.read("notices")[-1]["text_zh"]
    assert "未获准" in text and "2027年11月02日" in text


def test_what_passes_its_day_is_decided_and_nobody_is_told_a_result(stand: Stand) -> None:
    stand.send("cases.court", step("opened", "C-1"))
    told = len(stand.read("notices"))
    for day in range(1, 20):
        stand.tick(START + timedelta(days=day))
    late = [one for one in stand.read("decisions") if one["kind"] == "overdue"]
    assert [(one["decided_on"], one["missed"][0]["ref"]) for one in late] == [(START + timedelta(days=16), "YY-1")]
    assert len(stand.read("notices")) == told


def order(word: str, **changes: Any) -> bytes:
    value = {"event_id": f"D-{word}", "step": word, "order_no": "DD-1", "channel": "org", "day": START, **changes}
    return CODEC.encode("SupervisionEvent", value)


def test_an_order_is_about_a_department_and_no_person(stand: Stand) -> None:
    due = START + timedelta(days=10)
    stand.send("cases.credit", order("ordered", duty="answer_proposals", due_on=due))
    assert [(one["state"], one["due_on"]) for one in stand.read("supervision.org")] == [("given", due)]
    stand.send("feedback.org", order("answered", done=True, officer="T-7"), crash=True)
    assert [one["state"] for one in stand.read("supervision.org")] == ["given", "done"]
    assert [one["outcome"] for one in stand.read("receipts.credit") + stand.read("receipts.org")] == ["accepted"] * 2
    assert [one["kind"] for one in stand.read("decisions")[1:]] == ["supervised", "supervised"]
    accepted = stand.read("accepted")[-1]
    assert accepted["subject"] == stand.keyring.token("channel", "org") and accepted["subject_kind"] == "entity"
    raw = stand.standing_bytes()[bytes.fromhex(accepted["subject"])]
    assert raw is not None and msgspec.msgpack.decode(raw, type=Standing).orders["DD-1"].done
    assert len(stand.topics["identities"]) == 1


def test_an_order_reaches_its_department_and_no_other_and_says_when_it_is_overdue(stand: Stand) -> None:
    due = START + timedelta(days=2)
    stand.send("cases.credit", order("ordered", duty="answer_proposals", due_on=due))
    for number in (1, 2):
        stand.tick(START + timedelta(days=number))
    assert len(stand.topics["supervision.org"]) == 1, "the due day is not over"
    stand.tick(due + timedelta(days=1), crash=True)
    stand.send("feedback.org", order("answered", officer="T-7"))
    stand.tick(due + timedelta(days=2))
    told = stand.read("supervision.org")
    assert [(one["state"], one["due_on"]) for one in told] == [("given", due), ("overdue", due), ("answered", due)]
    assert {(one["to"], one["by"], one["duty"]) for one in told} == {("org", "credit", "answer_proposals")}
    assert {key for key, _ in stand.topics["supervision.org"]} == {b"DD-1"}
    assert [topic for topic in stand.topics if topic.startswith("supervision")] == ["supervision.org"]
    assert (
        told[1]["decision_id"]
        == [one for one in stand.read("decisions") if one["kind"] == "overdue"][-1]["decision_id"]
    )


def test_a_consent_is_kept_and_withdrawn_without_a_record_of_the_person(stand: Stand) -> None:
    value = {
        "event_id": "T-1",
        "subject": subject(2),
        "step": "given",
        "recipient": "partner_rent",
        "purpose": "XINYI_RENT",
        "day": START,
        "document_digest": "ef" * 32,
    }
    stand.send("cases.credit", CODEC.encode("PersonConsent", value))
    stand.send("cases.credit", CODEC.encode("PersonConsent", {**value, "event_id": "T-2", "step": "withdrawn"}))
    assert [one["outcome"] for one in stand.read("receipts.credit")] == ["accepted"] * 2
    given, withdrawn = (one["consent"] for one in stand.read("decisions")[1:])
    assert (given["withdrawn_on"], withdrawn["withdrawn_on"]) == (None, START)


@pytest.mark.parametrize("topic", ["events.court", "feedback.org"])
def test_a_case_belongs_on_the_topic_of_cases(stand: Stand, topic: str) -> None:
    stand.send(topic, step("opened", "C-1"))
    receipts = stand.read(f"receipts.{topic.partition('.')[2]}")
    assert receipts[-1]["faults"][0]["code"] == "SCHEMA_NOT_ADMITTED"
