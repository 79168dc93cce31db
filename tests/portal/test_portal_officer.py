"""An officer's two questions: what the catalogue lets the department know, and whom its own proposal is about."""

import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from portal_stand import DAY, Door, person

from sinks.portal.limits import STEP_S
from sinks.portal.people import Known
from tests.flow.flow_stand import BOOK, amended

ASKED = {"matter": "办2026-17", "purpose": "licensing"}


def ask(door: Door, token: str, number: int, name: str | None = None, **said: Any) -> tuple[int, dict[str, Any]]:
    return door.post("/status", token, **{"number": person(number), "name": name or f"测试{number}", **ASKED, **said})


def test_the_department_is_told_its_own_measures_of_the_row_and_no_others(door: Door) -> None:
    door.food(1)
    door.order(1)  # the same person: railway, aviation, ... none of the market regulator's business
    status, told = ask(door, door.officer("market", "licensing"), 1)
    assert status == 200 and told["row"] == "LICENSING-MARKET"
    (record,) = told["records"]
    assert (record["item"], record["disputed"], record["severity"]) == ("FOOD_LICENCE_REVOKED", False, "ordinary")
    assert [(one["measure"], one["executor"]) for one in record["measures"]] == [("food_licence_refused", "market")]
    assert len(door.proposals("market")) == 2  # food_post_ban is the department's too, and of no licence
    assert "score" not in str(told) and person(1) not in str(told) and "测试1" not in str(told)


def test_who_is_unknown_and_who_is_others_business_get_one_answer(door: Door) -> None:
    door.order(2)
    token = door.officer("market", "licensing")
    unknown, others = ask(door, token, 3), ask(door, token, 2)
    wrong_name = ask(door, token, 2, "谁也不是")  # would tell that the number is known
    assert unknown == others == wrong_name
    assert unknown[0] == 200 and unknown[1]["records"] == []


def test_how_long_an_answer_takes_tells_nothing_either(door: Door) -> None:
    """Reading takes longer the more is decided: told, refused or nothing, the answer leaves by the step."""
    door.food(1)
    door.order(2)
    read = door.desk.people.known

    def slow(subject: str) -> Known:
        found = read(subject)
        door.now += 0.01 + 0.03 * len(found.decisions)
        return found

    door.desk.people.known = slow  # type: ignore[method-assign]
    token, took = door.officer("market", "licensing"), []
    for number, name in ((1, None), (1, "谁也不是"), (2, None), (3, None)):
        began = door.now
        ask(door, token, number, name)
        took.append(round(door.now - began, 6))
    assert took == [STEP_S] * 4


def test_another_name_is_told_nothing(door: Door) -> None:
    door.food(1)
    status, told = ask(door, door.officer("market", "licensing"), 1, "谁也不是")
    assert (status, told["code"]) == (409, "NAME_MISMATCH")
    assert [one.refused for one in door.log.queries] == [None, "NAME_MISMATCH"]


def test_what_has_ended_is_told_to_nobody(door: Door) -> None:
    door.food(1)
    token = door.officer("market", "licensing", "objection")
    assert ask(door, token, 1, purpose="objection")[1]["records"]
    door.revoke(1)
    for purpose in ("licensing", "objection"):
        assert ask(door, token, 1, purpose=purpose)[1]["records"] == []


def test_a_measure_that_is_being_lifted_is_told_to_nobody_though_its_record_stands(door: Door) -> None:
    door.food(1)
    proposal = next(one for one in door.proposals("market") if one["measure"] == "food_licence_refused")
    door.stand.law(amended(**{"FOOD-SAFETY.v1/135-1-licence": {"active": False}}), DAY)
    door.stand.tick(DAY + timedelta(days=1))
    assert door.proposals("market")[-1]["state"] == "lifting"
    assert ask(door, door.officer("market", "licensing"), 1)[1]["records"] == []
    for channel, purpose in (("credit", "audit"), ("market", "objection")):
        (record,) = ask(door, door.officer(channel, purpose), 1, purpose=purpose)[1]["records"]
        assert [one["measure"] for one in record["measures"]] == ["food_post_ban"]
    assert resolve(door, door.officer("market", "confirmation"), proposal)[0] == 200  # whom to lift it from


def test_of_a_repaired_record_nothing_is_told_but_the_ban_that_the_law_lets_go_on(door: Door) -> None:
    door.food(1)
    door.repair(1, DAY.replace(year=DAY.year + 1))
    door.today = DAY.replace(year=DAY.year + 1)
    (record,) = ask(door, door.officer("market", "licensing"), 1)[1]["records"]
    assert [one["measure"] for one in record["measures"]] == ["food_licence_refused"]
    for channel, purpose in (("credit", "audit"), ("market", "objection")):
        assert ask(door, door.officer(channel, purpose), 1, purpose=purpose)[1]["records"] == []


