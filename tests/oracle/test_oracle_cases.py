"""A person's case, consents and orders are worked out again like everything else, and what is bent in them is named."""

import pytest
from oracle_history import START, Bend, alter, drop, messages, play_cases, verify

from streams.oracle.history import Message
from tests.flow.flow_stand import CODEC, Stand


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    return play_cases(Stand(tmp_path_factory.mktemp("keys")).begin(START))


def at(seen: list[Message], topic: str, **wanted: object) -> int:
    """Number within ``topic`` of the first record whose fields are as wanted."""
    values = [CODEC.decode(message.value).value for message in seen if message.topic == topic]
    return next(number for number, value in enumerate(values) if all(value[key] == wanted[key] for key in wanted))


def test_cases_match(honest: Stand) -> None:
    assert str(verify(honest, messages(honest))) == "match"
    kinds = {decision["kind"] for decision in honest.read("decisions")}
    assert {"case_opened", "case_closed", "repaired", "overdue", "consented", "supervised"} <= kinds
    missed = [one["kind"] for decision in honest.read("decisions") for one in decision["missed"]]
    assert {"case", "order", "proof"} == set(missed)


def test_a_mark_that_is_hidden_is_found(honest: Stand) -> None:
    seen = messages(honest)
    alter("sanctions.market", at(seen, "sanctions.market", disputed=True), disputed=False)(seen)
    assert "disputed" in str(verify(honest, seen))


@pytest.mark.parametrize("kind", ["case_opened", "case_closed", "repaired", "overdue", "consented", "supervised"])
def test_a_decision_that_is_missing_is_found(honest: Stand, kind: str) -> None:
    seen = messages(honest)
    bend: Bend = drop("decisions", at(seen, "decisions", kind=kind))
    bend(seen)
    assert str(verify(honest, seen)) != "match"


def test_an_overdue_day_that_is_moved_is_found(honest: Stand) -> None:
    seen = messages(honest)
    number = at(seen, "decisions", kind="overdue")
    alter("decisions", number, missed=[])(seen)
    assert "missed" in str(verify(honest, seen))


def test_what_a_department_is_told_of_an_order_is_worked_out_again(honest: Stand) -> None:
    seen = messages(honest)
    assert [one["state"] for one in honest.read("supervision.hr")] == ["given", "overdue", "done"]
    alter("supervision.hr", at(seen, "supervision.hr", state="done"), state="answered")(seen)
    assert "supervision.hr key DD-1" in str(verify(honest, seen))
