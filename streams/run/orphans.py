"""Orphans: obligations that stand although nothing carries them any more, told from what the decisions say.

Nothing of the core's folding is used: it would repeat the mistake that is looked for.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from streams.core.law import LawBook, Rule

_STANDING = ("proposed", "confirmed", "in_effect")
Place = tuple[str, str]  # subject, entry key
Said = Mapping[str, Any]  # a record as decoded


def orphans(decisions: Iterable[Said], law: LawBook, day: date) -> list[str]:
    """Ids of obligations that stand on ``day`` under ``law`` without a live ground: their entry is gone, has ended or
    is past its last day, they are past their own, or the book in force does not carry their rule.

    ``decisions``: every one, each subject's in order.
    """
    entries: dict[Place, Said] = {}
    obligations: dict[Place, dict[str, Said]] = {}
    for decision in decisions:
        _follow(decision, entries, obligations)
    found = []
    for place, held in obligations.items():
        entry = entries.get(place)
        for identifier, one in held.items():
            if one["state"] in _STANDING and not (_lives(entry, day) and _carried(law.rules, one, day)):
                found.append(identifier)
    return sorted(found)


def _follow(decision: Said, entries: dict[Place, Said], obligations: dict[Place, dict[str, Said]]) -> None:
    """Notes what one decision says, under the key that its entry has after it."""
    entry, key = decision["entry"], decision["key"]
    if entry is not None:
        here = (decision["subject"], entry["key"])
        if key is not None and key != entry["key"]:
            entries.pop((decision["subject"], key), None)
            obligations[here] = obligations.pop((decision["subject"], key), {})
        entries[here], key = entry, entry["key"]
    if key is not None:
        held = obligations.setdefault((decision["subject"], key), {})
        held.update((one["obligation_id"], one) for one in (*decision["raised"], *decision["changed"]))


def _lives(entry: Said | None, day: date) -> bool:
    return entry is not None and entry["ended_on"] is None and (entry["ends_on"] or day) >= day


def _carried(rules: Mapping[str, Rule], obligation: Said, day: date) -> bool:
    rule = rules.get(obligation["rule"])
    if rule is None or not rule.active or (obligation["ends_on"] or day) < day:
        return False
    return (rule.in_force_from or day) <= day <= (rule.in_force_to or day)
