"""The agents' steps: what a record becomes, and that chunks, crashes and restarts change nothing."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from streams.era import Era
from streams.law import canonical
from tests.flow.flow_stand import BOOK, CODEC, Stand, amended, determination, listing, person, with_stated_term

START = date(2019, 3, 4)
CIVIL_SERVICE = "CIVIL-SERVICE-2018.v1/26-4"


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path / "keys").begin(START)


def test_one_listing_becomes_receipt_decision_obligations_and_notice(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    (receipt,) = stand.read("receipts.court")
    assert (receipt["outcome"], receipt["event_id"], receipt["law_digest"]) == ("accepted", "L-1", BOOK.digest)
    (decision,) = stand.read("decisions")
    assert {o["executor"] for o in decision["raised"]} == {"finance", "hr", "market"}  # M-141 in 2019
    (delta,) = stand.read("sanctions.hr")
    assert stand.keyring.open_case_ref(delta["case_ref"], "hr") == decision["subject"]
    assert delta["department_token"] == stand.keyring.department_token("hr", "citizen", person(1))
    notice, _ = stand.read("notices")  # and the one before a credit bureau is fed
    assert "确认后方可实施" in notice["text_zh"]


def test_a_record_in_the_first_version_is_the_same_record(stand: Stand) -> None:
    first = CODEC.encode("CreditDetermination", determination(1, START), 1)
    assert first != listing(1, START)
    stand.send("events.court", first)
    stand.send("events.court", listing(1, START, event_id="again"))
    assert [receipt["outcome"] for receipt in stand.read("receipts.court")] == ["accepted", "duplicate"]
    assert stand.read("accepted")[-1]["determination"]["valid_until"] is None


def test_the_last_day_a_document_states_reaches_decision_and_proposal(tmp_path: Path) -> None:
    stated = with_stated_term()
    stand = Stand(tmp_path / "keys")
    stand.law(stated, START)
    stand.tick(START)
    last = date(2021, 3, 3)
    stand.send("events.court", listing(1, START, valid_until=last))
    stand.send("events.court", listing(2, START))
    stand.send("events.court", listing(3, START, valid_until=date(2022, 3, 5)))
    codes = [[fault["code"] for fault in receipt["faults"]] for receipt in stand.read("receipts.court")]
    assert sorted(codes) == [[], ["VALID_UNTIL_MISSING"], ["VALID_UNTIL_OUTSIDE"]]
    (decision,) = stand.read("decisions")
    assert decision["entry"]["determination"]["valid_until"] == decision["entry"]["ends_on"] == last
    assert {one["ends_on"] for one in decision["raised"]} == {date(2020, 12, 6)}  # the memorandum ends before it


def test_no_number_and_no_name_leaves_intake_unsealed(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    stand.send("events.court", listing(1, START, event_id="again", ground="9"))
    for topic, records in stand.topics.items():
        for key, value in records:
            for secret in (person(1).encode(), "测试1".encode()):
                assert secret not in (key or b"") + (value or b""), topic
    assert len(stand.topics["identities"]) == 1


@pytest.mark.parametrize("value", [None, b"", b"\x00", b"junk", b"\x00\x00\x00\x00\x63abc"])
def test_unreadable_bytes_get_one_receipt_and_go_to_quarantine(stand: Stand, value: bytes | None) -> None:
    stand.send("events.tax" if "tax" in stand.desk.catalogue.channels else "events.police", value)
    receipts = [r for t in stand.topics if t.startswith("receipts.") for r in stand.read(t)]
    (kept,) = stand.read("quarantine")
    assert [r["outcome"] for r in receipts] == ["rejected"]
    assert (kept["receipt_id"], kept["size"]) == (receipts[0]["receipt_id"], len(value or b""))


def test_a_record_on_another_channel_is_refused(stand: Stand) -> None:
    stand.send("events.police", listing(1, START))
    codes = [fault["code"] for fault in stand.read("receipts.police")[0]["faults"]]
    assert "WRONG_CHANNEL" in codes


def test_synthetic_persons_are_refused_where_not_allowed(tmp_path: Path) -> None:
    stand = Stand(tmp_path / "keys", allow_synthetic=False).begin(START)
    stand.send("events.court", listing(1, START))
    assert stand.read("receipts.court")[0]["faults"][0]["code"] == "SYNTHETIC_NOT_ALLOWED"


def _busy(stand: Stand, crash: bool) -> Stand:
    """Fifteen listings, a new book with a shorter basis, the end of the listings' term."""
    for number in range(15):
        stand.send("events.court", listing(number, START, extra_years=number % 3), crash)
    shorter = amended(**{"M-141.v1/12": {"in_force_to": START + timedelta(days=20)}})
    stand.law(shorter, START + timedelta(days=5), crash)
    for day in range(1, 40):
        stand.tick(START + timedelta(days=day), crash)
    stand.tick(date(2024, 3, 5), crash)
    return stand


