"""Determination -> paper -> measure, worked out from the data: for an item, a field, a group or a kind of conduct.

A chain is what can reach a natural person: an item, a paper whose rule is active for it, a measure, and a body to
which the measure goes. Where there is none, every item says why.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from streams.core.law import Item, LawBook, Rule
from streams.law.report.dates import holds

PERSON = "person"


class Chain(NamedTuple):
    """One item with the active rules that may reach a person through it, or the reasons why there is none."""

    item: Item
    rules: tuple[Rule, ...]
    reasons: tuple[str, ...]  # codes of reasons.yaml; filled only where there is no rule

    def live(self, day: date) -> tuple[Rule, ...]:
        """The rules that are in force on ``day``."""
        return tuple(rule for rule in self.rules if holds(rule, day))


class Heading(NamedTuple):
    """A field, a group or a kind of conduct of the notice with the chains of its items."""

    code: str
    name: str
    chains: tuple[Chain, ...]

    @property
    def has_chain(self) -> bool:
        """Whether something could follow for a natural person at any time."""
        return any(chain.rules for chain in self.chains)

    def has_chain_on(self, day: date) -> bool:
        """Whether something can follow on ``day``."""
        return any(chain.live(day) for chain in self.chains)


def rules_of(book: LawBook, item: Item) -> tuple[Rule, ...]:
    """Rules, active or not, that are about a natural person and this item."""
    return tuple(rule for rule in book.rules.values() if item.code in rule.items and PERSON in rule.subjects)


def chain_of(book: LawBook, item: Item) -> Chain:
    """The chain of one item."""
    about = rules_of(book, item)
    active = () if PERSON in item.record_only else tuple(rule for rule in about if rule.active)
    return Chain(item, active, () if active else _reasons(book, item))


def _reasons(book: LawBook, item: Item) -> tuple[str, ...]:
    """Why nothing follows: the item's own reason, or those of every row about it."""
    if PERSON in item.record_only:
        return (item.record_only[PERSON],)
    if PERSON not in item.subjects:
        return ("entity_record_only",)
    if item.minor:
        return ("warning_or_criticism",)
    rows = [rule for rule in book.rules.values() if item.code in rule.items]
    return tuple(sorted({rule.inactive_reason for rule in rows if rule.inactive_reason}))


def silent(book: LawBook) -> tuple[str, ...]:
    """Negative items from which nothing follows and that do not say why: a gap of the book."""
    chains = (chain_of(book, item) for item in book.items.values() if item.info_class == "negative")
    return tuple(chain.item.code for chain in chains if not chain.rules and not chain.reasons)


def fields(book: LawBook) -> tuple[Heading, ...]:
    """The 11 key fields of the notice."""
    return _headings(book, book.fields, lambda item: () if item.field is None else (item.field,))


def groups(book: LawBook) -> tuple[Heading, ...]:
    """The 12 key groups of the notice."""
    return _headings(book, book.groups, lambda item: item.groups)


def conducts(book: LawBook) -> tuple[Heading, ...]:
    """The 4 kinds of key conduct of the notice."""
    return _headings(book, book.conducts, lambda item: () if item.conduct is None else (item.conduct,))


def _headings(book: LawBook, names: dict[str, str], codes_of: Callable[[Item], Iterable[str]]) -> tuple[Heading, ...]:
    items = sorted(book.items.values(), key=lambda item: item.code)
    return tuple(
        Heading(code, name, tuple(chain_of(book, item) for item in items if code in codes_of(item)))
        for code, name in names.items()
    )
