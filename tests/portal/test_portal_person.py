"""The person: own record, who looked, and what is filed - each on record first, and none of it about anybody else."""

import hashlib
import json
from typing import Any

import pytest
from portal_stand import AT, DAY, Door, person

from sinks.portal.people import LOOKS
from streams.querylog import Query
from tests.flow.flow_stand import BOOK, CODEC


def record(door: Door, number: int = 1, name: str | None = None) -> dict[str, Any]:
    status, told = door.get("/me/record", door.person(number, name))
    assert status == 200
    return told


def test_the_person_reads_everything_with_source_reason_and_what_can_be_done(door: Door) -> None:
    door.food(1)
    told = record(door)
    (own,) = told["records"]
    assert (own["source"]["channel"], own["source"]["event_id"], own["why_not"]) == ("market", "L-1", None)
    assert own["source"]["document_digest"] == "ab" * 32
    assert {one["measure"] for one in own["measures"]} == {"food_licence_refused", "food_post_ban"}
    assert all(one["executor_source"] == "project_mapping" for one in own["measures"])  # whose mapping
    (made,) = own["decisions"]
    assert made["kind"] == "recorded" and made["law"] == BOOK.digest
    assert made["reasons"] and all(made["reasons"])
    assert "第三十九条" in own["how_to_object"] and "山东省市场监督管理局" in own["how_to_object"]
    assert own["may_file"] == ["objection", "repair"]
    assert not told["name_differs"] and told["erased_on"] is None
    assert person(1) not in str(told) and "测试1" not in str(told) and "score" not in str(told)


def test_nobody_reads_anybody_elses(door: Door) -> None:
    door.food(1)
    mine = record(door)["records"][0]["record"]
    assert record(door, 2)["records"] == []
    status, told = door.post("/me/objections", door.person(2), record=mine)
    assert (status, told["code"]) == (404, "NO_SUCH_RECORD")
    assert not door.stand.received["cases.portal"]
    for path in ("/me/record", "/me/looks"):
        assert door.get(path, door.officer("market", "audit"))[1]["code"] == "PERSONS_ONLY"
    said = {"number": person(1), "name": "测试1", "purpose": "licensing", "matter": "x"}
    assert door.post("/status", door.person(2), **said)[1]["code"] == "OFFICERS_ONLY"
    asked = [(one.officer, one.channel, one.command, one.refused) for one in door.log.queries[-3:]]
    assert asked == [
        ("R-17", "market", "record", "PERSONS_ONLY"),
        ("R-17", "market", "looks", "PERSONS_ONLY"),
        ("self", None, "status", "OFFICERS_ONLY"),
    ]
    assert door.log.queries[-1].subject == door.stand.keyring.token("citizen", person(2))  # who asked, about whomever


def test_another_name_on_the_own_number_is_told_to_the_person(door: Door) -> None:
    door.food(1)
    told = record(door, name="测试另名")
    assert told["name_differs"] and len(told["records"]) == 1  # it may be somebody else's: see it, and object


def test_what_has_ended_says_why_and_what_is_erased_is_gone(door: Door) -> None:
    door.food(1)
    door.revoke(1)
    (own,) = record(door)["records"]
    assert own["why_not"] == "never_true" and own["ended_reason"] and own["may_file"] == ["objection"]
    assert {one["state"] for one in own["measures"]} == {"lifting"}


def test_an_erasure_takes_everything_but_its_day_and_who_looked(door: Door) -> None:
    door.food(1)
    said = {"number": person(1), "name": "测试1", "purpose": "licensing", "matter": "办17"}
    door.post("/status", door.officer("market", "licensing"), **said)
    door.erase(1)
    told = record(door)
    assert told["records"] == [] and told["erased_on"] == DAY.replace(year=DAY.year + 6).isoformat()
    assert door.get("/me/looks", door.person(1))[1]["looks"][0]["question"] == "status"


