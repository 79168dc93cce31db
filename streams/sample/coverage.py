"""Everything the law book knows, once each: every item first, then its endings, grounds, bases, roles and kinds.

The order matters where there is no room for all of it: a small sample still has every item.
"""

from collections.abc import Iterator

from streams.core.law import Item
from streams.sample.case import made, of_item, opened
from streams.sample.desk import Desk, Want
from streams.sample.matters import Matter
from streams.sample.stories import LATER, Story


def coverage(desk: Desk) -> Iterator[Story]:
    """Stories of one or two records each."""
    items = [item for item in desk.law.items.values() if any(m.item.code == item.code for m in desk.matters.all)]
    for each in (_item, _endings, _grounds, _bases, _roles, _kinds, _corrections):
        for item in items:
            yield from each(desk, item)


def _item(_: Desk, item: Item) -> Iterator[Story]:
    yield _reported(of_item(item.code), "every item")


def _grounds(_: Desk, item: Item) -> Iterator[Story]:
    for ground in item.grounds:
        yield _reported(of_item(item.code, ground), "every ground")


def _bases(desk: Desk, item: Item) -> Iterator[Story]:
    for basis in dict.fromkeys(m.basis for m in desk.matters.all if m.item.code == item.code):
        yield _reported(_resting_on(item, basis), "every basis")


def _kinds(_: Desk, item: Item) -> Iterator[Story]:
    for kind in item.subjects:
        yield _reported(of_item(item.code), f"every kind of subject: {kind}", kind)


def _roles(_: Desk, item: Item) -> Iterator[Story]:
    for role in item.roles if "person" in item.subjects else ():
        yield _in_role(item, role)


def _endings(desk: Desk, item: Item) -> Iterator[Story]:
    for reason in item.endings:
        wanted = [m for m in desk.matters.all if m.item.code == item.code and reason in m.reasons(desk.law)]
        if any(matter.life >= LATER[0] for matter in wanted):
            yield _ended_by(item, reason)


def _corrections(_: Desk, item: Item) -> Iterator[Story]:
    yield _corrected(item)


def _reported(want: Want, note: str, kind: str = "") -> Story:
    def story(desk: Desk) -> None:
        case, (day,) = opened(desk, want, kind=kind)
        case.report(day, note=note)

    return story


def _in_role(item: Item, role: str) -> Story:
    def story(desk: Desk) -> None:
        matter, (day,) = desk.matter(of_item(item.code))
        case = made(desk, matter, day, desk.cast.person(), role=role, entity_code=desk.cast.unit().number)
        case.report(day, note=f"every role: {role}")

    return story


def _ended_by(item: Item, reason: str) -> Story:
    def story(desk: Desk) -> None:
        def want(matter: Matter) -> bool:
            return matter.item.code == item.code and reason in matter.reasons(desk.law)

        case, (first, second) = opened(desk, want, LATER)
        case.report(first, note="every ending")
        case.end(second, reason)

    return story


def _corrected(item: Item) -> Story:
    def story(desk: Desk) -> None:
        case, (first, second) = opened(desk, of_item(item.code), (5, 300), alive=False)
        case.report(first, note="every correction")
        case.correct(second, case.amended())

    return story


def _resting_on(item: Item, basis: str) -> Want:
    return lambda matter: matter.item.code == item.code and matter.basis == basis
