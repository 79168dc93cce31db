"""The auditor on an erasure: what has ended may go, what lives may not, and what comes again is a new case."""

from dataclasses import dataclass
from datetime import date

import pytest

from monitoring.auditor import final, tables
from monitoring.auditor.findings import Invariant
from monitoring.auditor.standings import fold_entry, fold_erased
from monitoring.auditor.view import EndingFact, EntryFact, ObligationFact, Placed, View, place

SUBJECT = "ab" * 16
KEY = "court|1|COURT_DEFAULTER_LISTING"


def entry(ended: str | None) -> dict:
    said = {"item": "COURT_DEFAULTER_LISTING", "effect_date": None, "ground": None}
    said |= {"conduct_end": None, "document_date": None}
    return {
        "key": KEY, "receipt_id": "r", "determination": said, "subject_kind": "person", "record_only": None,
        "ends_on": None, "ended_on": ended, "ended_reason": None,
    }  # fmt: skip


def folded(law, ended: str | None) -> tuple[View, EntryFact]:
    view = View(law)
    fact = fold_entry(view, {"subject": SUBJECT, "key": None, "entry": entry(ended)}, law)
    assert fact is not None
    return view, fact


class NoItems:
    """A law of which only the items are asked, and none is known."""

    def __init__(self) -> None:
        self.items: dict = {}


def test_what_lives_may_not_be_erased() -> None:
    view, _ = folded(NoItems(), None)
    assert [one.invariant for one in fold_erased(view, {"subject": SUBJECT, "decided_on": date(2026, 11, 2)})] == [
        Invariant.ERASED
    ]


def test_what_has_ended_may_and_comes_again_as_a_new_case() -> None:
    view, fact = folded(NoItems(), "2026-11-02")
    assert list(fold_erased(view, {"subject": SUBJECT, "decided_on": date(2026, 11, 2)})) == [] and fact.erased
    again = fold_entry(view, {"subject": SUBJECT, "key": None, "entry": entry(None)}, NoItems())
    assert again is not fact and not again.erased
    assert view.entries[place(SUBJECT, KEY)] is again


@dataclass(frozen=True)
class Told:
    """A history in which a subject was listed, ended by a document, erased, and listed anew at the same place."""

    view: View
    again: EntryFact


def told(ended_by: date, erased: date, reason: str = "performed") -> Told:
    view, law = View(NoItems()), NoItems()
    view.endings.append(EndingFact(place(SUBJECT, KEY), reason, "r2", ended_by))
    fold_entry(view, {"subject": SUBJECT, "key": None, "entry": entry("2019-01-12")}, law)
    assert list(fold_erased(view, {"subject": SUBJECT, "decided_on": erased})) == []
    again = fold_entry(view, {"subject": SUBJECT, "key": None, "entry": entry(None)}, law)
    assert again is not None
    return Told(view, again)


@pytest.mark.parametrize(
    ("ended_by", "found"),
    [(date(2026, 11, 1), []), (date(2026, 11, 2), [Invariant.ENDED]), (date(2026, 11, 3), [Invariant.ENDED])],
)
def test_an_ending_of_before_the_erasure_ends_no_new_case(ended_by: date, found: list[Invariant]) -> None:
    """One that came on that day or after it is about the new case, which it ought to have ended."""
    assert [one.invariant for one in final.ended(told(ended_by, date(2026, 11, 2)).view)] == found


def test_a_new_case_that_its_own_ending_ended_is_right() -> None:
    case = told(date(2026, 11, 3), date(2026, 11, 2))
    case.again.ended_on = date(2026, 11, 3)
    assert list(final.ended(case.view)) == []


def test_what_waited_in_vain_a_cap_and_the_name_are_forgotten_with_the_subject() -> None:
    view, fact = folded(NoItems(), "2026-11-02")
    view.given_up[SUBJECT] = {place(SUBJECT, KEY): "r9"}
    view.capped[SUBJECT] = [fact]
    view.known_as.said(SUBJECT, "r", "1" * 64)
    view.known_as.recorded(SUBJECT, "1" * 64)
    list(fold_erased(view, {"subject": SUBJECT, "decided_on": date(2026, 11, 2)}))
    assert (view.given_up, view.capped, view.known_as.in_force(SUBJECT)) == ({}, {}, "")


def test_nobody_is_erased_while_a_place_stands() -> None:
    view, _ = folded(NoItems(), "2026-11-02")
    view.placed[SUBJECT] = {"p": Placed(SUBJECT, "RED_LIST", None, KEY, "red_list_condition_met")}
    found = list(fold_erased(view, {"subject": SUBJECT, "decided_on": date(2026, 11, 2)}))
    assert [one.invariant for one in found] == [Invariant.ERASED]


def test_rows_of_the_erased_are_not_missed_in_the_current_view() -> None:
    view, fact = folded(NoItems(), "2026-11-02")
    fact.erased = True
    view.obligations["gone"], view.obligations["here"] = ObligationFact(fact), ObligationFact(fact)
    view.obligations["here"].current = (1, "lifted")
    assert list(tables.current_rows(view, iter([("here", 1, "lifted")]))) == []
    assert [one.invariant for one in tables.current_rows(view, iter(()))] == [Invariant.CURRENT_ROWS]
