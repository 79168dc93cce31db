"""A law book over a grid of days: what must be answered every day is answered exactly once.

Between two days on which something begins or ends nothing changes, so a grid of all those days, each with the day
before and after, sees every hole and every overlap there is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from streams.core.law import LawBook, Rule, Scale

FIRST, LAST = date(2013, 1, 1), date(2031, 12, 31)
_DAY = timedelta(days=1)


class Finding(NamedTuple):
    """A hole or an overlap, with the first day of the grid on which it shows."""

    day: date
    what: str


class _Dated(Protocol):
    @property
    def in_force_from(self) -> date | None: ...
    @property
    def in_force_to(self) -> date | None: ...


def holds(one: _Dated, day: date) -> bool:
    """Whether ``one`` is in force on ``day``; both its ends count, an open end has none."""
    return (one.in_force_from or day) <= day <= (one.in_force_to or day)


def scales_on(book: LawBook, day: date) -> list[Scale]:
    """The severity scales of ``day``: exactly one, or the book is wrong."""
    return [scale for scale in book.scales if holds(scale, day)]


def days_of(book: LawBook) -> tuple[date, ...]:
    """Every first of a month, and each day on which anything of ``book`` begins or ends with its neighbours."""
    dated: tuple[_Dated, ...] = (*book.scales, *book.rules.values(), *book.items.values(), *book.instruments.values())
    edges = {day for one in dated for day in (one.in_force_from, one.in_force_to) if day is not None}
    near = {day + n * _DAY for day in edges for n in (-1, 0, 1)}
    months = {date(year, month, 1) for year in range(FIRST.year, LAST.year + 1) for month in range(1, 13)}
    return tuple(sorted(day for day in near | months | {LAST} if FIRST <= day <= LAST))


def gaps(book: LawBook, days: Iterable[date] | None = None) -> tuple[Finding, ...]:
    """Days without a scale; days between two versions of a memorandum; items without a paper; idle rules."""
    versions = _versions(book)
    found = list(_idle(book))
    for day in days_of(book) if days is None else days:
        if not scales_on(book, day):
            found.append(Finding(day, "no severity scale is in force"))
        for memorandum, rules in versions.items():
            if _between(rules, day):
                found.append(
                    Finding(day, f"{memorandum}: no version is in force, though an earlier and a later one are")
                )
        found += [Finding(day, what) for what in _baseless(book, day)]
    return _first_of_each(found)


def conflicts(book: LawBook, days: Iterable[date] | None = None) -> tuple[Finding, ...]:
    """Days with two scales, with two versions of a memorandum, or with one measure proposed twice for one thing."""
    versions = _versions(book)
    rivals = tuple(_rivals(book))
    found = []
    for day in days_of(book) if days is None else days:
        if len(scales_on(book, day)) > 1:
            found.append(Finding(day, "two severity scales are in force"))
        for memorandum, rules in versions.items():
            if len({rule.version for rule in rules if holds(rule, day)}) > 1:
                found.append(Finding(day, f"{memorandum}: two versions are in force"))
        for one, other in rivals:
            if holds(one, day) and holds(other, day):
                what = f"{one.rule_id} and {other.rule_id} propose {one.measure} to the same body for the same record"
                found.append(Finding(day, what))
    return _first_of_each(found)


def _first_of_each(found: list[Finding]) -> tuple[Finding, ...]:
    first: dict[str, Finding] = {}
    for one in found:
        first.setdefault(one.what, one)
    return tuple(first.values())


def _versions(book: LawBook) -> dict[str, list[Rule]]:
    by_memorandum = defaultdict(list)
    for rule in book.rules.values():
        by_memorandum[rule.memorandum].append(rule)
    return by_memorandum


def _between(rules: list[Rule], day: date) -> bool:
    """Whether some version is over on ``day``, some is yet to come, and none is there."""
    over = any(rule.in_force_to is not None and rule.in_force_to < day for rule in rules)
    to_come = any(rule.in_force_from is not None and rule.in_force_from > day for rule in rules)
    return over and to_come and not any(holds(rule, day) for rule in rules)


def _baseless(book: LawBook, day: date) -> Iterator[str]:
    """Items that may be reported on ``day`` on no paper that is in force."""
    for item in book.items.values():
        if holds(item, day) and not any(holds(book.instruments[code], day) for code in item.instruments):
            yield f"{item.code}: none of the papers it may rest on is in force"


def _idle(book: LawBook) -> Iterator[Finding]:
    """Active rules that never meet one of their items. A text may be older than the list it reaches, so some days
    without an item are no fault; a rule without any day is."""
    for rule in book.rules.values():
        if rule.active and not any(_overlap(rule, book.items[code]) for code in rule.items):
            yield Finding(rule.in_force_from or FIRST, f"{rule.rule_id}: active, but never while one of its items is")


def _overlap(one: _Dated, other: _Dated) -> bool:
    start = max(one.in_force_from or date.min, other.in_force_from or date.min)
    return start <= min(one.in_force_to or date.max, other.in_force_to or date.max)


def _rivals(book: LawBook) -> Iterator[tuple[Rule, Rule]]:
    """Pairs of active rules that would send one measure to one body twice for one record."""
    by_effect = defaultdict(list)
    for rule in book.rules.values():
        if rule.active:
            by_effect[rule.measure, rule.executor_body].append(rule)
    for rules in by_effect.values():
        for at, one in enumerate(rules):
            yield from ((one, other) for other in rules[at + 1 :] if _meet(one, other))


def _meet(one: Rule, other: Rule) -> bool:
    """Whether some record is reached by both."""
    roles = set(one.roles or ("self",)) & set(other.roles or ("self",))
    grounds = not one.grounds or not other.grounds or set(one.grounds) & set(other.grounds)
    return bool(set(one.items) & set(other.items) and set(one.subjects) & set(other.subjects) and roles and grounds)
