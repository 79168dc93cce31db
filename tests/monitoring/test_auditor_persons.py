"""Who may be on record at all: minors, names, and what a correction shows. Each history breaks one invariant."""

import pytest
from audit_history import ENTITY, History, only
from audit_papers import day, listing, order

from monitoring.auditor.findings import Invariant as I
from streams.core.events import SubjectKind


def test_a_minor_who_was_accepted() -> None:
    history = History().start()
    history.determination(listing())
    history.sources[0]["value"] = {"subject": {"id_type": "citizen", "id_number": "990000200101130017"}}
    report = history.audit()
    assert set(report.failed) == {I.NO_MINOR}
    assert "2019-01-13" in report.findings[0].seen
    assert "990000" not in str(report.findings), "no identity in a finding"


WRITTEN = [
    "990000 20010113 001-7",
    "９９００００２００１０１１３００１７",
    "990000-20010113-0017",
    "990000\u201320010113 0017",
]


@pytest.mark.parametrize("number", WRITTEN)
def test_a_minor_however_the_number_is_written(number: str) -> None:
    history = History().start()
    history.determination(listing())
    history.sources[0]["value"] = {"subject": {"id_type": "citizen", "id_number": number}}
    assert only(history) == {I.NO_MINOR}


@pytest.mark.parametrize(("document", "found"), [("2018-02-28", {I.NO_MINOR}), ("2018-03-01", set())])
def test_born_on_a_leap_day_full_age_is_on_the_first_of_march(document: str, found: set[I]) -> None:
    history = History().start()
    history.determination(listing())
    who = {"id_type": "citizen", "id_number": "990000200002290010"}
    history.sources[0]["value"] = {"subject": who, "document_date": day(document), "effect_date": day("2019-01-10")}
    assert only(history) == found


def test_an_ending_that_waited_under_another_name() -> None:
    history = History().start()
    history.ending(listing(), name="1" * 32)
    history.determination(listing(), name="1" * 32)
    waited = next(one for one in history.accepted if one["kind"] == "ending")
    waited["name_check"] = "2" * 32
    assert only(history) == {I.NAME_IN_FORCE}


def test_a_name_that_no_recorded_document_bore_is_not_in_force() -> None:
    """A name alone is held; the first recorded one counts, and one without a name does not speak."""
    history = History().start()
    history.determination(listing(""), name="2" * 32)
    history.determination(listing())
    history.determination(listing("鲁01执5号"), name="1" * 32)
    history.ending(listing(), name="1" * 32)
    assert history.audit().match
    history.decisions[-1]["cause"]["receipt_id"] = history.accepted[2]["receipt_id"]
    assert I.NAME_IN_FORCE in only(history)


def test_someone_of_age_that_day_is_no_minor() -> None:
    history = History().start()
    history.determination(listing())
    history.sources[0]["value"] = {"subject": {"id_type": "citizen", "id_number": "990000200101120017"}}
    assert history.audit().match


def test_an_entity_or_an_odd_number_is_no_minor() -> None:
    history = History().start()
    history.determination(listing(), ENTITY, SubjectKind.ENTITY)
    history.determination(order())
    history.sources[0]["value"] = {"subject": {"id_type": "uscc", "id_number": "91370000MA3C000000"}}
    history.sources[1]["value"] = {"subject": {"id_type": "citizen", "id_number": "990000201513320017"}}
    assert history.audit().match


@pytest.fixture
def shown() -> History:
    """A listing, and the correction that shows that the person was a minor."""
    history = History().start()
    history.tick("2019-07-01")
    history.reported(listing(document_date=day("2019-06-20"), effect_date=day("2019-06-21")), "990000200106010010")
    right = listing(document_date=day("2019-05-20"), effect_date=day("2019-05-21"))
    history.reported(right, "990000200106010010", target=listing())
    assert history.decisions[-1]["entry"]["ended_reason"] == "correction_shows_not_recordable"
    assert history.audit().match
    return history


def test_a_correction_that_shows_a_minor_ends_the_record(shown: History) -> None:
    shown.accepted[-1]["bars"] = []
    assert only(shown) == {I.NO_MINOR}


def test_a_record_that_stands_though_it_must_not(shown: History) -> None:
    shown.decisions[-1]["entry"]["ended_on"] = None
    assert I.MUST_NOT_STAND in only(shown)


def test_a_correction_without_notice_says_so_and_ends_the_record() -> None:
    history = History().start()
    history.determination(listing())
    history.reported(listing(prior_notice=False), "990000198001010020", target=listing())
    assert history.audit().match
    history.accepted[-1]["bars"] = []
    assert only(history) == {I.FAIR_PROCEDURE}


def test_what_was_given_up_too_early() -> None:
    history = History().start()
    history.ending(listing())
    history.tick("2019-02-11")
    assert history.decisions[-1]["kind"] == "review" and history.audit().match
    history.decisions[-1]["decided_on"] = day("2019-02-10")
    assert only(history) == {I.WAITING}


def test_a_department_that_looks_again_lifts_the_bar() -> None:
    history = History().start()
    history.ending(listing())
    history.tick("2019-02-11")
    history.determination(listing())
    history.correction(listing(), listing(extra_years=1))
    assert history.decisions[-1]["raised"] and history.audit().match
