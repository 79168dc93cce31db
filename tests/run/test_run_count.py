"""What the last line of a run counts, over decisions as topics hold them."""

from datetime import date
from typing import Any

import msgspec
import pytest

from schemas.codec import Codec
from streams.cases.model import Step
from streams.cases.stage import Stage
from streams.core.decisions import Decision
from streams.core.law import LawBook
from streams.law import loader
from streams.run.count import said
from streams.run.orphans import orphans

DAY = date(2026, 10, 12)
NEXT = date(2026, 10, 13)
BAR = "CIVIL-SERVICE-2018.v1/26-4"
CODEC = Codec.load()
LAW = loader.load()


def decided(*steps: dict[str, Any], law: LawBook = LAW) -> list[dict[str, Any]]:
    """The decisions of one day's records about one person, read back from their bytes."""
    stage = Stage(law, DAY)
    made = [one for step in steps for one in stage.play(msgspec.convert(step, Step)).decisions]
    return [read(one) for one in made]


def read(decision: Decision) -> dict[str, Any]:
    return CODEC.decode(CODEC.encode("Decision", decision)).value


LISTED = {"determination": {"ground": "2"}}  # two years, one bar
OPENED, UPHELD, REJECTED = ({"case": {"step": step}} for step in ("opened", "upheld", "rejected"))
RENUMBERED = {"correction": {"says": {"document_no": "other"}}}


def test_what_stands_on_a_live_entry_is_no_orphan() -> None:
    made = decided(LISTED, RENUMBERED)
    assert len(made[0]["raised"]) == 1
    assert orphans(made, LAW, DAY) == []


def test_what_is_lifted_is_no_orphan_and_what_was_forgotten_is() -> None:
    *before, upheld = decided(LISTED, OPENED, UPHELD)
    assert [one["state"] for one in upheld["changed"]] == ["lifting"]
    assert orphans([*before, upheld], LAW, DAY) == []
    forgotten = {**upheld, "changed": ()}
    assert orphans([*before, forgotten], LAW, DAY) == [before[0]["raised"][0]["obligation_id"]]


def test_an_entry_that_ends_under_its_new_number_leaves_nothing_at_its_old_one() -> None:
    *before, ended = decided(LISTED, RENUMBERED, {"ending": {"reason": "revoked", "of": "other"}})
    assert orphans([*before, ended], LAW, DAY) == []
    assert len(orphans([*before, {**ended, "changed": ()}], LAW, DAY)) == 1


@pytest.mark.parametrize(("day", "found"), [(date(2028, 10, 12), 0), (date(2028, 10, 13), 1)])
def test_the_last_day_is_the_last_day(day: date, found: int) -> None:
    assert len(orphans(decided(LISTED), LAW, day)) == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, 0),
        ({"active": False}, 1),
        ({"in_force_to": DAY}, 0),
        ({"in_force_to": date(2026, 10, 11)}, 1),
        ({"in_force_from": NEXT}, 1),
    ],
)
def test_the_book_in_force_must_carry_the_rule(change: dict[str, Any], found: int) -> None:
    rule = msgspec.structs.replace(LAW.rules[BAR], **change)
    law = msgspec.structs.replace(LAW, rules={**LAW.rules, BAR: rule})
    assert len(orphans(decided(LISTED), law, DAY)) == found
    without = msgspec.structs.replace(LAW, rules={key: one for key, one in LAW.rules.items() if key != BAR})
    assert len(orphans(decided(LISTED), without, DAY)) == 1


def test_an_objection_counts_once_whatever_becomes_of_it() -> None:
    assert said(decided(LISTED))["objections"] == 0
    assert said(decided(LISTED, OPENED))["objections"] == 1
    again = {"case": {"step": "rejected", "of": "other"}}
    assert said(decided(LISTED, OPENED, RENUMBERED, again))["objections"] == 1
    other = {"case": {"step": "rejected", "case_no": "2"}}
    assert said(decided(LISTED, OPENED, REJECTED, other))["objections"] == 2
    assert said(decided(LISTED, {"case": {"matter": "lawsuit"}}))["objections"] == 0


def test_repairs_answers_and_liftings_are_those_that_took_effect() -> None:
    finding = {"determination": {"item": "TELECOM_CARD_FINDING", "document_date": "2026-01-12"}}
    granted, refused = ({"case": {"matter": "repair", "step": step}} for step in ("upheld", "rejected"))
    assert said(decided(finding, granted))["repairs"] == 1
    assert said(decided(finding, refused))["repairs"] == 0
    answered = said(
        decided(
            LISTED,
            {"feedback": {"state": "confirmed", "measure": "civil_service_bar"}},
            {"ending": {"reason": "revoked"}},
        )
    )
    assert (answered["feedback"], answered["obligations_raised"], answered["obligations_lifted"]) == (1, 1, 1)


def test_whatever_is_missed_counts() -> None:
    stage = Stage(LAW, DAY)
    for step in (LISTED, OPENED, {"case": {"matter": "objection", "case_no": "2"}}):
        stage.play(msgspec.convert(step, Step))
    (overdue,) = stage.tick(next(iter(stage.standings)), date(2026, 11, 2))
    assert said([read(overdue)])["overdue"] == 2


def test_what_others_see_counts_when_it_begins_and_a_bureau_record_when_it_is_fed() -> None:
    def moves(**moved: Any) -> dict[str, Any]:
        return {**listed, "moves": {"publications": [], "bureau": [], "rewards": [], **moved}}

    def record(move: str, identifier: str, fed_on: date | None) -> dict[str, Any]:
        return {"move": move, "record": {"record_id": identifier, "fed_on": fed_on}}

    (listed,) = decided(LISTED)
    begun, changed, ended = ({"move": move} for move in ("begun", "changed", "ended"))
    told, fed, deleted = record("begun", "1", None), record("changed", "1", NEXT), record("ended", "1", NEXT)
    seen = said(
        [
            moves(
                publications=[begun, begun], rewards=[begun, begun, begun], bureau=[told, record("begun", "2", None)]
            ),
            moves(publications=[changed], bureau=[fed]),
            moves(publications=[ended], rewards=[ended], bureau=[deleted]),
        ]
    )
    assert (seen["publications"], seen["rewards_granted"], seen["rewards_withdrawn"]) == (2, 3, 1)
    assert seen["bureau_records"] == 1
