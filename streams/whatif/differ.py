"""Which items two law books may treat differently. A person of whose records none is about such an item is reached by
the same measures for the same time under both, so what-if need not decide about him again.

What is proved by test (``tests/whatif``): leaving those persons out changes no figure.
"""

from collections.abc import Iterable

from streams.core.law import LawBook, Rule

# What a book says for readers, for intake or for the receipts alone: nothing of it moves a measure. A field that is
# not named here, and is none of _BY_ITEM, counts as a difference for everybody - also one that a later version adds.
_WORDS = frozenset(
    (
        *("digest", "title", "instruments", "fields", "conducts", "groups", "roles", "bodies"),
        *("refusals", "purposes", "codes", "reasons", "cut_over"),
    )
)
_BY_ITEM = frozenset(("items", "rules", "measures"))


def differing(draft: LawBook, reigning: Iterable[LawBook], ever: Iterable[LawBook]) -> frozenset[str] | None:
    """Codes of the items that ``draft`` may treat otherwise than one of ``reigning``; None: any item.

    ``ever``: every book under which an obligation may have been raised that stands still. An obligation names its rule,
    so a rule counts for each item that it ever listed.
    """
    books = tuple(reigning)
    if any(_whole(draft, book) for book in books):
        return None
    rules = _rules_by_item((draft, *books, *ever))
    items = {*draft.items, *(item for book in books for item in book.items), *rules}
    return frozenset(
        item for item in items if any(_treats(draft, item, rules) != _treats(b, item, rules) for b in books)
    )


def _whole(one: LawBook, other: LawBook) -> bool:
    """Whether anything differs that no single item is concerned by."""
    fields = set(LawBook.__struct_fields__) - _WORDS - _BY_ITEM
    return any(getattr(one, field) != getattr(other, field) for field in fields)


def _rules_by_item(books: Iterable[LawBook]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for book in books:
        for rule in book.rules.values():
            for item in rule.items:
                found.setdefault(item, set()).add(rule.rule_id)
    return found


def _treats(book: LawBook, item: str, rules: dict[str, set[str]]) -> object:
    """All that a book says of an item: its row, and every rule that ever listed it with its measure."""

    def said(rule: Rule | None) -> object:
        return rule, None if rule is None else book.measures.get(rule.measure)

    return book.items.get(item), [said(book.rules.get(rule_id)) for rule_id in sorted(rules.get(item, ()))]