@pytest.mark.parametrize(("after", "told"), [(0, 1), (1, 0)])
def test_what_is_over_is_not_told_though_the_tick_is_late(door: Door, after: int, told: int) -> None:
    door.food(1)
    token = door.officer("market", "licensing")
    last = date.fromisoformat(ask(door, token, 1)[1]["records"][0]["ends_on"])
    door.today = last + timedelta(days=after)
    assert len(ask(door, token, 1)[1]["records"]) == told


def test_who_is_erased_is_nobody(door: Door) -> None:
    door.food(1)
    proposal = door.proposals("market")[0]
    door.erase(1)
    assert ask(door, door.officer("market", "licensing"), 1) == ask(door, door.officer("market", "licensing"), 9)
    assert resolve(door, door.officer("market", "confirmation"), proposal)[0] == 404


@pytest.mark.parametrize(
    ("channel", "granted", "purpose", "refused"),
    [
        ("market", "licensing", "curiosity", "PURPOSE_NOT_ALLOWED"),  # none of the catalogue
        ("market", "audit", "audit", "PURPOSE_NOT_ALLOWED"),  # of another department
        ("market", "confirmation", "confirmation", "PURPOSE_NOT_ALLOWED"),  # of another question
        ("market", "objection", "licensing", "PURPOSE_NOT_ALLOWED"),  # not given to this officer
        ("market", "commendation", "commendation", "PURPOSE_NOT_ALLOWED"),  # not in use
        ("org", "recruitment", "recruitment", "PURPOSE_NOT_ALLOWED"),  # the row is not in use
        ("railway", "public_service", "public_service", "PURPOSE_NOT_ALLOWED"),
    ],
)
def test_what_the_catalogue_does_not_allow_is_refused_and_on_record(
    door: Door, channel: str, granted: str, purpose: str, refused: str
) -> None:
    door.food(1)
    status, told = ask(door, door.officer(channel, granted), 1, purpose=purpose)
    assert (status, told["code"]) == (403, refused) and "/applications" in told["en"]
    (query,) = door.log.queries
    assert (query.officer, query.channel, query.purpose, query.refused) == ("R-17", channel, purpose, refused)
    assert query.subject == door.stand.keyring.token("citizen", person(1))


def test_an_audit_sees_every_record_that_stands(door: Door) -> None:
    door.food(1)
    door.order(1)
    told = ask(door, door.officer("credit", "audit"), 1, purpose="audit")[1]
    assert {one["item"] for one in told["records"]} == {"FOOD_LICENCE_REVOKED", "COURT_CONSUMPTION_ORDER"}


def resolve(door: Door, token: str, proposal: dict[str, Any], **changes: str) -> tuple[int, dict[str, Any]]:
    said = {"obligation_id": proposal["obligation_id"], "case_ref": proposal["case_ref"], "matter": "办17", **changes}
    return door.post("/resolve", token, **said)


def test_the_confirming_department_learns_the_name_of_its_own_proposal(door: Door) -> None:
    door.order(2)
    status, told = resolve(door, door.officer("railway", "confirmation"), door.proposals("railway")[0])
    assert status == 200
    assert (told["name"], told["number"]) == ("测试2", person(2)[:6] + "*" * 11 + person(2)[-1])
    (query,) = door.log.queries
    assert (query.purpose, query.refused, query.channel) == ("confirmation", None, "railway")
    assert query.subject == door.stand.keyring.token("citizen", person(2))


def test_nobody_elses_proposal_can_be_resolved(door: Door) -> None:
    door.order(2)
    door.food(3)
    railway, aviation = door.proposals("railway")[0], door.proposals("aviation")[0]
    market = door.proposals("market")[0]
    token = door.officer("railway", "confirmation")
    answers = [
        resolve(door, token, aviation),  # theirs, with their reference
        resolve(door, token, railway, obligation_id=aviation["obligation_id"]),  # theirs, with ours for the same person
        resolve(door, token, railway, obligation_id=market["obligation_id"]),  # about somebody else
        resolve(door, token, railway, obligation_id="0" * 32),
        resolve(door, token, railway, case_ref="0" * 64),
    ]
    assert {status for status, _ in answers} == {404}
    assert len({str(told) for _, told in answers}) == 1  # whoever guesses learns nothing
    assert [one.refused for one in door.log.queries].count("NOT_YOURS") == len(answers)
    looked = door.log.queries[0]  # with another department's reference; whose it is can read that it was tried
    assert (looked.subject, looked.refused) == (door.stand.keyring.token("citizen", person(2)), "NOT_YOURS")
    assert door.log.queries[-1].subject is None  # a guess is nobody's
    notice = door.stand.read("notices")[0]  # its reference is the court's, and the court executes nothing
    assert resolve(door, door.officer("court", "confirmation"), railway, case_ref=notice["case_ref"])[0] == 403


