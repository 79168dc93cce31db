"""What must hold when everything has been read: pure checks over the view."""

from collections.abc import Callable, Iterator
from datetime import date

from monitoring.auditor.bureau import CHECKS as BUREAU
from monitoring.auditor.caps import cap_kept
from monitoring.auditor.doubts import CHECKS as DOUBTS
from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.incentives import CHECKS as INCENTIVES
from monitoring.auditor.kept import kept_too_long
from monitoring.auditor.lawbook import Law, Rule
from monitoring.auditor.orders import CHECKS as ORDERS
from monitoring.auditor.person import CHECKS as RIGHTS
from monitoring.auditor.view import OPEN, ObligationFact, View
from monitoring.auditor.waiting import nothing_open_while_barred, waits_no_longer

TARGET_NOT_SEEN = "TARGET_NOT_SEEN"
WITHOUT_EFFECT = "ENDING_WITHOUT_EFFECT"


def same_day(view: View) -> Iterator[Finding]:
    if len(set(view.last_ticks.values())) > 1:
        seen = ", ".join(f"{partition}: {day}" for partition, day in sorted(view.last_ticks.items()))
        yield Finding(Invariant.SAME_DAY, "accepted", seen, "one day")


def law_files(view: View) -> Iterator[Finding]:
    """The book in force against the files, rule by rule, item by item."""
    book = view.books.get(view.current_digest or "")
    if book is None:
        yield Finding(Invariant.LAW_FILES, "lawbooks", f"digest in force {view.current_digest}", "a published book")
        return
    if book.cut_over != view.law.cut_over:
        yield Finding(Invariant.LAW_FILES, "cut_over", str(book.cut_over), str(view.law.cut_over))
    pairs: tuple[tuple[str, dict[str, object], dict[str, object]], ...] = (
        ("rule", dict(book.rules), dict(view.law.rules)),
        ("item", dict(book.items), dict(view.law.items)),
        ("scale", dict(book.scales), dict(view.law.scales)),
        ("instrument", dict(book.instruments), dict(view.law.instruments)),
        ("body", dict(book.bodies), dict(view.law.bodies)),
        ("publicity", dict(book.publicity), dict(view.law.publicity)),
        ("offer", dict(book.offers), dict(view.law.offers)),
    )
    for name, seen, expected in pairs:
        for code in sorted(seen.keys() | expected.keys()):
            if seen.get(code) != expected.get(code):
                yield Finding(Invariant.LAW_FILES, f"{name} {code}", str(seen.get(code)), str(expected.get(code)))


def live_ground(view: View) -> Iterator[Finding]:
    day = view.last_day
    for identifier, fact in view.obligations.items():
        if fact.state not in OPEN:
            continue
        if fact.entry is None:
            yield _open(Invariant.LIVE_GROUND, identifier, fact, "no entry", "an entry")
        elif fact.entry.ended:
            yield _open(Invariant.LIVE_GROUND, identifier, fact, "its ground has ended", "lifting")
        elif day is not None and not fact.entry.live_on(day):
            yield _open(Invariant.LIVE_GROUND, identifier, fact, f"last day {fact.entry.ends_on}", f"lifting on {day}")


def not_past_end(view: View) -> Iterator[Finding]:
    day = view.last_day
    if day is None:
        return
    for where, entry in view.entries.items():
        if not entry.ended and not entry.live_on(day):
            yield Finding(
                Invariant.NOT_PAST_END, f"entry {where}", f"not ended on {day}", f"ended after {entry.ends_on}"
            )
    for identifier, fact in view.obligations.items():
        if fact.state not in OPEN or fact.entry is None:
            continue
        limit = fact.entry.ends_on
        if fact.ends_on is not None and fact.ends_on < day:
            yield _open(Invariant.NOT_PAST_END, identifier, fact, f"last day {fact.ends_on}", f"lifting on {day}")
        if limit is not None and (fact.ends_on is None or fact.ends_on > limit):
            yield _open(Invariant.NOT_PAST_END, identifier, fact, f"last day {fact.ends_on}", f"at most {limit}")


