"""Which items two law books may treat differently. A person of whose records none is about such an item is reached by
the same measures for the same time under both, so what-if need not decide about him again.

What is proved by test (``tests/whatif``): leaving those persons out changes no figure, and every field of the book is
named below, so that one which a later version adds is not forgotten.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from streams.core.law import (
    EndingReason,
    Ground,
    Instrument,
    Item,
    LawBook,
    Measure,
    Offer,
    Publicity,
    RepairScheme,
    Rule,
    Scale,
    ScaleRule,
    TimeLimit,
)

# What a book says for readers, for intake or for the receipts alone: nothing of it moves a measure.
WORDS = frozenset(
    (
        *("digest", "title", "fields", "conducts", "groups", "roles", "bodies"),
        *("refusals", "purposes", "codes", "reasons", "repair_conditions", "cut_over"),
    )
)
BY_ITEM = frozenset(("items", "rules", "measures", "instruments"))  # each row concerns the items it is about
# A difference in one of these counts for everybody. Some move no measure by themselves, but the day on which a subject
# is erased, and so whether a document sent again years later is known again.
WHOLE = frozenset(("endings", "scales", "working_days", "publicity", "offers", "limits", "repair"))

# Fields of rows that are words. An instrument is named for its grade (what a repair leaves standing) and its window
# (when its limits apply); the rest of it is for readers.
WORDS_OF: Mapping[type[Struct], frozenset[str]] = {
    EndingReason: frozenset(("name", "clause", "instrument")),
    Ground: frozenset(("name", "clause")),
    Instrument: frozenset(("number", "title", "issuer", "issued", "mark", "source", "checked")),
    Item: frozenset(("name", "clause")),
    Measure: frozenset(("name", "definition")),
    Offer: frozenset(("name", "clause", "exit_instrument", "exit_clause")),
    Publicity: frozenset(("name", "clause", "mark", "source")),
    RepairScheme: frozenset(("clause",)),
    Rule: frozenset(("clause", "mark", "remit")),
    Scale: frozenset(("instrument",)),
    ScaleRule: frozenset(("clause",)),
    TimeLimit: frozenset(("name", "clause")),
}


def differing(draft: LawBook, reigning: Iterable[LawBook], ever: Iterable[LawBook]) -> frozenset[str] | None:
    """Codes of the items that ``draft`` may treat otherwise than one of ``reigning``; None: any item.

    ``ever``: every book under which an obligation may have been raised that stands still. An obligation names its rule
    and what it rests on, so a rule counts for each item that it ever listed, with every instrument it ever named.
    """
    books = tuple(reigning)
    if any(_whole(draft) != _whole(book) for book in books):
        return None
    rules, bases = _rules_by_item((draft, *books, *ever))
    items = {*draft.items, *(item for book in books for item in book.items), *rules}
    return frozenset(
        item
        for item in items
        if any(_treats(draft, item, rules, bases) != _treats(book, item, rules, bases) for book in books)
    )


def _whole(book: LawBook) -> object:
    """Whatever no single item is concerned by, with the windows of the instruments that set the limits."""
    named = [book.instruments[limit.instrument] for limit in book.limits.values()]
    windows = [(one.in_force_from, one.in_force_to) for one in named]
    return [told(getattr(book, field)) for field in sorted(WHOLE)], windows


def _rules_by_item(books: Iterable[LawBook]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """By item the rules that any of the books lists it in; by rule the instruments it rests on in any of them."""
    rules: dict[str, set[str]] = {}
    bases: dict[str, set[str]] = {}
    for book in books:
        for rule in book.rules.values():
            bases.setdefault(rule.rule_id, set()).update(rule.basis)
            for item in rule.items:
                rules.setdefault(item, set()).add(rule.rule_id)
    return rules, bases


def _treats(book: LawBook, item: str, rules: dict[str, set[str]], bases: dict[str, set[str]]) -> object:
    """All that a book says of an item: its row, and every rule that ever listed it with measure and basis."""

    def said(rule_id: str) -> object:
        rule = book.rules.get(rule_id)
        measure = None if rule is None else book.measures.get(rule.measure)
        return told(rule), told(measure), [told(book.instruments.get(code)) for code in sorted(bases[rule_id])]

    return told(book.items.get(item)), [said(rule_id) for rule_id in sorted(rules.get(item, ()))]


def told(value: Any) -> object:
    """``value`` without its words.

    >>> told(RepairScheme("s", "I", "art. 1", None, None)) == told(RepairScheme("s", "I", "第一条", None, None))
    True
    """
    if isinstance(value, Struct):
        words = WORDS_OF.get(type(value), frozenset())
        return type(value), [told(getattr(value, name)) for name in value.__struct_fields__ if name not in words]
    if isinstance(value, Mapping):
        return {key: told(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(map(told, value))
    return value
