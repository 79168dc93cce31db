"""What was accepted belongs to the closed catalogue (条例 10, 11), and what is decided is what was accepted.

A record that gets past intake's checks would look lawful to everything after them, so each is asked once more here.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from monitoring.auditor.admission import content_of, item_of
from monitoring.auditor.effects import record_of
from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.lawbook import Item
from monitoring.auditor.view import View

EARLIEST = date(1990, 1, 1)  # no reporting system reaches back that far
Fields = dict[str, Any]
_DATES = ("document_date", "effect_date", "conduct_end")


def published(view: View, value: Fields, where: str) -> Iterator[Finding]:
    if value["law_digest"] not in view.books:
        yield Finding(Invariant.LAW_PUBLISHED, where, str(value["law_digest"]), "a key of lawbooks")


def closed(view: View, value: Fields, where: str) -> Iterator[Finding]:
    content, item = content_of(value), item_of(view, value)
    if content is None:
        return
    if item is None:
        yield Finding(Invariant.CLOSED_CATALOGUE, where, f"item {content['item']}", "an item of the catalogue")
        return
    for name, (seen, allowed) in _asked(value, content, item).items():
        if seen not in allowed:
            wanted = f"for {item.code} one of {', '.join(str(one) for one in allowed)}"
            yield Finding(Invariant.CLOSED_CATALOGUE, where, f"{name} {seen}", wanted)


def _asked(value: Fields, content: Fields, item: Item) -> dict[str, tuple[str | None, tuple[str | None, ...]]]:
    """What the record says, and what its item allows."""
    kind = "person" if value["subject_kind"] == "name_only" else value["subject_kind"]
    return {
        "ground": (content["ground"], tuple(item.grounds) or (None,)),
        "basis": (content["basis"], item.instruments),
        "subject": (kind, item.subjects),
        "role": (content["role"], (None, *item.roles)),
    }


def dates(_: View, value: Fields, where: str) -> Iterator[Finding]:
    content, today = content_of(value) or {}, value["intake_day"] or date.max
    for name in _DATES:
        day = content.get(name)
        if day is not None and not EARLIEST <= day <= today:
            yield Finding(Invariant.DATES, where, f"{name} {day}", f"{EARLIEST}..{today}")


def remember(view: View, value: Fields) -> None:
    content = content_of(value)
    if content is not None:
        view.contents.add(_digest(value["receipt_id"], value["subject"], content))


def same(view: View, decision: Fields) -> Iterator[Finding]:
    """Of a decision that sets the content of an entry: the record it comes from says the same."""
    receipt, entry = record_of(decision), decision["entry"]
    seen = None if entry is None else entry["determination"]
    if receipt is None or seen is None or _digest(receipt, decision["subject"], seen) not in view.contents:
        where = f"decision {decision['decision_id']}"
        about = "no entry" if seen is None else f"{seen['item']} {seen['document_no']} {seen['ground']}"
        yield Finding(Invariant.SAME_CONTENT, where, f"{decision['kind']} {about}", f"as accepted under {receipt}")


def _digest(receipt_id: str, subject: str, content: Fields) -> int:
    """Sixty-four bits per record, so that a million of them stay small."""
    return hash((receipt_id, subject, *sorted((name, str(said)) for name, said in content.items())))


CHECKS: tuple[tuple[Invariant, Callable[[View, Fields, str], Iterator[Finding]]], ...] = (
    (Invariant.CLOSED_CATALOGUE, closed),
    (Invariant.DATES, dates),
)
