"""What others see is compared too: a draft that moves no measure, but who is in public, at the bureau, on an offer."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from whatif_history import START, changed, day, what_if

from streams.core.law import LawBook
from streams.whatif.page import page
from streams.whatif.run import Answer
from tests.flow.flow_stand import BOOK, CODEC, Stand, determination, listing

LIST = "COURT-DEFAULTERS"
LATER = date(2023, 1, 12)
ONE = timedelta(days=1)
PERSONS = 12


def told(found: Answer) -> dict[str, dict[str, int | None]]:
    return {row.code: {k: v for k, v in row.persons.items() if v} for row in found.report.tables["seen"]}


def shows(**row: Any) -> LawBook:
    """The book with the row of the court's list changed."""
    publicity = {**BOOK.publicity, LIST: msgspec.structs.replace(BOOK.publicity[LIST], **row)}
    return changed(BOOK, publicity=publicity)


def offers(**row: Any) -> LawBook:
    """The book with 信易贷 changed."""
    loan = msgspec.structs.replace(BOOK.offers["XINYI_LOAN"], **row)
    return changed(BOOK, offers={**BOOK.offers, loan.code: loan})


def listed(keys: Path, book: LawBook = BOOK, persons: int = PERSONS, days: int = 3) -> Stand:
    """So many persons on the court's list from the first day on."""
    stand = Stand(keys)
    stand.law(book, START)
    stand.tick(START)
    for number in range(persons):
        stand.send("events.court", listing(number, START))
    for number in range(1, days + 1):
        stand.tick(day(number))
    return stand


def consented(keys: Path) -> Stand:
    """So many volunteers, of whom each lets one partner have his name."""
    stand = Stand(keys).begin(LATER)
    paper = {"item": "VOLUNTEER_GOOD_RECORD", "body": "SD-CIVIL-AFFAIRS", "basis": "R-SD-VOLUNTEER", "ground": None}
    for number in range(PERSONS):
        stand.send("events.civil_affairs", listing(number, LATER, document_no=f"鲁志{number}号", **paper))
        consent = {
            "event_id": f"C-{number}",
            "subject": determination(number, LATER)["subject"],
            "step": "given",
            "recipient": "partner_loan",
            "purpose": "XINYI_LOAN",
            "day": LATER,
            "document_digest": "ef" * 32,
        }
        stand.send("cases.credit", CODEC.encode("PersonConsent", consent))
    for number in (1, 2):
        stand.tick(LATER + number * ONE)
    return stand


OFF: dict[str, Any] = {"inactive_reason": "shown_before_effect_only"}


def test_a_rule_of_publicity_switched_off_takes_them_from_the_public_and_from_the_bureau(tmp_path: Path) -> None:
    found = what_if(listed(tmp_path / "keys"), shows(**OFF))
    assert told(found) == {"exposure": {"released": 10}, "credit_bureau": {"released": 10}}
    assert found.report.differs
    assert set(found.report.totals.values()) == {None}, "no measure moves"
    (notice,) = found.report.tables["notice"]
    assert (notice.code, notice.persons["released"]) == ("before_bureau", 10)
    assert not any(rows for name, rows in found.report.tables.items() if name not in ("seen", "notice"))
    assert page(found.report).count("<svg") == 2 and "征信机构" in page(found.report)


def test_a_draft_that_shows_them_reaches_them(tmp_path: Path) -> None:
    found = what_if(listed(tmp_path / "keys", shows(**OFF)), BOOK)
    assert told(found) == {"exposure": {"reached": 10}, "credit_bureau": {"reached": 10}}


@pytest.mark.parametrize(("persons", "figure"), [(9, None), (10, 10)])
def test_small_cells_are_not_told_here_either(tmp_path: Path, persons: int, figure: int | None) -> None:
    found = what_if(listed(tmp_path / "keys", persons=persons), shows(**OFF))
    assert found.report.differs
    assert told(found).get("exposure", {}).get("released") == figure


@pytest.mark.parametrize(("last", "figure"), [(day(2), {"shorter": 10}), (None, {})])
def test_a_rule_that_ends_within_the_days_shortens(tmp_path: Path, last: date | None, figure: dict[str, int]) -> None:
    found = what_if(listed(tmp_path / "keys"), shows(in_force_to=last))
    assert told(found).get("exposure", {}) == figure
    assert found.report.differs == bool(figure)


def test_a_draft_that_begins_after_the_end_of_an_entry_moves_nothing_of_it(tmp_path: Path) -> None:
    """History itself stopped showing them on day 2; so did the draft, that begins on day 3."""
    stand = listed(tmp_path / "keys", days=1)
    stand.law(shows(**OFF), day(2))
    for number in (2, 3, 4, 5):
        stand.tick(day(number))
    assert not what_if(stand, shows(**OFF), first=day(3)).report.differs
    assert told(what_if(stand, BOOK, first=day(3))) == {"exposure": {"reached": 10}, "credit_bureau": {"reached": 10}}


def test_other_fields_of_an_entry_count_as_another_entry(tmp_path: Path) -> None:
    """Least data is what a rule of publicity is about: a draft that shows more of a person has an effect."""
    found = what_if(listed(tmp_path / "keys"), shows(shown=("document_no", "item")))
    assert told(found) == {"exposure": {"reached": 10, "released": 10}}


@pytest.mark.parametrize(
    ("row", "figures"),
    [
        ({"in_force_to": LATER - ONE}, {"XINYI_LOAN": {"released": 10}}),
        ({"in_force_to": LATER}, {"XINYI_LOAN": {"shorter": 10}}),
        ({"partner": "partner_rent"}, {"XINYI_LOAN": {"released": 10}}),
        ({"name": "信易贷（另）"}, {}),
    ],
)
def test_an_offer_that_is_over_or_another_partners_takes_the_places(
    tmp_path: Path, row: dict[str, Any], figures: dict[str, dict[str, int]]
) -> None:
    found = what_if(consented(tmp_path / "keys"), offers(**row))
    assert told(found) == figures
    assert found.report.differs == bool(figures)
