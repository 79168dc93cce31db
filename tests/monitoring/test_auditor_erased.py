"""The auditor on an erasure: what has ended may go, what lives may not, and what comes again is a new case."""

from monitoring.auditor.findings import Invariant
from monitoring.auditor.standings import fold_entry, fold_erased
from monitoring.auditor.view import EntryFact, View, place

SUBJECT = "ab" * 16
KEY = "court|1|COURT_DEFAULTER_LISTING"


def entry(ended: str | None) -> dict:
    said = {"item": "COURT_DEFAULTER_LISTING", "effect_date": None, "ground": None}
    return {
        "key": KEY, "receipt_id": "r", "determination": said,
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
    assert [one.invariant for one in fold_erased(view, {"subject": SUBJECT})] == [Invariant.ERASED]


def test_what_has_ended_may_and_comes_again_as_a_new_case() -> None:
    view, fact = folded(NoItems(), "2026-11-02")
    assert list(fold_erased(view, {"subject": SUBJECT})) == [] and fact.erased
    again = fold_entry(view, {"subject": SUBJECT, "key": None, "entry": entry(None)}, NoItems())
    assert again is not fact and not again.erased
    assert view.entries[place(SUBJECT, KEY)] is again