def test_chunks_crashes_and_restarts_change_no_byte(tmp_path: Path) -> None:
    whole = _busy(Stand(tmp_path / "keys", chunk=500).begin(START), crash=False)
    pieces = _busy(Stand(tmp_path / "keys", chunk=2).begin(START), crash=True)
    assert pieces.transactions > whole.transactions
    for topic in ("decisions", "sanctions.market", "sanctions.market.current", "receipts.court", "notices"):
        assert whole.topics[topic] == pieces.topics[topic], topic
    assert whole.standing_bytes().keys() == pieces.standing_bytes().keys()
    assert len(whole.read("decisions")) > 30


def test_a_basis_that_ends_lifts_by_tick(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    shorter = amended(**{"M-141.v1/12": {"in_force_to": START + timedelta(days=3)}})
    stand.law(shorter, START + timedelta(days=1))
    for day in (1, 2, 3):
        stand.tick(START + timedelta(days=day))
        assert {d["state"] for d in stand.read("sanctions.market")} == {"proposed"}
    assert stand.read("sanctions.market")[-1]["ends_on"] == START + timedelta(days=3)
    stand.tick(START + timedelta(days=4))
    assert stand.read("sanctions.market")[-1]["state"] == "lifting"
    assert [d["kind"] for d in stand.read("decisions")] == ["recorded", "law_applied", "disclosed", "law_applied"]


def test_a_new_book_reaches_standing_cases_on_its_first_day(tmp_path: Path) -> None:
    stand = Stand(tmp_path / "keys", chunk=3).begin(START)
    for number in range(8):
        stand.send("events.court", listing(number, START))
    without = amended(**{"M-141.v1/10": {"active": False, "inactive_reason": "rule_inactive"}})
    stand.law(without, START + timedelta(days=2))
    stand.tick(START + timedelta(days=1))
    assert {d["state"] for d in stand.read("sanctions.hr")} == {"proposed"}
    stand.tick(START + timedelta(days=2))
    lifted = [d for d in stand.read("sanctions.hr") if d["state"] == "lifting"]
    assert len(lifted) == 8
    assert {d["law_digest"] for d in lifted} == {without.digest}
    rule = BOOK.rules[CIVIL_SERVICE]
    assert rule.in_force_from is not None
    stand.tick(rule.in_force_from)
    assert len(stand.read("sanctions.org")) == 8  # a rule for standing cases begins


def test_before_the_first_tick_only_the_clock_is_read(tmp_path: Path) -> None:
    stand = Stand(tmp_path / "keys")
    assert not stand.steps["intake"].ready("events.court")
    assert stand.steps["intake"].ready("clock")
    stand.law(BOOK, START)
    assert not stand.steps["intake"].ready("events.court")
    stand.tick(START)
    assert stand.steps["intake"].ready("events.court")
    stand.restart()
    assert stand.steps["intake"].ready("events.court")


def test_unreadable_bytes_on_the_clock_stop_nothing(stand: Stand) -> None:
    stand.send("clock", b"junk")
    assert len(stand.read("quarantine")) == 1
    stand.send("events.court", listing(1, START))
    assert len(stand.read("decisions")) == 1


def test_an_old_tick_changes_nothing(stand: Stand) -> None:
    before = stand.stores["casework"].get(b"era")
    stand.tick(START - timedelta(days=1))
    stand.tick(START)
    assert stand.stores["casework"].get(b"era") == before


def test_an_officers_answer_comes_back_by_case_reference(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    (delta,) = stand.read("sanctions.hr")
    answer = {
        "event_id": "a1",
        "subject": {"kind": "person", "id_type": "none", "case_ref": delta["case_ref"]},
        "obligation_id": delta["obligation_id"],
        "state": "confirmed",
        "officer": "officer-07",
        "answered_on": START,
    }
    stand.send("feedback.market", CODEC.encode("OfficerFeedback", answer))
    assert stand.read("receipts.market")[-1]["faults"][0]["code"] == "CASE_REF_INVALID"
    stand.send("feedback.hr", CODEC.encode("OfficerFeedback", answer))
    assert stand.read("sanctions.hr")[-1]["state"] == "confirmed"
    assert stand.read("sanctions.hr.current")[-1]["version"] == 2


def test_a_correction_needs_the_number_again(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    new = {k: v for k, v in determination(1, START, ground="3").items() if k not in ("event_id", "subject")}
    target = {"document_no": new["document_no"], "item": new["item"]}
    said = {
        "event_id": "c1",
        "subject": {"kind": "person", "id_type": "none", "case_ref": "00" * 32},
        "target": target,
        "document_no": "更正1",
        "document_date": START,
        "document_digest": "cd" * 32,
        "replacement": new,
    }
    stand.send("events.court", CODEC.encode("RecordCorrection", said))
    assert stand.read("receipts.court")[-1]["faults"][0]["field"] == "subject.id_number"


def test_era_keeps_several_announcements_apart() -> None:
    assert not Era().begun
    assert Era().ticked(START).day == START


def test_a_record_may_overtake_its_partitions_first_tick(tmp_path: Path) -> None:
    """Intake's tasks run apart: one may send a subject to a partition whose own first tick is not there yet."""
    ahead = Stand(tmp_path / "keys").begin(START)
    ahead.send("events.court", listing(1, START))
    behind = Stand(tmp_path / "keys")
    behind.books = ahead.books
    early = ahead.topics["accepted"][-1]
    behind.topics["accepted"] = [early, *ahead.topics["accepted"][:-1]]
    behind.work_off()
    assert behind.topics["decisions"] == ahead.topics["decisions"]
    behind.tick(START + timedelta(days=1))
    assert [d["kind"] for d in behind.read("decisions")] == ["recorded", "disclosed"]  # fed the day after the notice


def test_a_partition_a_day_behind_judges_by_the_day_of_intake(tmp_path: Path) -> None:
    rule = BOOK.rules[CIVIL_SERVICE]
    assert rule.in_force_from is not None
    ahead = Stand(tmp_path / "keys").begin(rule.in_force_from - timedelta(days=1))
    ahead.tick(rule.in_force_from)
    ahead.send("events.court", listing(1, rule.in_force_from))
    behind = Stand(tmp_path / "keys")
    *earlier, tick, record = ahead.topics["accepted"]
    behind.topics["accepted"] = [*earlier, record, tick]
    behind.work_off()
    assert behind.topics["decisions"] == ahead.topics["decisions"]
    assert len(behind.read("sanctions.org")) == 1


def test_a_book_never_goes_back_where_a_partition_is_behind(tmp_path: Path) -> None:
    """Two intake tasks, one before and one after a law event of the same day; a casework partition behind both. Under
    the older book a measure is missing that the newer one raises."""
    day, hr = START + timedelta(days=1), "M-141.v1/10"
    without = amended(**{hr: {"active": False, "inactive_reason": "rule_inactive"}})
    ahead = Stand(tmp_path / "keys")
    ahead.law(without, START)
    ahead.tick(START)
    ahead.tick(day)
    ahead.send("events.court", listing(1, START, document_no="older", event_id="older"))
    ahead.law(BOOK, day)
    ahead.send("events.court", listing(1, START, document_no="newer", event_id="newer"))
    behind = Stand(tmp_path / "keys")
    behind.books.update(ahead.books)
    announced, begun, tick, older, law, newer = ahead.topics["accepted"]
    behind.topics["accepted"] = [announced, begun, newer, older, tick, law]
    behind.work_off()
    decisions = behind.read("decisions")
    assert [(one["kind"], one["law_digest"], one["decided_on"]) for one in decisions] == [
        ("recorded", BOOK.digest, day),
        ("recorded", BOOK.digest, day),
    ]
    assert {one["rule"] for one in decisions[1]["raised"]} >= {hr}
    assert {one["state"] for one in behind.read("sanctions.hr.current")} == {"proposed"}
    behind.tick(day + timedelta(days=1))
    assert {one["law_digest"] for one in behind.read("decisions")} == {BOOK.digest}
    assert {one["state"] for one in behind.read("sanctions.hr.current")} == {"proposed"}


def test_a_rule_of_the_past_for_standing_cases_stops_nobody(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    stand.law(amended(**{CIVIL_SERVICE: {"in_force_from": date(2030, 1, 1)}}), START + timedelta(days=1))
    passed = {"in_force_from": START + timedelta(days=50), "in_force_to": START + timedelta(days=80)}
    for day in range(1, 100):
        stand.tick(START + timedelta(days=day))
    stand.law(amended(**{CIVIL_SERVICE: passed}), START + timedelta(days=100))
    stand.tick(START + timedelta(days=100))
    stand.tick(START + timedelta(days=101))
    assert not stand.read("sanctions.org")


def test_of_two_books_announced_ahead_the_one_with_the_later_day_wins(tmp_path: Path) -> None:
    stand = Stand(tmp_path / "keys")
    later = amended(**{"M-141.v1/10": {"active": False, "inactive_reason": "rule_inactive"}})
    stand.law(later, START)
    stand.law(BOOK, START - timedelta(days=5))
    stand.tick(START)
    stand.send("events.court", listing(1, START))
    assert stand.read("receipts.court")[0]["law_digest"] == later.digest


@pytest.mark.parametrize("gone", ["items", "measures", "instruments"])
def test_a_book_that_drops_a_row_stops_nobody(stand: Stand, gone: str) -> None:
    stand.send("events.court", listing(1, START))
    rules = {key: rule for key, rule in BOOK.rules.items() if rule.memorandum != "M-141"}
    dropped = {
        "items": {"items": {}, "rules": {}},
        "measures": {"measures": {}, "rules": {}},
        "instruments": {"instruments": {}, "rules": rules},
    }[gone]
    book = canonical.parse(canonical.dump(msgspec.structs.replace(BOOK, **dropped)))
    stand.law(book, START + timedelta(days=1))
    stand.tick(START + timedelta(days=1))
    assert {d["state"] for d in stand.read("sanctions.market.current")[-1:]} == {"lifting"}
    assert stand.read("notices")[-1]["kind"] == "lifted"


def test_an_ending_adds_no_name_to_the_sealed_identities(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    said = {
        "event_id": "e1",
        "subject": {"kind": "person", "id_type": "citizen", "id_number": person(1), "name": "别名"},
        "target": {"document_no": f"({START.year})鲁执1号", "item": "COURT_DEFAULTER_LISTING"},
        "reason": "performed",
        "document_date": START,
    }
    stand.send("events.court", CODEC.encode("GroundEnding", said))
    assert len(stand.topics["identities"]) == 1
