"""What a shape cannot say of an item: its terms must not contradict each other."""

from collections.abc import Iterator
from typing import NamedTuple

from streams.core.law import Ground, Item
from streams.law.faults import LawFault
from streams.law.rows import Rows


class Wrong(NamedTuple):
    """A fault of one item, without its file."""

    key: str
    message: str
    cure: str


def check(items: dict[str, Item], rows: Rows, faults: list[LawFault]) -> None:
    """Terms of each item, and caps of all items that share a group."""
    years: dict[str, Item] = {}
    for item in items.values():
        for wrong in (*_terms(item), *_cap(item, years)):
            faults.append(LawFault(rows.file_of("items", item.code), f"{item.code}.{wrong.key}", *wrong[1:]))


def _terms(item: Item) -> Iterator[Wrong]:
    for ground in item.grounds.values():
        yield from _ground(ground)
    if item.statutory_term and not any(ground.own_term for ground in item.grounds.values()):
        yield Wrong("statutory_term", "no ground has a term of its own", "Give the ground its term, or leave this out")


def _ground(ground: Ground) -> Iterator[Wrong]:
    key = f"grounds.{ground.code}"
    forms = [
        name
        for name, used in (
            ("a fixed term", ground.fixed_term),
            ("life", ground.life),
            ("stated_months", ground.stated_months is not None),
        )
        if used
    ]
    if len(forms) > 1:
        yield Wrong(key, f"has {' and '.join(forms)}", "Keep one form of term")
    if ground.extra_years_max and ground.term_years is None:
        yield Wrong(f"{key}.extra_years_max", "there is no term in years to lengthen", "Leave it out")
    if ground.stated_months is not None and ground.stated_months[0] > ground.stated_months[1]:
        yield Wrong(f"{key}.stated_months", "the least is more than the most", "Write [least, most]")
    if ground.counts_from != "effect" and not (ground.fixed_term or ground.stated_months):
        yield Wrong(f"{key}.counts_from", "there is no term to count", "Leave it out")


def _cap(item: Item, first_of: dict[str, Item]) -> Iterator[Wrong]:
    """All items of a group name the same years, whichever of them comes first in a chain."""
    if item.cap is None:
        return
    other = first_of.setdefault(item.cap.group, item)
    assert other.cap is not None
    if other.cap.years != item.cap.years:
        message = f"{item.cap.years} years, where {other.code} of the same group says {other.cap.years}"
        yield Wrong("cap.years", message, "Give every item of the group the same years")
