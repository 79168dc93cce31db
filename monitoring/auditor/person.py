"""The person's rights: cases take effect and are marked, a repair leaves only what a law itself orders, being overdue
moves nothing, and what others see has its rule, its term and its notice."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.lawbook import Law
from monitoring.auditor.view import DOUBTED, OPEN, CaseFact, EntryFact, Shown, View

Fields = dict[str, Any]
DISPUTES = frozenset({"objection", "reconsideration", "lawsuit"})
_BY_LAW = frozenset({"law", "regulation"})
_WAITS = frozenset({"proposed", "lifting"})  # states in which a department owes a word


def fold_case(view: View, decision: Fields, entry: EntryFact | None) -> Iterator[Finding]:
    """Where the case that the decision moved stands, and whether a repair was granted. A case that ended with a
    correction says until when that is due, unless the record was corrected since or is over."""
    case, order = decision["case"], decision["order"]
    if entry is not None and decision["kind"] == "corrected":
        entry.corrected_on = decision["decided_on"]
        entry.cases = {number: one._replace(correction_due=None) for number, one in entry.cases.items()}
    if entry is not None and case is not None:
        ordered = case["correction_due"]
        unsaid = case["state"] == "amended" and ordered is None and not entry.ended
        if unsaid and entry.corrected_on is None:
            where = f"decision {decision['decision_id']}"
            yield Finding(
                Invariant.OVERDUE, where, f"case {case['case_no']} amended", "until when its correction is due"
            )
        days = case["due"]["day"], decision["decided_on"], None if ordered is None else ordered["day"]
        entry.cases[case["case_no"]] = CaseFact(case["matter"], case["state"] == "opened", *days)
    if entry is not None and decision["kind"] == "repaired":
        entry.repaired = True
    if order is not None:
        open_until = None if order["done"] else (order["due_on"], decision["decided_on"])
        view.orders[decision["subject"], order["order_no"]] = open_until


def told_of_the_record(view: View, decision: Fields) -> Iterator[Finding]:
    """两书同达 (国办发〔2025〕22号), 条例 37: whoever is recorded is told so in the same decision, whatever follows."""
    entry = decision["entry"]
    if decision["kind"] != "recorded" or entry["subject_kind"] != "person" or entry["ended_on"] is not None:
        return
    if entry["record_only"] not in DOUBTED and "listed" not in {one["kind"] for one in decision["notices"]}:
        yield Finding(Invariant.TOLD, f"decision {decision['decision_id']}", "no notice", "the person is told")


def fold_overdue(view: View, decision: Fields) -> Iterator[Finding]:
    """Being overdue is a word and nothing else, said after the day."""
    if decision["kind"] != "overdue":
        return
    where = f"decision {decision['decision_id']}"
    moved = [name for name in ("raised", "changed", "entry", "feedback", "case", "order") if decision[name]]
    if moved:
        yield Finding(Invariant.OVERDUE, where, f"moves {', '.join(moved)}", "moves nothing")
    for one in decision["missed"]:
        if one["due_on"] >= decision["decided_on"]:
            yield Finding(Invariant.OVERDUE, where, f"{one['ref']} due on {one['due_on']}", "a day that is over")
        view.missed.add((one["ref"], one["due_on"]))


def said_to_be_overdue(view: View) -> Iterator[Finding]:
    """Whatever was past its day at the last tick was said to be. What arrived after that tick, past its day already,
    the next one tells."""
    day = view.last_day
    if day is None:
        return
    for name, ref, due in _waited_for(view, day):
        if due < day and (ref, due) not in view.missed:
            yield Finding(Invariant.OVERDUE, f"{name} {ref}", f"due on {due}, silent on {day}", "decided to be overdue")


def _waited_for(view: View, day: date) -> Iterator[tuple[str, str, date]]:
    for identifier, fact in view.obligations.items():
        if fact.state in _WAITS and fact.due is not None:
            yield "obligation", identifier, fact.due
    for entry in view.entries.values():
        for number, case in entry.cases.items():
            if case.told_on >= day:
                continue
            if case.pending and case.due is not None:
                yield "case", number, case.due
            if case.correction_due is not None and not entry.ended:
                yield "correction of case", number, case.correction_due
    for (_, number), open_until in view.orders.items():
        if open_until is not None and open_until[1] < day:
            yield "order", number, open_until[0]


def marked(view: View) -> Iterator[Finding]:
    """What a department reads of an open measure says that its record is disputed, while it is."""
    for identifier, fact in view.obligations.items():
        if fact.state not in OPEN or fact.entry is None or fact.current is None:
            continue
        disputed = any(case.pending and case.matter in DISPUTES for case in fact.entry.cases.values())
        if fact.disputed != disputed:
            seen = f"disputed {fact.disputed} on .current"
            yield Finding(Invariant.DISPUTED, f"obligation {identifier}", seen, f"disputed {disputed}")


def repaired(view: View) -> Iterator[Finding]:
    """A repair ends the entry, unless a law sets its period; then only what rests on law or regulation stands."""
    for where, entry in view.entries.items():
        if entry.repaired and not entry.ended and not _statutory(view.law, entry):
            yield Finding(Invariant.REPAIRED, f"entry {where}", "lives on after its repair", "ended")
    for identifier, fact in view.obligations.items():
        if fact.state in OPEN and fact.entry is not None and fact.entry.repaired and not _ban(view.law, fact.rule):
            where = f"obligation {identifier}"
            yield Finding(Invariant.REPAIRED, where, f"{fact.state} by {fact.rule}", "lifting: its entry is repaired")


def _statutory(law: Law, entry: EntryFact) -> bool:
    item = law.items.get(entry.item)
    ground = None if item is None else item.ground(entry.ground)
    own = ground is not None and (ground.fixed or ground.life or ground.stated_months is not None)
    return item is not None and item.statutory_term and own


def _ban(law: Law, rule_id: str) -> bool:
    rule = law.rules.get(rule_id)
    known = () if rule is None else tuple(law.instruments.get(code) for code in rule.basis)
    return any(one is not None and one.grade in _BY_LAW for one in known)


def fold_moves(view: View, decision: Fields, law: Law) -> Iterator[Finding]:
    """What the decision shows to the public."""
    where = f"decision {decision['decision_id']}"
    for one in () if decision["moves"] is None else decision["moves"]["publications"]:
        yield from _published(view, one, decision, law, where)


def _published(view: View, move: Fields, decision: Fields, law: Law, where: str) -> Iterator[Finding]:
    public, day = move["publication"], decision["decided_on"]
    if move["move"] == "ended":
        view.hide(public["publication_id"])
        return
    row = law.publicity.get(public["rule"])
    if row is None or not row.active or not row.in_force(day):
        yield Finding(Invariant.PUBLIC_BY_RULE, where, f"public by {public['rule']}", "an active State rule in force")
    if public["last_day"] is not None and public["last_day"] < day:
        yield Finding(Invariant.PUBLIC_TERM, where, f"public until {public['last_day']}", f"not public on {day}")
    shown = Shown(decision["subject"], public["key"], public["rule"], public["last_day"])
    view.show(public["publication_id"], shown)


def public_at_the_end(view: View) -> Iterator[Finding]:
    """What is public on the last day has a live record and a rule that shows its item, and is within its term."""
    day = view.last_day
    if day is None:
        return
    for identifier, shown in view.public.items():
        where = f"publication {identifier}"
        entry, row = view.entries.get(f"{shown.subject}|{shown.key}"), view.law.publicity.get(shown.rule)
        if entry is None or not entry.live_on(day) or entry.repaired:
            yield Finding(Invariant.PUBLIC_TERM, where, "public without a live record", "ended with its record")
        elif row is None or not row.active or not row.in_force(day) or entry.item not in row.items:
            yield Finding(Invariant.PUBLIC_BY_RULE, where, f"{entry.item} by {shown.rule}", "a rule that shows it")
        if shown.last_day is not None and shown.last_day < day:
            yield Finding(Invariant.PUBLIC_TERM, where, f"last day {shown.last_day}", f"not public on {day}")


def _cases(view: View) -> int:
    return sum(len(entry.cases) for entry in view.entries.values())


CHECKS: tuple[tuple[Invariant, Callable[[View], Iterator[Finding]], Callable[[View], int]], ...] = (
    (Invariant.OVERDUE, said_to_be_overdue, lambda view: len(view.missed)),
    (Invariant.DISPUTED, marked, _cases),
    (Invariant.REPAIRED, repaired, lambda view: sum(entry.repaired for entry in view.entries.values())),
    (Invariant.PUBLIC_TERM, public_at_the_end, lambda view: len(view.public)),
)
