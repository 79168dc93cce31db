"""Who is newly reached, who is released, whose measure lasts longer or shorter: by hand-made histories."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from whatif_history import START, answer, changed, day, what_if, with_term

from streams.oracle.history import Message
from streams.whatif.partition import NotPassed
from streams.whatif.report import Row, dump
from streams.whatif.run import Answer, Asked, NothingToCompare
from tests.flow.flow_stand import BOOK, CODEC, Stand, amended, determination, listing, person

OFF = {"active": False, "inactive_reason": "rule_inactive"}
BAR = "M-141.v1/10"
PERSONS = 12


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path / "keys").begin(START)


def listed(stand: Stand, persons: int = PERSONS, days: int = 2) -> Stand:
    """So many persons listed on the first day; then days pass."""
    for number in range(persons):
        stand.send("events.court", listing(number, START))
    for number in range(1, days + 1):
        stand.tick(day(number))
    return stand


def totals(found: Answer) -> dict[str, int | None]:
    return {direction: figure for direction, figure in found.report.totals.items() if figure is not None}


def told(found: Answer, dimension: str) -> dict[str, dict[str, int | None]]:
    return {row.code: {k: v for k, v in row.persons.items() if v} for row in found.report.tables[dimension]}


def test_the_same_book_changes_nothing(stand: Stand) -> None:
    found = what_if(listed(stand), BOOK)
    assert not found.report.differs
    assert (totals(found), found.redecided) == ({}, 0)
    assert all(rows == () for rows in found.report.tables.values())


def test_words_alone_change_nothing_and_nobody_is_decided_again(stand: Stand) -> None:
    found = what_if(listed(stand), changed(BOOK, title="另一部"))
    assert (found.report.differs, found.redecided, found.report.title) == (False, 0, "另一部")


def test_a_rule_switched_off_releases_whom_it_reached(stand: Stand) -> None:
    found = what_if(listed(stand), amended(**{BAR: OFF}))
    assert found.report.differs
    assert totals(found) == {"released": 10}
    rule = BOOK.rules[BAR]
    assert told(found, "department") == {rule.executor: {"released": 10}}
    assert told(found, "measure") == {rule.measure: {"released": 10}}
    assert told(found, "severity") == {"serious": {"released": 10}}
    assert told(found, "field") == {"judicial": {"released": 10}}
    assert told(found, "city") == {"370000": {"released": 10}}
    assert found.report.tables["city"] == (
        Row("370000", "省级机关", {"reached": None, "released": 10, "longer": None, "shorter": None}),
    )


def test_a_draft_that_has_a_rule_again_reaches_them(tmp_path: Path) -> None:
    stand = Stand(tmp_path / "keys")
    stand.law(amended(**{BAR: OFF}), START)
    stand.tick(START)
    found = what_if(listed(stand), BOOK)
    assert totals(found) == {"reached": 10}
    assert told(found, "measure") == {BOOK.rules[BAR].measure: {"reached": 10}}


@pytest.mark.parametrize(("persons", "figure"), [(9, None), (10, 10), (11, 10), (19, 10), (20, 20)])
def test_a_cell_is_told_from_ten_persons_on(stand: Stand, persons: int, figure: int | None) -> None:
    found = what_if(listed(stand, persons), amended(**{BAR: OFF}))
    assert found.report.differs
    assert found.report.totals["released"] == figure
    assert len(found.report.tables["measure"]) == (figure is not None)


@pytest.mark.parametrize(("was", "becomes", "direction"), [(2, 1, "shorter"), (1, 2, "longer"), (2, 3, None)])
def test_another_term_lasts_longer_or_shorter(tmp_path: Path, was: int, becomes: int, direction: str | None) -> None:
    """The rules themselves end on 2020-12-06, before two years are over: a third year prolongs nothing."""
    stand = Stand(tmp_path / "keys")
    stand.law(with_term(was), START)
    stand.tick(START)
    found = what_if(listed(stand), with_term(becomes))
    assert totals(found) == ({} if direction is None else {direction: 10})


@pytest.mark.parametrize(("last", "figure"), [(0, None), (1, 10)])
def test_records_after_the_last_day_do_not_count(stand: Stand, last: int, figure: int | None) -> None:
    stand.tick(day(1))
    found = what_if(listed(stand, days=3), amended(**{BAR: OFF}), last=day(last))
    assert found.report.totals["released"] == figure


def ended_on(stand: Stand, when: int) -> Stand:
    """Listed on the first day; the ground of all falls on another, and days go on passing."""
    for number in range(PERSONS):
        stand.send("events.court", listing(number, START))
    for number in range(1, 8):
        stand.tick(day(number))
        for one in range(PERSONS) if number == when else ():
            stand.send("events.court", performed(one))
    return stand


def performed(number: int) -> bytes:
    subject = {"kind": "person", "id_type": "citizen", "id_number": person(number), "name": f"测试{number}"}
    target = {"document_no": f"({START.year})鲁执{number}号", "item": "COURT_DEFAULTER_LISTING"}
    document = {"document_no": "屏蔽1", "document_date": START, "document_digest": "cd" * 32}
    return CODEC.encode(
        "GroundEnding",
        {"event_id": f"E-{number}", "subject": subject, "target": target, "reason": "performed", **document},
    )


@pytest.mark.parametrize(("when", "released"), [(3, False), (4, False), (5, True)])
def test_what_was_lifted_before_the_first_day_was_over_is_not_released_again(
    stand: Stand, when: int, released: bool
) -> None:
    """The draft comes into force on day 4: what falls on day 4 stands at the end of none of its days."""
    found = what_if(ended_on(stand, when), amended(**{BAR: OFF}), first=day(4))
    assert totals(found) == ({"released": 10} if released else {})


def test_a_draft_that_begins_later_lifts_what_stands(stand: Stand) -> None:
    found = what_if(listed(stand, days=5), amended(**{BAR: OFF}), first=day(4), samples=1)
    assert totals(found) == {"released": 10}
    ((direction, stood),) = found.samples
    assert (direction, stood.rule, stood.born) == ("released", BAR, START)


def test_a_law_announced_in_the_history_gives_way_to_the_draft(stand: Stand) -> None:
    """History itself dropped the rule on day 3; the draft keeps it: reached on the days after."""
    stand.law(amended(**{BAR: OFF}), day(3))
    found = what_if(listed(stand, days=5), BOOK, first=day(3))
    assert totals(found) == {"reached": 10}
    assert [reign.from_day for reign in found.report.compared_with] == [day(3)]
    before = what_if(stand, BOOK, first=day(2))
    assert totals(before) == {"longer": 10}
    assert [reign.from_day for reign in before.report.compared_with] == [START, day(3)]


def test_a_rule_that_left_an_item_long_ago_counts_for_it_still(tmp_path: Path) -> None:
    """Under book 1 the rule lists the item, under book 2 another item only: what stands, stands. The draft drops the
    rule: book 2 and draft say the same of the item, and yet it is lifted."""
    stand = Stand(tmp_path / "keys").begin(START)
    other = next(item for item in BOOK.items if item not in BOOK.rules[BAR].items)
    moved = amended(**{BAR: {"items": (other,)}})
    stand.law(moved, day(2))
    listed(stand, days=5)
    dropped = changed(moved, rules={key: rule for key, rule in moved.rules.items() if key != BAR})
    assert totals(what_if(stand, dropped, first=day(3))) == {"released": 10}


def test_officers_answers_count_on_neither_side(stand: Stand) -> None:
    listed(stand)
    proposed = [one for one in stand.read("sanctions.hr") if one["rule"] == BAR]
    for number, one in enumerate(proposed):
        fields = {
            "event_id": f"A-{number}",
            "subject": {"kind": "person", "id_type": "none", "case_ref": one["case_ref"]},
            "obligation_id": one["obligation_id"],
            "state": "refused",
            "reason": next(iter(BOOK.refusals)),
            "officer": "officer-07",
            "answered_on": START,
        }
        stand.send("feedback.hr", CODEC.encode("OfficerFeedback", fields))
    stand.tick(day(3))
    refused = [one for one in stand.read("decisions") if one["kind"] == "answered"]
    assert len(refused) == PERSONS
    assert totals(what_if(stand, amended(**{BAR: OFF}))) == {"released": 10}
    assert not what_if(stand, BOOK).report.differs


def test_the_same_question_has_the_same_digest_whatever_came_later(stand: Stand) -> None:
    draft = amended(**{BAR: OFF})
    one = what_if(listed(stand), draft, last=day(1))
    again = what_if(stand, draft, last=day(1), samples=2)
    assert dump(one.report) == dump(again.report) and len(again.samples) == 2
    stand.send("events.court", listing(100, START))
    stand.tick(day(3))
    assert what_if(stand, draft, last=day(1)).report.digest == one.report.digest
    others = [what_if(stand, draft), what_if(stand, BOOK, last=day(1)), what_if(stand, draft, day(1), day(1))]
    assert one.report.digest not in {other.report.digest for other in others}


def test_a_day_that_still_runs_is_not_compared(stand: Stand) -> None:
    listed(stand)
    for first, last in ((None, day(2)), (START - timedelta(days=1), None), (day(1), START)):
        with pytest.raises(NothingToCompare, match=r"2019-03-04 \.\. 2019-03-05"):
            what_if(stand, BOOK, first, last)


def test_nothing_to_compare_before_the_first_day(tmp_path: Path) -> None:
    with pytest.raises(NothingToCompare):
        what_if(Stand(tmp_path / "keys"), BOOK)


def test_a_partition_that_is_behind_the_clock_is_waited_for(stand: Stand) -> None:
    listed(stand)
    clock = [Message("clock", 0, n, 0, None, value) for n, value in enumerate(stand.received["clock"])]

    def until_the_last_tick() -> Iterator[Message]:
        for number, record in enumerate(stand.topics["accepted"][:-1]):
            yield Message("accepted", 0, number, 0, *record)

    with pytest.raises(NotPassed, match="2019-03-05"):
        answer(clock, [until_the_last_tick()], stand.books.__getitem__, Asked(BOOK))


def test_whoever_is_newly_told_something_is_counted_by_kind(stand: Stand) -> None:
    """A rule more is told of as lifted when the record ends; with it or without it the listing is told of."""
    listed(stand)
    for number in range(PERSONS):
        stand.send("events.court", ended(number, day(2)))
    stand.tick(day(3))
    off = {rule_id: OFF for rule_id, rule in BOOK.rules.items() if rule.active and LISTING in rule.items}
    found = what_if(stand, amended(**off))
    assert told(found, "notice") == {"lifted": {"released": 10}}
    hidden = what_if(stand, amended(**{BAR: OFF}))
    assert told(hidden, "notice") == {}, "another measure is told of in the same notices"


def test_under_ten_persons_no_notice_is_told_of(stand: Stand) -> None:
    listed(stand, 9)
    for number in range(9):
        stand.send("events.court", ended(number, day(2)))
    stand.tick(day(3))
    off = {rule_id: OFF for rule_id, rule in BOOK.rules.items() if rule.active and LISTING in rule.items}
    assert told(what_if(stand, amended(**off)), "notice") == {}


def test_no_single_proposal_names_whom_the_deployment_has_erased(stand: Stand) -> None:
    """Both replays leave out officers' answers, so neither erases anybody by itself."""
    listed(stand, 3)
    stand.send("events.court", ended(1, day(2)))
    for topic in [name for name in stand.topics if name.startswith("sanctions.") and not name.endswith(".current")]:
        for one in stand.read(topic):
            if one["state"] == "lifting":
                stand.send(topic.replace("sanctions", "feedback"), proved(one))
    stand.tick(START.replace(year=2024) + timedelta(days=31))
    (gone,) = [one["subject"] for one in stand.read("decisions") if one["kind"] == "erased"]
    stand.tick(START.replace(year=2024) + timedelta(days=32))
    found = what_if(stand, amended(**{BAR: OFF}), last=day(1), samples=9)
    assert len(found.samples) == 2 and gone not in {stood.measured.subject for _, stood in found.samples}


LISTING = "COURT_DEFAULTER_LISTING"


def ended(number: int, on: date) -> bytes:
    said = determination(number, START)
    subject = {"kind": "person", "id_type": "citizen", "id_number": person(number)}
    target = {"document_no": said["document_no"], "item": said["item"]}
    fields = {"event_id": f"E-{number}", "subject": subject, "target": target, "document_date": on}
    return CODEC.encode("GroundEnding", {**fields, "reason": "performed"})


def proved(obligation: dict[str, Any]) -> bytes:
    subject = {"kind": "person", "id_type": "none", "case_ref": obligation["case_ref"]}
    fields = {"subject": subject, "obligation_id": obligation["obligation_id"], "answered_on": obligation["day"]}
    event = f"F-{obligation['obligation_id']}"
    return CODEC.encode("OfficerFeedback", {**fields, "event_id": event, "state": "lifted", "officer": "T1"})
