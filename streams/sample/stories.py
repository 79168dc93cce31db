"""The ordinary life of court records: listed, ordered, performed, revoked, expired. Each story has its own parties."""

from collections.abc import Callable
from datetime import date

from streams.core.events import Determination
from streams.sample.cast import Party
from streams.sample.desk import Desk
from streams.sample.papers import LISTING, ORDER, ending, listing, listing_with_term, order

Story = Callable[[Desk], None]

LATER = (20, 600)  # days; within any term, so that what ends a record meets it alive
_BEFORE_TWO_YEARS = date(2024, 5, 31)  # a two-year term reported until then has run out on the last day


def listed(desk: Desk) -> None:
    (day,) = desk.calendar.chain()
    desk.send(day, desk.cast.person(), listing(desk, day), note="listing")


def listed_and_ended(desk: Desk) -> None:
    first, second = desk.calendar.chain(LATER)
    person, paper = desk.cast.person(), listing(desk, first)
    desk.send(first, person, paper, note="listing")
    _end(desk, second, person, paper, _reason(desk, paper))


def expired(desk: Desk) -> None:
    """Nothing is sent at the end: the days pass."""
    (day,) = desk.calendar.chain(until=_BEFORE_TWO_YEARS)
    desk.send(day, desk.cast.person(), listing_with_term(desk, day), note="listing whose term runs out")


def reported_late(desk: Desk) -> None:
    """A decision of months ago: meanwhile the memorandum of its day may have lost its force."""
    (day,) = desk.calendar.chain()
    late = desk.dice.between(100, 380)  # the catalogue admits decisions made since 2017-05-01
    desk.send(day, desk.cast.person(), listing_with_term(desk, day, late=late), note="listing reported late")


def reported_after_its_term(desk: Desk) -> None:
    (day,) = desk.calendar.chain()
    while desk.day(day) < date(2020, 6, 1):
        (day,) = desk.calendar.chain()
    paper = listing_with_term(desk, day, late=760)
    desk.send(day, desk.cast.person(), paper, note="listing reported after its term")


def ordered(desk: Desk) -> None:
    (day,) = desk.calendar.chain()
    desk.send(day, desk.cast.person(), order(desk, day), note="order against the debtor")


def ordered_and_ended(desk: Desk) -> None:
    first, second = desk.calendar.chain(LATER)
    person, paper = desk.cast.person(), order(desk, first)
    desk.send(first, person, paper, note="order against the debtor")
    _end(desk, second, person, paper, _reason(desk, paper))


def listed_and_ordered(desk: Desk) -> None:
    """The usual pair: the order first, the listing when it does not help; performance ends both."""
    first, second, third, fourth = desk.calendar.chain((1, 120), (60, 400), (1, 150))
    person, paper, decision = desk.cast.person(), order(desk, first), listing(desk, second)
    desk.send(first, person, paper, note="order against the debtor")
    desk.send(second, person, decision, note="listing after the order")
    if desk.dice.chance(40):
        _end(desk, third, person, decision, "performed")
        _end(desk, fourth, person, paper, "order_performed")


def joint_debtors(desk: Desk) -> None:
    """One document about two persons is two records with the same number."""
    (day,) = desk.calendar.chain()
    paper = listing(desk, day)
    for _ in range(2):
        desk.send(day, desk.cast.person(), paper, note="listing of joint debtors")


def unit_listed(desk: Desk) -> None:
    (day,) = desk.calendar.chain()
    desk.send(day, desk.cast.unit(), listing(desk, day), note="listing of a unit: record only")


def unit_and_its_people(desk: Desk) -> None:
    """The unit is listed; an order reaches the persons of some roles, one record each."""
    first, second, third = desk.calendar.chain((1, 120), LATER)
    unit, decision = desk.cast.unit(), listing(desk, first)
    desk.send(first, unit, decision, note="listing of a unit: record only")
    roles = desk.dice.shuffled(desk.law.items[ORDER].roles)[: desk.dice.between(1, 3)]
    papers = [(desk.cast.person(), order(desk, second, role, unit.number)) for role in roles]
    for person, paper in papers:
        desk.send(second, person, paper, note=f"order through the role {paper.role}")
    if desk.dice.chance(30):
        _end(desk, third, unit, decision, "performed")
        for person, paper in papers:
            _end(desk, third, person, paper, "order_performed")


def every_role(desk: Desk) -> None:
    (day,) = desk.calendar.chain()
    unit = desk.cast.unit()
    for role in desk.law.items[ORDER].roles:
        paper = order(desk, day, role, unit.number)
        desk.send(day, desk.cast.person(), paper, note=f"order through the role {role}")


def every_ending(desk: Desk) -> None:
    """Each reason the catalogue lists, at a record it ends (art. 10(4): a listing without a term)."""
    for item in (LISTING, ORDER):
        for reason in desk.law.items[item].endings:
            first, second = desk.calendar.chain(LATER)
            person = desk.cast.person()
            paper = listing(desk, first, ground="1") if item == LISTING else order(desk, first)
            desk.send(first, person, paper, note=f"to be ended by {reason}")
            _end(desk, second, person, paper, reason)


def _end(desk: Desk, day: int, party: Party, paper: Determination, reason: str) -> None:
    desk.send(day, party, ending(desk, day, paper, reason), note=f"ended by {reason}")


def _reason(desk: Desk, paper: Determination) -> str:
    """A reason that takes effect: those of art. 10(4) help only where no term runs."""
    endings = desk.law.endings
    reasons = desk.law.items[paper.item].endings
    if paper.item == LISTING and paper.ground != "1":
        reasons = tuple(reason for reason in reasons if not endings[reason].only_without_term)
    return desk.dice.weighted({reason: 12 if reason.endswith("performed") else 2 for reason in reasons})


ORDINARY: dict[Story, int] = {
    listed: 26,
    listed_and_ended: 14,
    expired: 10,
    reported_late: 3,
    reported_after_its_term: 1,
    ordered: 16,
    ordered_and_ended: 9,
    listed_and_ordered: 9,
    joint_debtors: 2,
    unit_listed: 5,
    unit_and_its_people: 5,
}
COMPLETE: tuple[Story, ...] = (every_role, every_ending)
