"""A decision explained over the portal: to whom the catalogue gives every record, on record first, nobody named."""

from typing import Any

import pytest
from clickhouse_driver.errors import NetworkError
from fastapi.testclient import TestClient
from portal_stand import Door, person

from sinks.portal import http
from sinks.portal.inbox import answering
from streams.core.decisions import Decision

ASKED = {"purpose": "audit", "matter": "核2026-3"}


def ask(door: Door, token: str, wanted: str, **said: Any) -> tuple[int, dict[str, Any]]:
    return door.post("/explain", token, decision_id=wanted, **{**ASKED, **said})


def made(door: Door) -> dict[str, Any]:
    door.food(1)
    return door.stand.read("decisions")[-1]


@pytest.mark.parametrize("by", ["decision_id", "receipt"])
def test_the_office_is_told_why_and_it_is_on_record_before(door: Door, by: str) -> None:
    decision = made(door)
    wanted = decision["decision_id"] if by == "decision_id" else decision["cause"]["receipt_id"]
    status, told = ask(door, door.officer("credit", "audit"), wanted)
    assert status == 200 and told["row"] == "AUDIT"
    (one,) = told["explanations"]
    assert one["decision_id"] == decision["decision_id"] and one["kind"] == "recorded"
    said = str(one["parts"])
    assert decision["subject"] in said and "不是对人的评价" in said and "第二十四条" in said
    for obligation in decision["raised"]:
        assert obligation["rule"] in said and obligation["clause"] in said
    assert person(1) not in said and "测试1" not in said
    (query,) = door.log.queries
    assert (query.officer, query.channel, query.purpose, query.command) == ("R-17", "credit", "audit", "explain")
    assert query.decision_id == wanted and query.refused is None and query.content == "AUDIT, 办件 核2026-3"


def test_the_person_reads_who_looked_at_the_decision(door: Door) -> None:
    decision = made(door)
    ask(door, door.officer("credit", "audit"), decision["decision_id"])
    status, told = door.get("/me/looks", door.person(1))
    assert status == 200
    (look,) = [one for one in told["looks"] if one["question"] == "explain"]
    assert (look["officer"], look["department"], look["purpose"]) == ("R-17", "credit", "audit")


@pytest.mark.parametrize(
    ("channel", "granted", "purpose"),
    [
        ("credit", "audit", "curiosity"),
        ("credit", "objection", "audit"),  # not given to this officer
        ("market", "audit", "audit"),  # not this department's
        ("market", "objection", "objection"),  # its own documents, but not what others were told
        ("market", "licensing", "licensing"),
    ],
)
def test_who_may_not_see_every_record_is_refused_and_that_is_on_record(
    door: Door, channel: str, granted: str, purpose: str
) -> None:
    decision = made(door)
    status, told = ask(door, door.officer(channel, granted), decision["decision_id"], purpose=purpose)
    assert (status, told["code"]) == (403, "PURPOSE_NOT_ALLOWED") and "explanations" not in told
    assert [one.refused for one in door.log.queries] == ["PURPOSE_NOT_ALLOWED"]


def test_without_the_log_nothing_is_explained(door: Door) -> None:
    decision = made(door)
    door.log.down = True
    status, told = ask(door, door.officer("credit", "audit"), decision["decision_id"])
    assert (status, told["code"]) == (503, "LOG_UNAVAILABLE")


def test_where_the_tables_are_away_nothing_is_explained_and_that_is_no_fault_of_ours(door: Door) -> None:
    decision, token = made(door), door.officer("credit", "audit")

    def away(_: str) -> list[Decision]:
        with answering():
            raise NetworkError("away")

    door.client = TestClient(http.build(door.desk._replace(find=away), {"keys": []}, None))  # type: ignore[arg-type]
    status, told = ask(door, token, decision["decision_id"])
    assert (status, told["code"]) == (503, "RECORDS_UNAVAILABLE")


def test_what_is_erased_and_what_never_was_are_one_answer(door: Door) -> None:
    decision = made(door)
    token = door.officer("credit", "audit")
    assert ask(door, token, decision["decision_id"])[0] == 200
    door.erase(1)
    erased, unknown = ask(door, token, decision["decision_id"]), ask(door, token, "f" * 32)
    assert erased == unknown and erased[0] == 404 and erased[1]["code"] == "NO_DECISION"
    assert [one.refused for one in door.log.queries[-2:]] == [None, "NO_DECISION"]


@pytest.mark.parametrize("wanted", ["990000198001010020", "F" * 32, "f" * 31, ""])
def test_what_is_no_id_is_no_question(door: Door, wanted: str) -> None:
    status, told = ask(door, door.officer("credit", "audit"), wanted)
    assert (status, told["code"]) == (422, "MALFORMED") and not door.log.queries


def test_an_officer_learns_for_what_decisions_are_explained(door: Door) -> None:
    status, told = door.get("/officer", door.officer("credit", "audit", "objection", "curiosity"))
    assert status == 200 and told["officer"] == "R-17" and told["channel"] == "credit"
    assert [one["code"] for one in told["purposes"]] == ["audit"] and not door.log.queries
    assert door.get("/officer", door.officer("market", "licensing"))[1]["purposes"] == []
    assert door.get("/officer", door.person(1))[0] == 403
    assert door.get("/officer", None)[0] == 401
