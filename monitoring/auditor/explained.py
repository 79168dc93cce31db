"""Does a decision say why, and is what it says about the entry right? Pure checks of one decision."""

from collections.abc import Callable, Iterator
from typing import Any

from monitoring.auditor import caps
from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.lawbook import Item, Law, Scale
from monitoring.auditor.terms import last_day
from monitoring.auditor.view import BY_OFFICER, View, place

Fields = dict[str, Any]
CONTENT = frozenset({"recorded", "corrected"})  # kinds that set the content of an entry
NOT_IN_BOOK = "rule_not_in_book"


def published(decision: Fields, view: View) -> Iterator[Finding]:
    if decision["law_digest"] not in view.books:
        yield _wrong(Invariant.LAW_PUBLISHED, decision, decision["law_digest"], "a key of lawbooks")


def explained(decision: Fields, law: Law) -> Iterator[Finding]:
    if not decision["reasons"]:
        yield _wrong(Invariant.EXPLAINED, decision, "no reasons", "at least one reason code")
    for word in (*decision["reasons"], *(one["reason"] for one in decision["considered"]), decision["code"]):
        if word is not None and word not in law.words and word not in _answers(decision):
            yield _wrong(Invariant.EXPLAINED, decision, f"code {word}", "a code of the law book")
    for one in decision["considered"]:
        if one["rule"] not in law.rules and one["reason"] != NOT_IN_BOOK:
            yield _wrong(Invariant.EXPLAINED, decision, f"considered {one['rule']}", "a rule of the law book")
    for obligation in decision["raised"]:
        yield from _says_its_rule(decision, obligation, law)
    if decision["kind"] == "recorded" and decision["raised"]:
        yield from _all_considered(decision, law)


def _answers(decision: Fields) -> frozenset[str]:
    """What an officer may answer is a word of its own in a decision about an answer."""
    return BY_OFFICER if decision["kind"] == "answered" else frozenset()


def _says_its_rule(decision: Fields, obligation: Fields, law: Law) -> Iterator[Finding]:
    rule = law.rules.get(obligation["rule"])
    if rule is None:
        yield _wrong(Invariant.EXPLAINED, decision, f"rule {obligation['rule']}", "a rule of the law book")
        return
    for name, lawful in (("clause", rule.clause), ("measure", rule.measure), ("basis", list(rule.basis))):
        if obligation[name] != lawful:
            yield _wrong(Invariant.EXPLAINED, decision, f"{rule.rule_id} {name} {obligation[name]}", lawful)
    if obligation["since"] != decision["decided_on"]:
        yield _wrong(Invariant.EXPLAINED, decision, f"raised since {obligation['since']}", decision["decided_on"])


def _all_considered(decision: Fields, law: Law) -> Iterator[Finding]:
    item = decision["entry"]["determination"]["item"] if decision["entry"] else ""
    wanted = law.rules_of.get(item, frozenset())
    seen = {one["rule"] for one in (*decision["raised"], *decision["considered"])}
    if wanted != seen:
        yield _wrong(
            Invariant.EXPLAINED, decision, f"silent about {sorted(wanted ^ seen)[:3]}", "every rule of the item"
        )


def term(view: View, decision: Fields, law: Law) -> Iterator[Finding]:
    """What a document brings, its last day follows from; afterwards only the cap of a group, or a book that
    lets no such record stand any longer, may bring it forward."""
    entry = decision["entry"]
    determination = entry["determination"]
    if determination["item"] not in law.items:
        return  # as accepted (SAME_CONTENT), and listed when it was accepted (CLOSED_CATALOGUE): it has left since
    own = view.entries.get(place(decision["subject"], decision["key"] or entry["key"]))
    if decision["kind"] not in CONTENT and own is not None and own.ends_on == entry["ends_on"]:
        return
    chain = caps.chain(view, law, decision["subject"], determination["item"], own)
    expected = last_day(law, determination, chain)
    if entry["ends_on"] != expected:
        yield _wrong(Invariant.TERM_END, decision, f"ends on {entry['ends_on']}", expected)
    elif decision["kind"] not in CONTENT and decision["code"] not in ("cap_reached", "record_sealed"):
        yield _wrong(Invariant.TERM_END, decision, f"{decision['code']} moves the last day", own and own.ends_on)


def scale(view: View, decision: Fields, law: Law) -> Iterator[Finding]:
    """The scale of the document's day, and on it the level that item and subject alone give: nothing is weighed."""
    entry = decision["entry"]
    severity, determination = entry["severity"], entry["determination"]
    day = determination["document_date"] or decision["decided_on"]
    in_force = law.scale_on(day)
    if in_force is not None and severity["scale"] != in_force.key:
        yield _wrong(Invariant.SCALE, decision, f"on {severity['scale']}", f"on {in_force.key}, in force on {day}")
    expected = _level(law.items.get(determination["item"]), entry["subject_kind"], in_force)
    if severity["level"] != expected:
        where = "no scale" if in_force is None else in_force.key
        yield _wrong(Invariant.SCALE, decision, severity["level"], f"{expected} ({where} on {day})")


def _level(item: Item | None, kind: str, in_force: Scale | None) -> str:
    if item is None or in_force is None or kind in item.record_only or item.info_class != "negative":
        return "none"
    if item.list_decision:
        return "serious"
    return "minor" if item.minor and "minor" in in_force.levels else "ordinary"


def serious(view: View, decision: Fields, law: Law) -> Iterator[Finding]:
    item = law.items.get(decision["entry"]["determination"]["item"])
    if decision["entry"]["severity"]["level"] == "serious" and (item is None or not item.list_decision):
        seen = f"serious for {decision['entry']['determination']['item']}"
        yield _wrong(Invariant.SERIOUS, decision, seen, "an official list decision")


def _wrong(invariant: Invariant, decision: Fields, seen: object, expected: object) -> Finding:
    return Finding(invariant, f"decision {decision['decision_id']}", str(seen), str(expected))


CHECKS: tuple[tuple[Invariant, Callable[[View, Fields, Law], Iterator[Finding]], frozenset[str]], ...] = (
    (Invariant.TERM_END, term, frozenset()),  # () = whatever the kind
    (Invariant.SCALE, scale, CONTENT),
    (Invariant.SERIOUS, serious, CONTENT),
)