def test_the_person_reads_who_looked_and_who_was_refused(door: Door) -> None:
    door.food(1)
    said = {"number": person(1), "name": "测试1", "matter": "办17"}
    door.post("/status", door.officer("market", "licensing"), purpose="licensing", **said)
    door.post("/status", door.officer("railway", "licensing"), purpose="licensing", **said)
    door.post("/status", door.officer("market", "licensing"), purpose="licensing", **{**said, "number": person(2)})
    status, told = door.get("/me/looks", door.person(1))
    assert status == 200 and told["withheld"] == []
    seen = [(one["department_name"], one["purpose_name"], one["officer"], one["refused"]) for one in told["looks"]]
    assert seen == [
        ("市场监管", "实施行政许可", "R-17", None),
        ("铁路", "实施行政许可", "R-17", "PURPOSE_NOT_ALLOWED"),
        (None, "本人查询", "self", None),  # this very question
    ]
    assert "办17" in told["looks"][0]["content"]


def test_however_many_looked_a_page_is_read(door: Door) -> None:
    door.food(1)
    key = door.stand.keyring.token("citizen", person(1)).encode()
    for number in range(LOOKS + 3):
        look = Query("R-17", "audit", "status", f"办{number}", subject=key.decode(), channel="credit")
        door.stand.topics["querylog"].append((key, CODEC.encode("QueryLogged", {**look._asdict(), "at": AT})))
    newest = door.get("/me/looks", door.person(1))[1]
    assert (newest["page"], newest["pages"], newest["total"]) == (1, 2, LOOKS + 4)
    assert [one["content"] for one in newest["looks"]] == [*[f"办{n}" for n in range(4, LOOKS + 3)], "who looked"]
    older = door.get("/me/looks?page=2", door.person(1))[1]
    assert [one["content"] for one in older["looks"]] == [
        f"办{n}" for n in range(5)
    ]  # one more question: one more look
    assert door.get("/me/looks?page=0", door.person(1))[0] == 422


def test_a_look_by_a_command_at_one_decision_is_told_too(door: Door) -> None:
    door.food(1)
    made = door.stand.read("decisions")[0]
    fields = {
        "officer": "W-1", "purpose": "audit", "at": AT, "command": "explain", "content": made["decision_id"],
        "subject": None, "decision_id": made["decision_id"], "channel": None, "refused": None,
    }  # fmt: skip
    door.stand.topics["querylog"].append((made["decision_id"].encode(), CODEC.encode("QueryLogged", fields)))
    looks = door.get("/me/looks", door.person(1))[1]["looks"]
    assert ("W-1", "explain") in [(one["officer"], one["question"]) for one in looks]


def test_what_nobody_can_read_is_told_as_a_number_and_keeps_nobody_from_the_rest(door: Door) -> None:
    door.food(1)
    key = door.stand.keyring.token("citizen", person(1)).encode()
    log = door.stand.topics["querylog"]
    cut = CODEC.encode("QueryLogged", {**Query("R-17", "audit", "status", "m")._asdict(), "at": AT})[:-1]
    tick = CODEC.encode("ClockTick", {"day": DAY})
    log += [(key, b"no record"), (key, b""), (key, cut), (key, tick), (b"f" * 32, b"another's")]
    status, told = door.get("/me/looks", door.person(1))
    assert (status, told["unreadable"]) == (200, 4)
    assert [one["officer"] for one in told["looks"]] == ["self"]
    assert door.meters.registry.get_sample_value("chengxin_looks_unreadable_total") == 4
    assert door.get("/me/looks", door.person(2))[1]["unreadable"] == 0


def test_an_objection_marks_the_record_wherever_it_is_told(door: Door) -> None:
    door.food(1)
    (own,) = record(door)["records"]
    status, filed = door.post("/me/objections", door.person(1), record=own["record"])
    assert status == 202 and filed["channel"] == "market"
    receipt = door.stand.read("receipts.credit")[-1]
    assert (receipt["receipt_id"], receipt["outcome"]) == (filed["receipt_id"], "accepted")
    (own,) = record(door)["records"]
    assert own["disputed"] and own["may_file"] == ["repair"]
    assert [(case["case_no"], case["matter"], case["state"]) for case in own["cases"]] == [
        (filed["case_no"], "objection", "opened")
    ]
    assert all(one["disputed"] for one in door.proposals("market")[-2:])
    again = door.post("/me/objections", door.person(1), record=own["record"])
    assert (again[0], again[1]["code"]) == (409, "NOT_TO_BE_FILED")
    assert person(1).encode() not in b"".join(value or b"" for value in door.stand.received["cases.portal"])


