"""Terms, working days and identifiers."""

from datetime import date, timedelta

from book import SUBJECT, book, determination, ending
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from streams.core import ids
from streams.core.decisions import DueState
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
