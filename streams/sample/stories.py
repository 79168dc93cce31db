"""The ordinary life of records: reported, ended, run out, reported late. Each story has its own parties."""

from collections.abc import Callable
from datetime import timedelta

from streams.sample.case import Case, another, ends, made, of_item, opened
from streams.sample.desk import Desk, Want
from streams.sample.fates import ACCEPTED
from streams.sample.lives import most_days
from streams.sample.matters import Matter

Story = Callable[[Desk], None]

LISTING, ORDER = "COURT_DEFAULTER_LISTING", "COURT_CONSUMPTION_ORDER"
LATER = (20, 600)  # days


def anything(_: Matter) -> bool:
    return True


def termed(least: int, most: int) -> Want:
    """Wants a term of its own that lasts so many days."""

    def want(matter: Matter) -> bool:
        days = most_days(matter.ground)
        return days is not None and least <= days <= most

    return want


def reported(desk: Desk) -> None:
    case, (day,) = opened(desk, anything)
    case.report(day)


def reported_and_ended(desk: Desk) -> None:
    case, (first, second) = opened(desk, ends(desk), LATER)
    case.report(first)
    case.end(second)


def runs_out(desk: Desk) -> None:
    """Nothing is sent at the end: the days pass."""
    term = desk.dice.one_of((400, 800, 1_200, 1_900))
    until = desk.calendar.days[-1] - timedelta(days=term + 40)
    case, (day,) = opened(desk, termed(1, term), until=until)
    case.report(day, note="with a term of its own")


def reported_late(desk: Desk) -> None:
    """A document of months ago: meanwhile a memorandum of its day may have lost its force."""
    case, (day,) = opened(desk, anything, late=desk.dice.between(100, 380))
    case.report(day, note="reported late")


def reported_after_its_term(desk: Desk) -> None:
    case, (day,) = opened(desk, termed(1, 800), late=1_950)  # longer than with all years that may be added
    case.report(day, note="reported after its term")


def listed_and_ordered(desk: Desk) -> None:
    """The courts' usual pair: the order first, the listing when it does not help; performance ends both."""
    order, days = opened(desk, of_item(ORDER), (1, 120), (60, 400), (1, 150), kind="person")
    listing = another(desk, order.party, days[1], of_item(LISTING, "1"))
    order.report(days[0])
    listing.report(days[1], note="reported after the order")
    if desk.dice.chance(40):
        listing.end(days[2], "performed")
        order.end(days[3], "order_performed")


def in_several_matters(desk: Desk) -> None:
    """The same person or unit, several documents of several bodies."""
    case, days = opened(desk, anything, (20, 500), (20, 500), alive=False)
    case.report(days[0], note="first of several documents")
    for day in days[1:]:
        another(desk, case.party, day).report(day, note="further document about the same subject")


def term_after_term(desk: Desk) -> None:
    """The same again before the first term is over; some laws cap how long such terms run together."""
    case, days = opened(desk, termed(200, 1_900), (20, 600), (20, 600))
    case.report(days[0], note="first of consecutive terms")
    for day in days[1:]:
        made(desk, case.matter, day, case.party).report(day, note="another term before the last is over")


def joint_parties(desk: Desk) -> None:
    """One document about two persons is two records with the same number."""
    case, (day,) = opened(desk, anything, kind="person")
    for party in (case.party, desk.cast.person()):
        desk.send(day, party, case.paper, ACCEPTED, f"{case.about} about joint parties", channel=case.body.channel)


def unit_and_its_people(desk: Desk) -> None:
    """The unit is listed; an order reaches the persons of some roles, one record each."""
    listing, days = opened(desk, of_item(LISTING, "1"), (1, 120), LATER, kind="entity")
    listing.report(days[0], note="of a unit")
    roles = desk.dice.shuffled(desk.law.items[ORDER].roles)
    orders = [_through(desk, listing.party.number, role, days[1]) for role in roles[: desk.dice.between(1, 3)]]
    for order in orders:
        order.report(days[1], note=f"reported through the role {order.paper.role}")
    if desk.dice.chance(30):
        listing.end(days[2], "performed")
        for order in orders:
            order.end(days[2], "order_performed")


def _through(desk: Desk, unit: str | None, role: str, day: int) -> Case:
    today = desk.day(day)
    matter, _ = desk.matter(of_item(ORDER), since=today, until=today)
    return made(desk, matter, day, desk.cast.person(), role=role, entity_code=unit)


ORDINARY: dict[Story, int] = {
    reported: 34,
    reported_and_ended: 24,
    runs_out: 10,
    reported_late: 3,
    reported_after_its_term: 1,
    listed_and_ordered: 6,
    in_several_matters: 4,
    term_after_term: 2,
    joint_parties: 2,
    unit_and_its_people: 3,
}