def test_what_is_filed_twice_is_one_case(door: Door) -> None:
    """A person whose answer was lost files again, perhaps with another token, before anything was decided."""
    door.food(1)
    (own,) = record(door)["records"]
    sent, send = [], door.desk.cases.send
    door.desk.cases.send = sent.append  # type: ignore[method-assign, assignment]
    for _ in range(2):
        door.desk.cases.send = lambda paper: sent.append(paper) or "0" * 32  # type: ignore[method-assign]
        assert door.post("/me/objections", door.person(1), record=own["record"])[0] == 202
    first, second = sent
    assert first.filing == second.filing and first.declaration != second.declaration  # each names its session
    for paper in sent:
        send(paper)
    assert [one["outcome"] for one in door.stand.read("receipts.credit")[-2:]] == ["accepted", "duplicate"]


def test_a_repair_is_asked_for_once(door: Door) -> None:
    door.food(1)
    (own,) = record(door)["records"]
    assert door.post("/me/repairs", door.person(1), record=own["record"])[0] == 202
    (own,) = record(door)["records"]
    assert own["may_file"] == ["objection"] and not own["disputed"]  # a repair disputes nothing
    assert door.post("/me/repairs", door.person(1), record=own["record"])[1]["code"] == "NOT_TO_BE_FILED"


def test_an_honour_is_waived_and_a_penalty_is_not(door: Door) -> None:
    door.honour(1)
    door.food(1)
    honour, penalty = record(door)["records"]
    assert honour["may_file"] == ["objection", "waiver"]
    assert door.post("/me/waivers", door.person(1), record=penalty["record"])[0] == 409
    status, filed = door.post("/me/waivers", door.person(1), record=honour["record"])
    assert status == 202
    assert filed["digest"] == hashlib.sha256(filed["declaration"].encode()).hexdigest()
    assert json.loads(filed["declaration"])["kind"] == "waiver"
    honour, penalty = record(door)["records"]
    assert honour["why_not"] == "ground_fallen" and "放弃" in honour["ended_reason"]
    assert penalty["why_not"] is None


def test_under_another_name_nothing_is_waived_or_handed_on_and_it_is_objected_to(door: Door) -> None:
    """The records may be somebody else's: so the honour, and what a partner would be told of."""
    door.honour(1)
    (honour,) = record(door, name="测试另名")["records"]
    assert honour["may_file"] == ["objection"]
    other = door.person(1, "测试另名")
    offer = next(one for one in BOOK.offers.values() if one.partner is not None)
    said = {"recipient": offer.partner, "purpose": offer.code}
    for answer in (
        door.post("/me/waivers", other, record=honour["record"]),
        door.post("/me/consents", other, step="given", **said),
    ):
        assert (answer[0], answer[1]["code"]) == (409, "NAME_MISMATCH") and "异议" in answer[1]["zh"]
    assert not door.stand.received["cases.portal"]
    assert [one.refused for one in door.log.queries if one.command == "filing"] == [None, "NAME_MISMATCH"] * 2
    assert door.post("/me/objections", other, record=honour["record"])[0] == 202
    assert door.post("/me/consents", door.person(1), step="given", **said)[0] == 202
    assert door.post("/me/consents", other, step="withdrawn", **said)[0] == 202  # as easily as ever
    assert record(door)["consents"][0]["withdrawn_on"] is not None