def ended(view: View) -> Iterator[Finding]:
    """Each ending that was accepted, or waits no longer, has ended its entry. What ended before its subject was erased
    says nothing about a new case at the same place; that it had ended is asked at the erasure."""
    for where, reason, receipt, day in view.endings:
        if day < view.erased_on.get(where.partition("|")[0], day):
            continue
        code = view.refused.get(receipt)
        if code == TARGET_NOT_SEEN and receipt in view.settled:
            code = view.settled[receipt]
            if code == WITHOUT_EFFECT and reason not in view.law.only_without_term:
                code = None  # it has an effect, whatever was said
        elif code is not None:
            continue
        entry = view.entries.get(view.now(where))
        if code is None and (entry is None or not entry.ended):
            yield Finding(Invariant.ENDED, f"entry {where}", f"not ended by {receipt} ({reason})", "ended")


def basis_stands(view: View) -> Iterator[Finding]:
    day = view.last_day
    if day is None:
        return
    faults: dict[str, str | None] = {}
    for identifier, fact in view.obligations.items():
        if fact.state not in OPEN:
            continue
        if fact.rule not in faults:
            faults[fact.rule] = _fallen(view.law, view.law.rules.get(fact.rule), day)
        fault = faults[fact.rule]
        if fault is not None:
            yield _open(Invariant.BASIS_STANDS, identifier, fact, f"{fact.rule} {fault}", f"lifting on {day}")


def _fallen(law: Law, rule: Rule | None, day: date) -> str | None:
    if rule is None:
        return "is in no law file"
    if not rule.active:
        return "is inactive"
    if not rule.in_force(day):
        return f"is in force from {rule.in_force_from} to {rule.in_force_to} only"
    if day >= law.cut_over and not law.stands_alone(rule.basis):
        return "rests on a memorandum alone"
    return None


def deltas(view: View) -> Iterator[Finding]:
    for identifier, fact in view.obligations.items():
        if fact.delta_version != fact.version or fact.delta != fact.decided:
            seen = f"changes up to version {fact.delta_version}"
            if fact.delta_version == fact.version:
                seen += " with another content"
            yield Finding(
                Invariant.DELTAS, f"obligation {identifier}", seen, f"the changes decided, up to version {fact.version}"
            )


def current(view: View) -> Iterator[Finding]:
    for identifier, fact in view.obligations.items():
        erased = fact.entry is not None and fact.entry.erased
        if fact.current != (None if erased else (fact.version, fact.state)):
            expected = "nothing: it is erased" if erased else f"version {fact.version}, {fact.state}"
            yield Finding(Invariant.CURRENT, f"obligation {identifier}", str(fact.current), expected)


def _open(invariant: Invariant, identifier: str, fact: ObligationFact, seen: str, expected: str) -> Finding:
    return Finding(invariant, f"obligation {identifier}", f"{fact.state}, {seen}", expected)


def _law_size(view: View) -> int:
    law = view.law
    rules = len(law.rules) + len(law.items) + len(law.scales) + len(law.publicity) + len(law.offers)
    return rules + len(law.instruments) + len(law.bodies)


def _open_ones(view: View) -> int:
    return sum(fact.state in OPEN for fact in view.obligations.values())


CHECKS: tuple[tuple[Invariant, Callable[[View], Iterator[Finding]], Callable[[View], int]], ...] = (
    (Invariant.SAME_DAY, same_day, lambda view: len(view.last_ticks)),
    (Invariant.LAW_FILES, law_files, _law_size),
    (Invariant.LIVE_GROUND, live_ground, _open_ones),
    (Invariant.NOT_PAST_END, not_past_end, lambda view: len(view.entries) + _open_ones(view)),
    (Invariant.CAP, cap_kept, lambda view: sum(map(len, view.capped.values()))),
    (Invariant.KEPT, kept_too_long, lambda view: len(view.places)),
    (Invariant.ENDED, ended, lambda view: len(view.endings)),
    (Invariant.WAITING, waits_no_longer, lambda view: len(view.waiting) + len(view.settled)),
    (Invariant.GIVEN_UP, nothing_open_while_barred, lambda view: sum(map(len, view.given_up.values()))),
    (Invariant.BASIS_STANDS, basis_stands, _open_ones),
    *DOUBTS,
    *RIGHTS,
    *BUREAU,
    *INCENTIVES,
    *ORDERS,
    (Invariant.DELTAS, deltas, lambda view: len(view.obligations)),
    (Invariant.CURRENT, current, lambda view: len(view.obligations)),
)
