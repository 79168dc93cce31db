"""Consecutive terms of one group end together at their cap, whatever the order of arrival (docs/adr/0010)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.lawbook import Law
from monitoring.auditor.terms import Period, cap_day
from monitoring.auditor.view import EntryFact, View

Fields = dict[str, Any]
CAP_REACHED = "cap_reached"


def chain(view: View, law: Law, subject: str, item: str, own: EntryFact | None) -> list[Period]:
    """The periods of the subject's entries in the cap group of ``item``, all but ``own``."""
    row = law.items.get(item)
    if row is None or row.cap is None:
        return []
    others = (fact for fact in view.capped.get(subject, ()) if fact is not own)
    return [period for fact in others if (period := _period(law, fact, row.cap.group)) is not None]


def _period(law: Law, fact: EntryFact, group: str) -> Period | None:
    item = law.items.get(fact.item)
    fell = fact.ended_reason in law.annulling  # from the start: it never ran
    if item is None or item.cap is None or item.cap.group != group or fact.effect is None or fell:
        return None
    cut = fact.ended_on if fact.ended_reason != CAP_REACHED else None  # the chain itself says what a cap takes off
    return Period(fact.effect, min(fact.own_last_day or date.max, cut or date.max))


def cap_kept(view: View) -> Iterator[Finding]:
    """No live entry runs longer than its group allows, as all entries stand now."""
    for subject, facts in view.capped.items():
        for fact in facts:
            item = view.law.items.get(fact.item)
            if fact.ended or item is None or item.cap is None or fact.effect is None:
                continue
            most = cap_day(fact.effect, item.cap.years, chain(view, view.law, subject, fact.item, fact))
            if fact.ends_on is None or fact.ends_on > most:
                where = f"entry of receipt {fact.receipt_id}"
                yield Finding(Invariant.CAP, where, f"last day {fact.ends_on}", f"at most {most}")
