"""Which rules of the law book reach an entry on a day, and why the others do not (design rule 6).

A rule applies only if everything it asks is met; a rule that does not apply is always named with one reason code.
"""

from datetime import date
from typing import NamedTuple

from streams.core.decisions import Considered, Obligation, ObligationState
from streams.core.events import Determination, SubjectKind
from streams.core.ids import obligation_id
from streams.core.index import Index
from streams.core.law import LawBook, Rule
from streams.core.working_days import NO_TERM_IN_TEXT

SELF = "self"  # in Rule.roles: reaches the subject himself as well as the roles

INACTIVE = "rule_inactive"
SUBJECT_NOT_REACHED = "subject_not_reached"
ROLE_NOT_REACHED = "role_not_reached"
GROUND_NOT_REACHED = "ground_not_reached"
NO_EXECUTOR = "no_executor"
NOT_YET_IN_FORCE = "rule_not_yet_in_force"
NO_LONGER_IN_FORCE = "rule_no_longer_in_force"
DATE_MISSING = "rule_date_missing"
DOCUMENT_TOO_EARLY = "document_before_rule"
DOCUMENT_TOO_LATE = "document_after_rule"
NOT_IN_BOOK = "rule_not_in_book"
NO_RULE_APPLIES = "no_rule_applies"  # why an entry raises nothing although its item may raise something
ITEM_NOT_IN_BOOK = "item_not_in_book"


class Judged(NamedTuple):
    """What was looked at for one determination on one day. ``record_only`` says why nothing applies, else None."""

    applying: tuple[Rule, ...]
    considered: tuple[Considered, ...]
    record_only: str | None


def judge(index: Index, determination: Determination, kind: SubjectKind, day: date) -> Judged:
    """Every rule of the determination's item, either applying or considered with a reason."""
    barred = barred_by_item(index.law, determination, kind)
    applying: list[Rule] = []
    considered: list[Considered] = []
    for rule in index.rules_of.get(determination.item, ()):
        reason = barred or why_not(rule, determination, kind, day)
        if reason is None:
            applying.append(rule)
        else:
            considered.append(Considered(rule.rule_id, reason))
    record_only = None if applying else barred or NO_RULE_APPLIES
    return Judged(tuple(applying), tuple(considered), record_only)


def barred_by_item(law: LawBook, determination: Determination, kind: SubjectKind) -> str | None:
    """Why the item raises nothing at all for this kind of subject (an entity's listing reaches no person)."""
    item = law.items.get(determination.item)
    if item is None:
        return ITEM_NOT_IN_BOOK
    return item.record_only.get(kind.value)


def why_not(rule: Rule, determination: Determination, kind: SubjectKind, day: date) -> str | None:
    """The first reason why ``rule`` does not reach the determination on ``day``, or None if it applies."""
    if not rule.active:
        return rule.inactive_reason or INACTIVE
    if rule.executor is None:
        return NO_EXECUTOR
    if kind.value not in rule.subjects:
        return SUBJECT_NOT_REACHED
    if not _role_reached(rule, determination.role):
        return ROLE_NOT_REACHED
    if rule.grounds and determination.ground not in rule.grounds:
        return GROUND_NOT_REACHED
    return why_not_in_force(rule, day) or _why_not_dated(rule, determination)


def why_not_in_force(rule: Rule, day: date) -> str | None:
    """Whether the rule's own window holds ``day`` (both ends inclusive)."""
    if rule.in_force_from is not None and day < rule.in_force_from:
        return NOT_YET_IN_FORCE
    if rule.in_force_to is not None and day > rule.in_force_to:
        return NO_LONGER_IN_FORCE
    return None


def _why_not_dated(rule: Rule, determination: Determination) -> str | None:
    """A rule for new documents asks when the document, its effect or the conduct was; one for standing cases does not
    ask for the beginning: whatever is live while the rule is in force is reached."""
    counted = {
        "conduct": determination.conduct_end,
        "document": determination.document_date,
        "effect": determination.effect_date,
    }[rule.date_basis]
    if counted is None:
        return DATE_MISSING if rule.reach == "new_documents" else None
    if rule.reach == "new_documents" and rule.in_force_from is not None and counted < rule.in_force_from:
        return DOCUMENT_TOO_EARLY
    if rule.in_force_to is not None and counted > rule.in_force_to:
        return DOCUMENT_TOO_LATE
    return None


def _role_reached(rule: Rule, role: str | None) -> bool:
    if not rule.roles:
        return role is None
    return (role or SELF) in rule.roles


def propose(law: LawBook, rule: Rule, decision: str, ground_ends: date | None, today: date) -> Obligation:
    """The proposal a rule makes to its executor. No text read sets a term for the officer's answer."""
    assert rule.executor is not None and rule.executor_source != "none", rule.rule_id
    return Obligation(
        obligation_id=obligation_id(decision, rule.rule_id, rule.executor),
        rule=rule.rule_id,
        memorandum=rule.memorandum,
        memorandum_version=rule.version,
        measure=rule.measure,
        clause=rule.clause,
        basis=rule.basis,
        executor=rule.executor,
        executor_body=rule.executor_body or "",
        executor_source=rule.executor_source,
        binding=law.measures[rule.measure].binding,
        incentive=rule.incentive,
        state=ObligationState.PROPOSED,
        since=today,
        ends_on=earlier(ground_ends, rule.in_force_to),
        due=NO_TERM_IN_TEXT,
    )


def earlier(one: date | None, other: date | None) -> date | None:
    """The earlier of two last days; None means no end."""
    if one is None or other is None:
        return one or other
    return min(one, other)
