"""One event raises 51 obligations: decided once, told in one transaction to every department, lifted in one too."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.core.decisions import Decision
from streams.core.evolve import evolve
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.law import canonical
from streams.wire import from_avro
from tests.flow.flow_stand import BOOK, CATALOGUE, CODEC, Stand, determination, listing, person

START = date(2026, 11, 2)
MANY = 51
LISTED = "COURT_DEFAULTER_LISTING"
LIKE = "M-ANY-51.v1"  # a memorandum of a law that does not exist


def book() -> LawBook:
    """The packaged book, in which one item has 51 rules: as many measures, in turn for every executing department."""
    rule = next(one for one in BOOK.rules.values() if one.active and LISTED in one.items and one.in_force_to is None)
    executors = CATALOGUE.channels_of("sanctions")
    body_of = {body.channel: code for code, body in sorted(BOOK.bodies.items(), reverse=True)}
    rules = {
        f"{LIKE}/{number}": msgspec.structs.replace(
            rule,
            rule_id=f"{LIKE}/{number}",
            memorandum="M-ANY-51",
            no=str(number),
            measure=measure,
            items=(LISTED,),
            executor=executors[number % len(executors)],
            executor_body=body_of[executors[number % len(executors)]],
        )
        for number, measure in enumerate(sorted(BOOK.measures)[:MANY])
    }
    kept = {key: one for key, one in BOOK.rules.items() if LISTED not in one.items}
    return canonical.parse(canonical.dump(msgspec.structs.replace(BOOK, rules={**kept, **rules})))


LAW = book()


def ended() -> bytes:
    listed = determination(1, START)
    value = {
        "event_id": "E-1",
        "subject": {"kind": "person", "id_type": "citizen", "id_number": person(1)},
        "target": {"document_no": listed["document_no"], "item": listed["item"]},
        "reason": "performed",
        "document_date": START,
    }
    return CODEC.encode("GroundEnding", value)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    stand = Stand(tmp_path / "keys")
    stand.law(LAW, START)
    stand.tick(START)
    return stand


def told(stand: Stand, suffix: str = "") -> list[dict[str, Any]]:
    topics = [f"sanctions.{channel}{suffix}" for channel in CATALOGUE.channels_of("sanctions")]
    return [one for topic in topics for one in stand.read(topic)]


@pytest.mark.parametrize("crash", [False, True])
def test_one_event_raises_51_obligations_in_one_batch(stand: Stand, crash: bool) -> None:
    before = stand.transactions
    stand.send("events.court", listing(1, START), crash)
    assert stand.transactions == before + 2  # one of intake, one of casework

    (decision,) = [from_avro(value, Decision) for value in stand.read("decisions")]
    assert len(decision.raised) == MANY == len({one.obligation_id for one in decision.raised})
    assert len({one.measure for one in decision.raised}) == MANY
    assert {one.executor for one in decision.raised} == set(CATALOGUE.channels_of("sanctions"))
    assert {one.state for one in decision.raised} == {"proposed"} and decision.considered == ()

    for suffix in ("", ".current"):
        proposed = told(stand, suffix)
        assert {one["obligation_id"]: one["executor"] for one in proposed} == {
            one.obligation_id: one.executor for one in decision.raised
        }
        assert len(proposed) == MANY
        tokens = {(one["executor"], one["department_token"]) for one in proposed}
        assert len(tokens) == len({token for _, token in tokens}) == len(CATALOGUE.channels_of("sanctions"))
    (receipt,) = stand.read("receipts.court")
    assert (receipt["outcome"], receipt["faults"], receipt["warnings"]) == ("accepted", [], [])
    notices = Counter(one["kind"] for one in stand.read("notices"))
    assert notices == {"listed": 1, "before_bureau": 1}  # one for the document, not one for each measure


def test_the_notice_names_every_measure(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    (text,) = [one["text_zh"] for one in stand.read("notices") if one["kind"] == "listed"]
    for one in told(stand):
        assert LAW.measures[one["measure"]].name in text


def test_what_was_told_comes_back_from_its_bytes_and_folds_to_the_same_standing(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    (raw,) = (value for _, value in stand.topics["decisions"])
    decision = from_avro(CODEC.decode(raw).value, Decision)
    assert CODEC.encode("Decision", decision) == raw
    (state,) = [raw for key, raw in stand.standing_bytes().items() if len(key) == 16]
    assert state is not None
    kept = msgspec.msgpack.decode(state, type=Standing)
    assert kept == evolve(Standing(decision.subject), decision)
    assert len(kept.obligations[f"court|{determination(1, START)['document_no']}|{LISTED}"]) == MANY


def test_all_of_them_fall_in_one_batch(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    raised = {one["obligation_id"] for one in told(stand)}
    before = stand.transactions
    stand.send("events.court", ended())
    assert stand.transactions == before + 2
    newest = {one["obligation_id"]: one for one in told(stand, ".current")}
    assert newest.keys() == raised
    assert {(one["state"], one["version"]) for one in newest.values()} == {("lifting", 2)}
    (decision,) = [one for one in stand.read("decisions") if one["kind"] == "ended"]
    assert {one["obligation_id"] for one in decision["changed"]} == raised
    assert [one["kind"] for one in stand.read("notices")] == ["listed", "before_bureau", "lifted"]


def test_no_two_obligations_of_two_persons_share_an_id(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    stand.send("events.court", listing(2, START))
    assert len({one["obligation_id"] for one in told(stand)}) == len(told(stand)) == 2 * MANY
