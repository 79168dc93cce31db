"""A standing on two clocks: each day at its boundary and one step either side, on histories both agents made."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from streams.asof.fold import GROUND_FALLEN, NEVER, NOT_YET, TERM_OVER, AsOf, Known, fold
from streams.asof.page import page
from streams.core.decisions import Decision
from streams.core.events import Accepted
from streams.wire import from_avro
from tests.flow.flow_stand import BOOK, CODEC, Stand, determination, listing, person

START = date(2019, 3, 4)
WHO = {"kind": "person", "id_type": "citizen", "id_number": person(1), "name": "测试1"}
TARGET = {"document_no": "(2019)鲁执1号", "item": "COURT_DEFAULTER_LISTING"}


def day(number: int) -> date:
    return START + timedelta(days=number)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """Listed by a document of day 0, reported on day 2; days have passed until day 4."""
    made = Stand(tmp_path / "keys").begin(START)
    made.tick(day(1))
    made.tick(day(2))
    made.send("events.court", listing(1, START))
    return tick(made, 3, 4)


def tick(stand: Stand, *days: int) -> Stand:
    for number in days:
        stand.tick(day(number))
    return stand


def ending(document: date, reason: str = "performed") -> bytes:
    fields = {"event_id": f"E-{document}", "subject": WHO, "target": TARGET, "reason": reason}
    return CODEC.encode(
        "GroundEnding", {**fields, "document_no": "屏蔽1", "document_date": document, "document_digest": "cd" * 32}
    )


def ask(stand: Stand, at: int, known: int) -> AsOf:
    decisions = [from_avro(value, Decision) for value in stand.read("decisions")]
    events = [from_avro(value, Accepted) for value in stand.read("accepted")]
    by_id = {event.receipt_id: event for event in events if event.subject}
    subject = decisions[0].subject
    return fold(subject, decisions, by_id, stand.books.__getitem__, at=day(at), known=day(known))


def only(answer: AsOf) -> Known:
    (known,) = answer.entries
    return known


@pytest.mark.parametrize(("known", "entries"), [(1, 0), (2, 1), (3, 1)])
def test_what_was_reported_later_was_not_known(stand: Stand, known: int, entries: int) -> None:
    answer = ask(stand, at=2, known=known)
    assert len(answer.entries) == entries
    assert answer.last_known == (day(known) if entries else None)  # on day 3 the feed follows its notice


@pytest.mark.parametrize(("at", "why"), [(-1, NOT_YET), (0, None), (1, None), (2, None)])
def test_it_was_true_from_its_effect_on_though_known_only_later(stand: Stand, at: int, why: str | None) -> None:
    assert only(ask(stand, at=at, known=2)).why_not == why


@pytest.mark.parametrize(("at", "proposed"), [(1, 0), (2, 4), (3, 4)])
def test_a_measure_stands_from_the_day_it_was_proposed(stand: Stand, at: int, proposed: int) -> None:
    measures = only(ask(stand, at=at, known=4)).measures
    assert {one.state for one in measures} <= {"proposed"}
    assert (len(measures) > 0) == (proposed > 0)


def test_the_term_ends_with_its_last_day(stand: Stand) -> None:
    last = only(ask(stand, at=2, known=2)).until
    assert last == date(2021, 3, 4)
    number = (last - START).days
    whys = [only(ask(stand, at=number + step, known=2)).why_not for step in (-1, 0, 1)]
    assert whys == [None, None, TERM_OVER]


@pytest.mark.parametrize(
    ("at", "known", "why"),
    [
        (2, 5, None),  # the day before the document that ends it
        (3, 5, None),  # its ground fell on day 3, but on day 5 nobody had told us
        (2, 6, None),
        (3, 6, GROUND_FALLEN),  # told on day 6
        (4, 6, GROUND_FALLEN),
        (6, 6, GROUND_FALLEN),
    ],
)
def test_a_ground_that_fell_before_it_was_told(stand: Stand, at: int, known: int, why: str | None) -> None:
    tick(stand, 5, 6)
    stand.send("events.court", ending(day(3)))
    assert only(ask(stand, at, known)).why_not == why


def test_a_measure_is_lifted_from_the_day_we_lifted_it(stand: Stand) -> None:
    tick(stand, 5, 6)
    stand.send("events.court", ending(day(3)))
    states = {at: {one.state for one in only(ask(stand, at, 6)).measures} for at in (5, 6)}
    assert states == {5: {"proposed"}, 6: {"lifting"}}


def test_a_document_that_fell_from_the_start_was_never_true(stand: Stand) -> None:
    annulling = next(code for code in BOOK.items[TARGET["item"]].endings if BOOK.endings[code].annuls)
    tick(stand, 5)
    stand.send("events.court", ending(day(5), annulling))
    assert [only(ask(stand, 2, known)).why_not for known in (4, 5)] == [None, NEVER]


def test_an_ending_that_came_before_its_document_counts_by_its_own_date(stand: Stand) -> None:
    """The ending waited; the listing settled it. The ground fell on the ending's day, not on the listing's."""
    other = {**TARGET, "document_no": "(2019)鲁执77号"}
    fields = {"event_id": "E-77", "subject": WHO, "target": other, "reason": "performed", "document_no": "屏蔽7"}
    stand.send(
        "events.court", CODEC.encode("GroundEnding", {**fields, "document_date": day(3), "document_digest": "cd" * 32})
    )
    tick(stand, 5)
    stand.send("events.court", listing(1, START, document_no=other["document_no"], event_id="L-77"))
    early, late = (
        next(one for one in ask(stand, at, 5).entries if one.entry.determination.document_no == other["document_no"])
        for at in (2, 3)
    )
    assert (early.why_not, late.why_not) == (None, GROUND_FALLEN)


def test_a_correction_changes_the_past_for_whoever_asks_after_it(stand: Stand) -> None:
    old = determination(1, START)
    new = {key: value for key, value in old.items() if key not in ("event_id", "subject")}
    fields: dict[str, Any] = {"event_id": "C-1", "subject": WHO, "target": TARGET, "document_no": "更正1"}
    fields |= {"document_date": day(4), "document_digest": "cd" * 32, "replacement": {**new, "effect_date": day(2)}}
    tick(stand, 5)
    stand.send("events.court", CODEC.encode("RecordCorrection", fields))
    assert [only(ask(stand, 1, known)).why_not for known in (4, 5)] == [None, NOT_YET]


@pytest.mark.parametrize(("at", "state"), [(2, "proposed"), (3, "confirmed"), (4, "confirmed")])
def test_an_answer_counts_from_the_day_it_was_given(stand: Stand, at: int, state: str) -> None:
    proposed = stand.read("sanctions.hr")[0]
    fields = {"event_id": "A-1", "obligation_id": proposed["obligation_id"], "state": "confirmed"}
    subject = {"kind": "person", "id_type": "none", "case_ref": proposed["case_ref"]}
    answered = {**fields, "subject": subject, "officer": "officer-07", "answered_on": day(3)}
    stand.send("feedback.hr", CODEC.encode("OfficerFeedback", answered))
    (one,) = [m for m in only(ask(stand, at, 4)).measures if m.obligation_id == proposed["obligation_id"]]
    assert one.state == state
    assert {m.state for m in only(ask(stand, at, 3)).measures} == {"proposed"}  # told on day 4


def test_the_page_says_what_the_two_clocks_mean_in_both_languages(stand: Stand) -> None:
    answer = ask(stand, at=3, known=4)
    text = _page(answer)
    for part in ("两个时钟", "Twoclocks", "validtime", "transactiontime", "2019-03-07的状况（2019-03-08为止所知）"):
        assert part in text, part
    for part in ("成立/true", "建议(待确认)", "(2019)鲁执1号"):
        assert part in text, part
    assert "没有任何决定" in _page(ask(stand, at=3, known=1))


def case(word: str, number: int, **changes: Any) -> bytes:
    subject = {"kind": "person", "id_type": "citizen", "id_number": person(1)}
    fields = {"event_id": f"C-{word}-{number}", "subject": subject, "target": TARGET, "matter": "lawsuit", "step": word}
    return CODEC.encode("CaseEvent", {**fields, "case_no": "SS-1", "day": day(number), **changes})


def test_a_lawsuit_marks_the_record_while_it_is_pending_and_upheld_it_was_never_true(stand: Stand) -> None:
    stand.send("cases.court", case("opened", 4))
    tick(stand, 5, 6)
    upheld = {"document_no": "SS-1", "document_digest": "cd" * 32, "revoked_on": day(5)}
    stand.send("cases.court", case("upheld", 6, **upheld))
    assert only(ask(stand, at=4, known=5)).disputed and "有异议" in _page(ask(stand, at=4, known=5))
    after = only(ask(stand, at=4, known=6))
    assert (after.disputed, after.why_not, after.until) == (False, NEVER, day(4))


DECIDED = {"document_no": "SS-1-D", "document_digest": "cd" * 32}


@pytest.mark.parametrize(
    ("at", "known", "why"),
    [
        (4, 6, None),  # decided on day 5, but on day 6 nobody had told us
        (5, 6, None),
        (4, 7, None),  # the day before the decision
        (5, 7, GROUND_FALLEN),
        (6, 7, GROUND_FALLEN),
        (8, 7, GROUND_FALLEN),
    ],
)
def test_a_repair_ends_the_record_from_the_day_on_which_it_was_granted(
    stand: Stand, at: int, known: int, why: str | None
) -> None:
    tick(stand, 5, 6, 7)
    stand.send("cases.court", case("upheld", 5, matter="repair", **DECIDED))
    assert only(ask(stand, at, known)).why_not == why
    if known == 7:
        assert only(ask(stand, at, known)).until == day(4)


def test_so_does_one_that_came_before_its_record(tmp_path: Path) -> None:
    """The repair waited; the listing settled it. It counts by the repair's day, not by the listing's."""
    stand = Stand(tmp_path / "keys").begin(day(5))
    stand.send("cases.court", case("upheld", 4, matter="repair", **DECIDED))
    tick(stand, 6, 7)
    stand.send("events.court", listing(1, START))
    assert [only(ask(stand, at, known=7)).why_not for at in (3, 4, 5)] == [None, GROUND_FALLEN, GROUND_FALLEN]


def test_a_repair_refused_ends_nothing(stand: Stand) -> None:
    tick(stand, 5, 6)
    stand.send("cases.court", case("rejected", 5, matter="repair"))
    assert only(ask(stand, at=5, known=6)).why_not is None


@pytest.mark.parametrize("matter", ["objection", "reconsideration", "lawsuit"])
@pytest.mark.parametrize("at", [4, 5, 6])
def test_what_a_case_undoes_was_never_true_once_that_is_known(stand: Stand, matter: str, at: int) -> None:
    """Decided on day 5 and told on day 6: before, at and after the decision."""
    tick(stand, 5, 6)
    stand.send("cases.court", case("upheld", 5, matter=matter, **DECIDED))
    assert [only(ask(stand, at, known)).why_not for known in (5, 6)] == [None, NEVER]


@pytest.mark.parametrize(("matter", "why"), [("objection", NEVER), ("lawsuit", NEVER), ("repair", None)])
def test_a_case_upheld_after_the_end_says_that_it_never_was_true_and_a_repair_does_not(
    stand: Stand, matter: str, why: str | None
) -> None:
    tick(stand, 5)
    stand.send("events.court", ending(day(5)))
    tick(stand, 6, 7)
    stand.send("cases.court", case("upheld", 7, matter=matter, **DECIDED))
    assert [only(ask(stand, 4, known)).why_not for known in (6, 7)] == [None, why]
    assert [only(ask(stand, 5, known)).why_not for known in (6, 7)] == [GROUND_FALLEN, why or GROUND_FALLEN]


def test_a_correction_after_the_end_may_show_that_it_ought_never_to_have_stood(stand: Stand) -> None:
    tick(stand, 5)
    stand.send("events.court", ending(day(5)))
    old = determination(1, START, simple_procedure=True)
    new = {key: value for key, value in old.items() if key not in ("event_id", "subject")}
    fields: dict[str, Any] = {"event_id": "C-1", "subject": WHO, "target": TARGET, "document_no": "更正1"}
    fields |= {"document_date": day(6), "document_digest": "cd" * 32, "replacement": new}
    tick(stand, 6)
    stand.send("events.court", CODEC.encode("RecordCorrection", fields))
    assert [only(ask(stand, 4, known)).why_not for known in (5, 6)] == [None, NEVER]


def _page(answer: AsOf) -> str:
    console = Console(width=160)
    with console.capture() as capture:
        console.print(page(answer, BOOK if answer.law else None))
    return re.sub(r"[│\s]", "", capture.get())


@pytest.mark.parametrize("known", [2, 10, 1858, 1859])
def test_what_is_erased_is_shown_on_no_day_whatever_was_known(stand: Stand, known: int) -> None:
    """Performed on day 2: five years after the document, thirty days of grace and one, it is erased."""
    stand.send("events.court", ending(day(2)))
    for topic in [name for name in stand.topics if name.startswith("sanctions.") and not name.endswith(".current")]:
        for one in stand.read(topic):
            if one["state"] == "lifting":
                stand.send(topic.replace("sanctions", "feedback"), proof(one))
    assert len(ask(stand, at=2, known=known).entries) == 1
    tick(stand, 1857)
    assert ask(stand, at=2, known=known).erased_on is None
    tick(stand, 1858)
    answer = ask(stand, at=2, known=known)
    assert (answer.entries, answer.decisions, answer.law) == ((), 0, None)
    assert (answer.stubs, answer.erased_on) == (len(stand.read("decisions")), day(1858))
    text = _page(answer)
    assert "期满删除" in text and TARGET["document_no"] not in text


def proof(obligation: dict[str, Any]) -> bytes:
    fields = {
        "event_id": obligation["obligation_id"],
        "subject": {"kind": "person", "id_type": "none", "case_ref": obligation["case_ref"]},
        "obligation_id": obligation["obligation_id"],
        "state": "lifted",
        "officer": "T1",
        "answered_on": obligation["day"],
    }
    return CODEC.encode("OfficerFeedback", fields)
