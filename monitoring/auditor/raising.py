"""May this obligation have been raised? Pure checks of one raised obligation against the law and its record.

Rewritten from design rules 2, 4, 10 and 11 and the law files; nothing is shared with the code that raises.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.lawbook import SELF, Item, Law, Rule
from monitoring.auditor.view import View

Fields = dict[str, Any]  # a decoded record or part of one


class Raised(NamedTuple):
    """One raised obligation with what it is judged by."""

    obligation: Fields
    decision: Fields
    entry: Fields
    law: Law
    rule: Rule
    view: View

    @property
    def where(self) -> str:
        return f"obligation {self.obligation['obligation_id']}, decision {self.decision['decision_id']}"

    @property
    def determination(self) -> Fields:
        found: Fields = self.entry["determination"]
        return found

    @property
    def item(self) -> Item | None:
        return self.law.items.get(self.determination["item"])

    def wrong(self, invariant: Invariant, seen: object, expected: object) -> Finding:
        return Finding(invariant, self.where, str(seen), str(expected))


def remit(raised: Raised) -> Iterator[Finding]:
    obligation, rule = raised.obligation, raised.rule
    said = (obligation["executor"], obligation["executor_body"], obligation["executor_source"])
    lawful = (rule.executor, rule.executor_body, rule.executor_source)
    if said != lawful or said[0] is None:
        yield raised.wrong(Invariant.REMIT, said, lawful)
    body = raised.law.bodies.get(obligation["executor_body"])
    if body is None or body.channel != obligation["executor"]:
        yield raised.wrong(Invariant.REMIT, f"{said[1]} told through {said[0]}", f"through {body and body.channel}")


def incentive(raised: Raised) -> Iterator[Finding]:
    """An incentive rests on good conduct, a sanction on bad, and never the other way round."""
    said, item = raised.obligation["incentive"], raised.item
    if said != raised.rule.incentive:
        yield raised.wrong(Invariant.INCENTIVE, f"incentive {said}", f"{raised.rule.rule_id}: {raised.rule.incentive}")
    if item is not None and said == (item.info_class == "negative"):
        seen = f"{'an incentive' if said else 'a sanction'} by {item.code}, which is {item.info_class}"
        yield raised.wrong(Invariant.INCENTIVE, seen, "incentives from good conduct, sanctions from bad")


def of_item(raised: Raised) -> Iterator[Finding]:
    rule, determination = raised.rule, raised.determination
    if determination["item"] not in rule.items:
        yield raised.wrong(Invariant.RULE_OF_ITEM, f"item {determination['item']}", f"one of {rule.items}")
    if rule.grounds and determination["ground"] not in rule.grounds:
        yield raised.wrong(Invariant.RULE_OF_ITEM, f"ground {determination['ground']}", f"one of {rule.grounds}")
    if raised.entry["subject_kind"] not in rule.subjects:
        yield raised.wrong(Invariant.RULE_OF_ITEM, raised.entry["subject_kind"], f"one of {rule.subjects}")
    if (determination["role"] or SELF) not in (rule.roles or (SELF,)):
        yield raised.wrong(Invariant.RULE_OF_ITEM, f"role {determination['role']}", f"one of {rule.roles or (SELF,)}")


def active(raised: Raised) -> Iterator[Finding]:
    if not raised.rule.active:
        yield raised.wrong(Invariant.RULE_ACTIVE, f"{raised.rule.rule_id} raised", "an inactive rule raises nothing")


def in_force(raised: Raised) -> Iterator[Finding]:
    rule, day = raised.rule, raised.decision["decided_on"]
    window = f"{rule.rule_id} from {rule.in_force_from} to {rule.in_force_to}"
    if not rule.in_force(day):
        yield raised.wrong(Invariant.RULE_IN_FORCE, f"decided on {day}", window)
    if rule.reach != "new_documents":
        return
    field = {"conduct": "conduct_end", "document": "document_date", "effect": "effect_date"}[rule.date_basis]
    counted: date | None = raised.determination[field]
    if counted is None or not rule.in_force(counted):
        yield raised.wrong(Invariant.RULE_IN_FORCE, f"{field} {counted}", window)


def basis(raised: Raised) -> Iterator[Finding]:
    if raised.decision["decided_on"] >= raised.law.cut_over and not raised.law.stands_alone(raised.rule.basis):
        yield raised.wrong(Invariant.BASIS, raised.rule.basis, "a verified law, regulation or central policy")


def own_record(raised: Raised) -> Iterator[Finding]:
    item, kind, determination = raised.item, raised.entry["subject_kind"], raised.determination
    if item is None:
        yield raised.wrong(Invariant.OWN_RECORD, f"item {determination['item']}", "an item of the data catalogue")
        return
    if kind in item.record_only or kind not in item.subjects:
        yield raised.wrong(Invariant.OWN_RECORD, f"raised for {kind} by {item.code}", "record only")
    role = determination["role"]
    if role is not None and (role not in item.roles or kind != "person" or not determination["entity_code"]):
        expected = f"a person in one of {item.roles} of a named entity"
        yield raised.wrong(Invariant.OWN_RECORD, f"{kind} as {role} of {determination['entity_code']}", expected)


def not_a_name(raised: Raised) -> Iterator[Finding]:
    nameless = raised.entry["subject_kind"] == "name_only" or raised.entry["receipt_id"] in raised.view.names
    if nameless and not raised.obligation["incentive"]:
        yield raised.wrong(Invariant.NOT_A_NAME, "raised on a name alone", "review")


def not_refused(raised: Raised) -> Iterator[Finding]:
    for receipt in {raised.entry["receipt_id"], raised.decision["cause"]["receipt_id"]}:
        if receipt in raised.view.refused:
            code = raised.view.refused[receipt]
            yield raised.wrong(Invariant.NOT_REFUSED, f"receipt {receipt} says {code}", "nothing raised")


def not_over(raised: Raised) -> Iterator[Finding]:
    day, ends_on = raised.decision["decided_on"], raised.entry["ends_on"]
    if raised.entry["ended_on"] is not None or (ends_on is not None and ends_on < day):
        yield raised.wrong(Invariant.LIVE_GROUND, f"raised on {day}, ground ended, last day {ends_on}", "a live ground")


CHECKS: tuple[tuple[Invariant, Callable[[Raised], Iterator[Finding]]], ...] = (
    (Invariant.REMIT, remit),
    (Invariant.INCENTIVE, incentive),
    (Invariant.RULE_OF_ITEM, of_item),
    (Invariant.RULE_ACTIVE, active),
    (Invariant.RULE_IN_FORCE, in_force),
    (Invariant.BASIS, basis),
    (Invariant.OWN_RECORD, own_record),
    (Invariant.NOT_A_NAME, not_a_name),
    (Invariant.NOT_REFUSED, not_refused),
    (Invariant.LIVE_GROUND, not_over),
)