def test_a_proposal_that_is_answered_with_no_is_resolved_no_more(door: Door) -> None:
    door.order(2)
    first, second = door.proposals("railway")[:2]
    reason = next(iter(BOOK.refusals))
    for proposal, state, why, status in ((first, "confirmed", None, 200), (second, "not_applicable", reason, 404)):
        door.answer("railway", proposal, state, why)
        assert resolve(door, door.officer("railway", "confirmation"), proposal)[0] == status


def test_no_log_no_answer_and_no_refusal_either(door: Door) -> None:
    door.food(1)
    door.order(2)
    door.log.down = True
    token, proposal = door.officer("market", "licensing"), door.proposals("railway")[0]
    answers = [
        ask(door, token, 1),
        ask(door, token, 1, purpose="audit"),
        resolve(door, door.officer("railway", "confirmation"), proposal),
        resolve(door, door.officer("aviation", "confirmation"), proposal),
    ]
    assert {(status, told["code"]) for status, told in answers} == {(503, "LOG_UNAVAILABLE")}
    assert len({str(told) for _, told in answers}) == 1


def test_so_many_questions_a_minute_and_one_word_on_record_about_more(tmp_path: Path) -> None:
    door = Door(tmp_path, per_minute=2)
    first, second = door.officer("market", "licensing"), door.issuer.officer("R-18", "market", ["licensing"])
    assert [ask(door, first, 1)[0] for _ in range(4)] == [200, 200, 429, 429]
    assert ask(door, second, 1)[0] == 200  # somebody else's minute
    assert [one.refused for one in door.log.queries] == [None, None, "TOO_MANY", None]
    door.now = 59.9
    assert ask(door, first, 1)[0] == 429
    door.now = 60.0
    assert ask(door, first, 1)[0] == 200


@pytest.mark.parametrize(
    "said",
    [
        {"number": "990000"},
        {"number": person(1)[:17] + ("1" if person(1)[17] != "1" else "2")},
        {"matter": f"办{person(1)}"},
        {"matter": f"{person(1)[:6]}-{person(1)[6:14]}-{person(1)[14:]}"},
        {"matter": "a\nb"},
        {"extra": 1},
        {"name": ""},
        {"purpose": "A'; DROP"},
    ],
)
def test_a_malformed_question_is_told_the_field_and_nothing_of_what_was_in_it(
    door: Door, caplog: pytest.LogCaptureFixture, said: dict[str, Any]
) -> None:
    caplog.set_level(logging.DEBUG)
    whole = {"number": person(1), "name": "测试1", **ASKED, **said}
    status, told = door.post("/status", door.officer("market", "licensing"), **whole)
    assert status == 422 and told["code"] in ("MALFORMED", "NUMBER_INVALID")
    for number in (person(1), said.get("number", "-" * 20)):
        assert number not in str(told) + caplog.text + str(door.log.queries)


def test_what_the_portal_says_of_itself_holds_nobody(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    door.food(1)
    ask(door, door.officer("market", "licensing"), 1)
    answer = door.client.get(f"/status/{person(1)}?number={person(1)}")
    assert answer.status_code == 404 and person(1) not in answer.text
    assert "POST /status 200" in caplog.text and "测试1" not in caplog.text
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("sinks.portal")]
    assert not any(person(1) in line for line in ours) and "GET - 404" in " ".join(ours)
    assert answer.headers["cache-control"] == "no-store"


def test_refusals_are_counted_by_their_kind(door: Door) -> None:
    token = door.officer("market", "licensing")
    ask(door, token, 1)
    ask(door, token, 1, purpose="audit")
    ask(door, token, 1, matter="")
    ask(door, "no token", 1)
    door.log.down = True
    ask(door, token, 1)
    kinds = ("unknown_purpose", "no_id", "no_officer", "no_log", "not_allowed")
    found = [door.meters.registry.get_sample_value("chengxin_query_refusals_total", {"refusal": one}) for one in kinds]
    assert found == [1, 1, 1, 1, 0]  # and what was never refused is there, so that the first one is seen to come


def test_a_fault_of_ours_quotes_nothing(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: str) -> None:
        raise RuntimeError(person(1))

    people = door.desk.people
    people.known = broken  # type: ignore[method-assign, assignment]
    status, told = ask(door, door.officer("market", "licensing"), 1)
    assert (status, told["code"]) == (500, "INTERNAL")
    assert person(1) not in str(told) and person(1) not in caplog.text and "RuntimeError" in caplog.text