def test_a_consent_is_given_and_taken_back(door: Door) -> None:
    offer = next(one for one in BOOK.offers.values() if one.partner is not None)
    said = {"recipient": offer.partner, "purpose": offer.code}
    status, filed = door.post("/me/consents", door.person(1), step="given", **said)
    assert (status, filed["channel"]) == (202, "credit")
    assert [one["withdrawn_on"] for one in record(door)["consents"]] == [None]
    assert door.post("/me/consents", door.person(1), step="withdrawn", **said)[0] == 202
    assert [one["withdrawn_on"] for one in record(door)["consents"]] == [DAY.isoformat()]
    digest = door.stand.read("accepted")[-1]["consent"]["document_digest"]
    assert digest != filed["digest"] and len(digest) == 64


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"recipient": "nobody", "purpose": "X", "step": "given"}, "RECIPIENT_UNKNOWN"),
        ({"recipient": "credit_bureau", "purpose": "X", "step": "given"}, "PURPOSE_NOT_LISTED"),
    ],
)
def test_a_consent_to_nobody_is_refused_with_intakes_own_code(door: Door, said: dict[str, str], code: str) -> None:
    status, told = door.post("/me/consents", door.person(1), **said)
    assert (status, told["code"]) == (409, code) and told["zh"]
    assert not door.stand.received["cases.portal"]


def test_no_log_no_record_and_nothing_filed(door: Door) -> None:
    door.food(1)
    (own,) = record(door)["records"]
    door.log.down = True
    token = door.person(1)
    answers = [
        door.get("/me/record", token),
        door.get("/me/looks", token),
        door.post("/me/objections", token, record=own["record"]),
        door.post("/me/consents", token, recipient="credit_bureau", purpose="credit_reporting", step="given"),
    ]
    assert {(status, told["code"]) for status, told in answers} == {(503, "LOG_UNAVAILABLE")}
    assert not door.stand.received["cases.portal"]


def test_a_filing_bears_the_day_by_which_intake_judges_it(door: Door) -> None:
    """The wall clock is a day ahead of the last tick: a record of tomorrow would be refused."""
    door.food(1)
    (own,) = record(door)["records"]
    assert door.today > DAY
    door.post("/me/objections", door.person(1), record=own["record"])
    assert door.stand.read("receipts.credit")[-1]["outcome"] == "accepted"
    assert door.stand.read("accepted")[-1]["case"]["day"] == DAY


def test_the_body_that_decides_sees_what_was_filed_and_answers_it(door: Door) -> None:
    door.food(1)
    (own,) = record(door)["records"]
    filed = door.post("/me/objections", door.person(1), record=own["record"])[1]
    status, told = door.post("/filings", door.officer("market", "objection"), matter="x")
    (paper,) = told["filings"]
    assert status == 200 and (paper["case_no"], paper["matter"]) == (filed["case_no"], "objection")
    assert (paper["document_no"], paper["day"]) == (own["document_no"], DAY.isoformat())
    decided = {
        "event_id": "c-1",
        "subject": {"kind": "person", "id_type": "none", "case_ref": paper["case_ref"]},
        "target": {"document_no": paper["document_no"], "item": paper["item"]},
        "matter": "objection",
        "step": "rejected",
        "case_no": paper["case_no"],
        "day": DAY,
    }
    door.stand.send("cases.market", CODEC.encode("CaseEvent", decided))
    assert door.stand.read("receipts.market")[-1]["outcome"] == "accepted"
    (own,) = record(door)["records"]
    assert not own["disputed"] and own["cases"][0]["state"] == "rejected"
    looked = [(one["department"], one["question"]) for one in door.get("/me/looks", door.person(1))[1]["looks"]]
    assert ("market", "filings") in looked  # each whose paper was shown can read it
    assert door.post("/filings", door.officer("police", "objection"), matter="x")[1]["filings"] == []
    assert door.post("/filings", door.officer("market", "licensing"), matter="x")[0] == 403
    assert door.post("/filings", door.officer("trading", "objection"), matter="x")[0] == 403  # decides nothing
    assert [one.refused for one in door.log.queries if one.command == "filings"] == [
        None,
        None,  # of the person
        None,
        *["PURPOSE_NOT_ALLOWED"] * 2,
    ]
