"""典型案例: what happens to many, told without anybody. Pure.

A case is a pattern - item, ground and severity - that LEAST documents share at least; everything told about it is the
law book's own text, and how often it happens only in steps of ten. No document, day, place or person is in it.
"""

from collections import Counter
from datetime import date
from typing import NamedTuple

from monitoring.assessment.suppress import LEAST
from sinks.portal.figures import Counts
from streams.core.law import Ground, Item, LawBook, Rule
from streams.law.report.dates import holds

OF_A_FIELD = 2  # the most frequent patterns of each field
_STEPS = (LEAST, 100, 1_000, 10_000, 100_000)


class Case(NamedTuple):
    """``often``: so many documents at least; ``rules``: those that propose something on such a document today;
    ``endings``: codes of how LEAST records of the item or more have ended."""

    item: Item
    ground: Ground | None
    severity: str
    often: int
    rules: tuple[Rule, ...]
    endings: tuple[str, ...]


def cases(counts: Counts, book: LawBook, day: date) -> dict[str, list[Case]]:
    """By field, "" for items outside the 11, the most frequent first; a field without any is left out."""
    found: Counter[tuple[str, str, str]] = Counter()
    for one in counts.recorded:
        found[one.item, one.ground, one.severity] += one.number
    ended: Counter[tuple[str, str]] = Counter()
    for over in counts.ended:
        ended[over.item, over.reason] += over.number
    told: dict[str, list[Case]] = {field: [] for field in (*book.fields, "")}
    for (code, ground, severity), number in sorted(found.items(), key=lambda one: (-one[1], one[0])):
        item = book.items.get(code)
        if item is None or number < LEAST or len(told[item.field or ""]) == OF_A_FIELD:
            continue
        endings = sorted(reason for (of, reason), times in ended.items() if of == code and times >= LEAST)
        told[item.field or ""].append(
            Case(
                item=item,
                ground=item.grounds.get(ground),
                severity=severity,
                often=max(step for step in _STEPS if step <= number),
                rules=proposing(book, code, day, ground),
                endings=tuple(endings),
            )
        )
    return {field: some for field, some in told.items() if some}


def proposing(book: LawBook, item: str, day: date, ground: str | None = None) -> tuple[Rule, ...]:
    """Active rules that propose a measure on a document of the item with the date ``day``, of the ground where one is
    given; each measure once for a department."""
    found: dict[tuple[str, str | None], Rule] = {}
    for rule in book.rules.values():
        reached = item in rule.items and (not ground or not rule.grounds or ground in rule.grounds)
        if rule.active and reached and holds(rule, day):
            found.setdefault((rule.measure, rule.executor), rule)
    return tuple(found.values())
