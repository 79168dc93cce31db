"""Terms, working days and identifiers."""

from datetime import date, timedelta

from book import SUBJECT, Life, book, correction, determination, ending, with_rules
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from streams.core import ids
from streams.core.decisions import DecisionKind, DueState
from streams.core.due import next_day
from streams.core.events import EventKind
from streams.core.index import Index
from streams.core.terms import add_years
from streams.core.working_days import due_after, is_working_day

INDEX = Index.of(book())
calendar_days = st.dates(date(2018, 1, 1), date(2026, 11, 30))


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 9))
def test_the_corresponding_day_or_the_last_of_the_month(day: date, years: int) -> None:
    end = add_years(day, years)
    assert (end.year, end.month) == (day.year + years, day.month)
    assert end.day == day.day or (day.month, day.day, end.day) == (2, 29, 28)


@given(calendar_days, st.integers(1, 7))
def test_due_days_are_working_days_with_exactly_so_many_before(start: date, count: int) -> None:
    due = due_after(INDEX, start, count)
    assert due.state is DueState.SET and due.day is not None
    span = [start + timedelta(days=n) for n in range(1, (due.day - start).days + 1)]
    assert is_working_day(INDEX, due.day)
    assert sum(bool(is_working_day(INDEX, day)) for day in span) == count


def test_no_days_in_the_text_and_no_calendar() -> None:
    assert due_after(INDEX, date(2026, 11, 2), None).state is DueState.NOT_IN_TEXT
    assert due_after(INDEX, date(2031, 1, 1), 1).state is DueState.AWAITING_CALENDAR
    assert is_working_day(INDEX, date(2031, 1, 1)) is None


def test_an_index_is_never_taken_for_another_books() -> None:
    same_digest = replace(book(), rules={})
    assert Index.of(same_digest).rules_of != INDEX.rules_of
    assert Index.of(book()).rules_of == INDEX.rules_of


@given(st.text(), st.text(), st.text(), st.text())
def test_parts_cannot_run_into_each_other(one: str, two: str, three: str, four: str) -> None:
    if (one, two) != (three, four):
        assert ids.notice_id(one, two) != ids.notice_id(three, four)


def test_a_digest_covers_what_is_said_by_whom_about_whom() -> None:
    day = date(2026, 11, 2)
    said = determination(day)
    digests = [
        ids.content_digest(EventKind.DETERMINATION, "court", SUBJECT, "", said),
        ids.content_digest(EventKind.DETERMINATION, "police", SUBJECT, "", said),
        ids.content_digest(EventKind.DETERMINATION, "court", "00" * 16, "", said),
        ids.content_digest(EventKind.DETERMINATION, "court", SUBJECT, "n", said),
        ids.content_digest(EventKind.DETERMINATION, "court", SUBJECT, "", replace(said, ground="2")),
        ids.content_digest(EventKind.DETERMINATION, "court", SUBJECT, "", replace(said, extra_years=1)),
        ids.content_digest(EventKind.ENDING, "court", SUBJECT, "", ending(day)),
    ]
    assert len(set(digests)) == len(digests)
    assert all(len(digest) == ids.HEX for digest in digests)


def test_days_of_a_subject_never_go_back() -> None:
    """A partition is behind: a record of the day on which its rule begins came before the ticks of earlier days."""
    begins, before = date(2018, 5, 1), date(2018, 4, 30)
    life = Life(book(), begins)
    said = determination(begins, "RAILWAY_SAFETY_LISTING", ground="a1", body="SD-RAILWAY", basis="M-384")
    _, (recorded,) = life.sends(said, channel="railway")
    assert [one.rule for one in recorded.raised] == ["M-384.v1/A"]
    assert life.ticks(before) == ()
    assert life.law_becomes(with_rules(book(), "another")) == ()
    _, (corrected,) = life.sends(correction(before, said), channel="railway")
    assert (corrected.kind, corrected.decided_on, corrected.changed) == (DecisionKind.CORRECTED, begins, ())


def test_no_tick_before_the_last_decision_is_asked_for() -> None:
    life = Life(book(), date(2026, 11, 2))
    life.sends(ending(life.day, number="9"))  # waits 30 days
    life.day = date(2026, 12, 10)
    life.sends(determination(life.day))
    assert next_day(life.standing, life.law, date(2026, 11, 3)) == life.day
    assert life.ticks(date(2026, 12, 2)) == ()
    assert DecisionKind.REVIEW in [one.kind for one in life.ticks(date(2026, 12, 10))]
