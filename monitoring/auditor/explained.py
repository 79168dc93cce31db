"""Does a decision say why, and is what it says about the entry right? Pure checks of one decision."""

from collections.abc import Iterator
from typing import Any

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.lawfiles import Law
from monitoring.auditor.terms import last_day
from monitoring.auditor.view import BY_OFFICER, View

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


def term(decision: Fields, law: Law) -> Iterator[Finding]:
    entry = decision["entry"]
    if entry["determination"]["item"] not in law.items:
        return
    expected = last_day(law, entry["determination"])
    if entry["ends_on"] != expected:
        yield _wrong(Invariant.TERM_END, decision, f"ends on {entry['ends_on']}", expected)


def scale(decision: Fields, law: Law) -> Iterator[Finding]:
    severity = decision["entry"]["severity"]
    day = decision["entry"]["determination"]["document_date"] or decision["decided_on"]
    in_force = law.scale_on(day)
    if in_force is None:
        if severity["level"] != "none":
            yield _wrong(Invariant.SCALE, decision, severity["level"], f"none: no scale on {day}")
    elif severity["scale"] != in_force.key or severity["level"] not in (*in_force.levels, "none"):
        seen = f"{severity['level']} of {severity['scale']}"
        yield _wrong(Invariant.SCALE, decision, seen, f"one of {in_force.levels} of {in_force.key} on {day}")


def serious(decision: Fields, law: Law) -> Iterator[Finding]:
    item = law.items.get(decision["entry"]["determination"]["item"])
    if decision["entry"]["severity"]["level"] == "serious" and (item is None or not item.list_decision):
        seen = f"serious for {decision['entry']['determination']['item']}"
        yield _wrong(Invariant.SERIOUS, decision, seen, "an official list decision")


def _wrong(invariant: Invariant, decision: Fields, seen: object, expected: object) -> Finding:
    return Finding(invariant, f"decision {decision['decision_id']}", str(seen), str(expected))
