"""Look-ups the core makes for every event, built once per law book instead of once per event."""

from datetime import date
from typing import NamedTuple

from streams.core.law import LawBook, Rule

_KEPT = 8  # books remembered; a worker uses one, at a law change two
_cache: dict[str, "Index"] = {}


class Calendar(NamedTuple):
    """The days of one year that differ from the Monday-to-Friday week."""

    off: frozenset[date]
    on: frozenset[date]


class Index(NamedTuple):
    """A law book with its rules (in rule-id order) and executors by item, sectors by channel, calendars by year."""

    law: LawBook
    rules_of: dict[str, tuple[Rule, ...]]
    executors_of: dict[str, tuple[str, ...]]  # item -> channels that any of its rules names, sorted
    sectors_of: dict[str, frozenset[str]]  # channel -> sectors of the bodies that report through it
    calendars: dict[int, Calendar]
    disclosable: frozenset[str]  # items that an active State rule shows, or an offer names

    @classmethod
    def of(cls, law: LawBook) -> "Index":
        """The index of ``law``; a pure function whose results are remembered by digest.

        The book itself is compared too, so two books that claim one digest can never be mixed up.
        """
        found = _cache.get(law.digest)
        if found is not None and found.law is law:
            return found
        while len(_cache) >= _KEPT:
            del _cache[next(iter(_cache))]
        index = _cache[law.digest] = _build(law)
        return index


def _build(law: LawBook) -> Index:
    rules_of: dict[str, list[Rule]] = {item: [] for item in law.items}
    for rule_id in sorted(law.rules):
        rule = law.rules[rule_id]
        for item in rule.items:
            rules_of.setdefault(item, []).append(rule)
    sectors_of: dict[str, set[str]] = {}
    for body in law.bodies.values():
        sectors_of.setdefault(body.channel, set()).add(body.sector)
    return Index(
        law,
        {item: tuple(rules) for item, rules in rules_of.items()},
        {item: tuple(sorted({r.executor for r in rules if r.executor})) for item, rules in rules_of.items()},
        {channel: frozenset(sectors) for channel, sectors in sectors_of.items()},
        {int(year): _calendar(int(year), days) for year, days in law.working_days.items()},
        frozenset(item for row in law.publicity.values() if row.active for item in row.items)
        | frozenset(item for offer in law.offers.values() for item in offer.items),
    )


def _calendar(year: int, days: tuple[str, ...]) -> Calendar:
    def having(sign: str) -> frozenset[date]:
        return frozenset(date.fromisoformat(f"{year:04d}-{day[1:]}") for day in days if day[0] == sign)

    return Calendar(off=having("-"), on=having("+"))
