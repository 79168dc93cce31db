"""How far a day can be proved: exactly beside the ticks, by bounds along every order that Kafka keeps."""

from datetime import date

import pytest

from streams.oracle.reigns import Chain, Claim, Reign, misjudged, worked_off

FIRST, SECOND, THIRD = ((date(2019, 3, day), "book") for day in (4, 5, 6))
REIGNS: list[Reign] = [(None, None), FIRST, SECOND, THIRD]
HERE, THERE, REFUSED = ("accepted", 0), ("accepted", 1), ("receipts.court", 0)


def court(offset: int, said: Reign, written: tuple[Chain, int] | None = None, clocked: int | None = None) -> Claim:
    return Claim(("events.court", offset), said, written, clocked)


def hr(offset: int, said: Reign, written: tuple[Chain, int] | None = None, clocked: int | None = None) -> Claim:
    return Claim(("feedback.hr", offset), said, written, clocked)


def wrong(*claims: Claim) -> list[tuple[tuple[str, int], Reign | None]]:
    found = worked_off(claims)
    assert found is not None
    return [(claim.place, ruled) for claim, ruled in misjudged(REIGNS, found)]


def test_beside_the_ticks_the_day_is_exact() -> None:
    assert wrong(court(0, SECOND, (HERE, 5), 3)) == []
    assert wrong(court(0, FIRST, (HERE, 5), 3)) == [(("events.court", 0), SECOND)]
    assert wrong(court(0, FIRST, (HERE, 0), 0)) == [(("events.court", 0), (None, None))]


@pytest.mark.parametrize("said", [FIRST, SECOND, THIRD])
def test_between_two_exact_ones_a_record_that_landed_elsewhere_is_bound_from_both_sides(said: Reign) -> None:
    found = wrong(
        court(0, SECOND, (HERE, 5), 3),
        court(1, said, (THERE, 9)),
        court(2, SECOND, (HERE, 6), 3),
    )
    assert bool(found) == (said != SECOND)


def test_a_record_of_another_topic_is_bound_where_both_landed_elsewhere() -> None:
    """events.court 1 was judged after an exact one of the second day; feedback.hr 0 stands after it."""
    before = (court(0, SECOND, (HERE, 5), 3), court(1, SECOND, (THERE, 9)))
    assert wrong(*before, hr(0, SECOND, (THERE, 10))) == []
    assert wrong(*before, hr(0, FIRST, (THERE, 10))) == [(("feedback.hr", 0), None)]
    assert wrong(*before, hr(0, FIRST, (THERE, 8))) == []


def test_a_rejection_is_bound_by_the_rejections_before_it() -> None:
    before = (court(0, THIRD, (HERE, 5), 4), court(1, THIRD, (REFUSED, 2)))
    assert wrong(*before, hr(0, SECOND, (REFUSED, 3))) == [(("feedback.hr", 0), None)]
    assert wrong(*before, hr(0, SECOND, (REFUSED, 1))) == []


def test_an_exact_record_behind_one_of_a_later_day() -> None:
    assert wrong(court(0, THIRD, (THERE, 1)), court(1, SECOND, (HERE, 5), 3)) == [(("events.court", 1), SECOND)]


def test_a_law_that_comes_back_on_the_same_day() -> None:
    other = (FIRST[0], "other")
    order = [court(0, FIRST), court(1, other), court(2, FIRST)]
    assert list(misjudged([FIRST, other, FIRST], order)) == []
    assert [claim.place[1] for claim, _ in misjudged([FIRST, other], order)] == [2]


def test_orders_that_contradict_each_other() -> None:
    assert worked_off([court(0, FIRST, (THERE, 9)), court(1, FIRST, (THERE, 8))]) is None
