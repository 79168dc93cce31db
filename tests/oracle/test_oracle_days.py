"""Days and books by which records are judged, against a clock of which every partition is told as late as it likes."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.events import Accepted, EventKind, LawChange, Tick
from streams.era import Era
from streams.oracle.days import Days
from tests.core.book import accepted

FIRST = date(2026, 3, 30)
Reign = tuple[date, str]


def clock(laws: list[bool]) -> tuple[list[Accepted], list[Reign]]:
    """A book, then day after day; after each tick another book of that day where ``laws`` says so. What rules after
    each."""
    events, reigns, day, digest = [accepted(LawChange("0", FIRST), 0)], [(FIRST, "0")], FIRST, "0"
    for number, changes in enumerate(laws):
        day = FIRST + timedelta(days=number)
        events.append(accepted(Tick(day), 2 * number + 1))
        reigns.append((day, digest))
        if changes:
            digest = str(number + 1)
            events.append(accepted(LawChange(digest, day), 2 * number + 2))
            reigns.append((day, digest))
    return events, reigns


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=6), st.data())
def test_what_judges_never_goes_back(laws: list[bool], data: st.DataObject) -> None:
    """Records of intake tasks anywhere on the clock. Agents and oracle tell the same, each by its own lines."""
    events, reigns = clock(laws)
    order = {reign: place for place, reign in reversed(list(enumerate(reigns)))}
    era, days, judged = Era(), Days(), []
    for event in events:
        for met in data.draw(st.lists(st.sampled_from(reigns[1:]), max_size=3)):
            era = era.met(*met)
            assert era.judging == days.judge(*met)
            judged.append(era.judging)
        if event.kind is EventKind.TICK:
            assert event.tick is not None
            era = era.ticked(event.tick.day)
            assert days.tick(event.tick.day)
        else:
            era = era.announced(event)
            days.announce(event)
        days.change_law()
        assert (era.day, era.law, era.due_by) == (days.day, days.digest, days.due_digest())
        for last in (None, *(FIRST + timedelta(days=number) for number in range(len(laws)))):
            assert era.passes_over(last) == days.judged_by_newer(last)
    assert all(order[before] <= order[after] for before, after in pairwise(judged))


def test_where_a_partition_has_come_to_the_day_its_own_book_judges() -> None:
    era = Era().announced(accepted(LawChange("0", FIRST), 0)).ticked(FIRST)
    assert era.met(FIRST, "1").judging == (FIRST, "0")
    assert era.met(FIRST + timedelta(days=1), "1").judging == (FIRST + timedelta(days=1), "1")
    caught_up = era.met(FIRST + timedelta(days=1), "1").ticked(FIRST + timedelta(days=2))
    assert caught_up.judging == (FIRST + timedelta(days=2), "0")
