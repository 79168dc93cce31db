"""What the audit can find: the closed list of invariants, and what was seen where one does not hold."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

KEPT = 20  # findings kept per invariant; all are counted


class Invariant(StrEnum):
    """What must hold, whatever happened. The value is the sentence the report shows."""

    ONE_RECEIPT = "every source record has exactly one receipt"
    ONE_SOURCE = "every receipt names one source record, in its key too"
    ADDS_UP = "received = accepted + warned + rejected + held + duplicate + needs_correction"
    ACCEPTED_ONCE = "a record is on accepted exactly once, unless rejected"
    SAME_DAY = "every partition has reached the same tick"
    LAW_PUBLISHED = "the law book named by a decision or an accepted record is on lawbooks"
    LAW_FILES = "the law book in force says what the law files say"
    NO_SCORE = "no schema, table or law book has a field named score"
    TERM_END = "the last day of an entry follows from its ground and dates"
    CAP = "consecutive terms of a group end at their cap"
    SCALE = "severity is what item and subject give on the scale in force on the document's day"
    SERIOUS = "'serious' comes only from an official list decision"
    EXPLAINED = "every decision explains itself with known codes, rules and clauses"
    REMIT = "the rule names the executor of the obligation, a body of the channel that is told"
    INCENTIVE = "rewards come from good conduct and sanctions from bad, each on topics of its own"
    RULE_OF_ITEM = "the rule is one for the item, ground, subject and role of the record"
    RULE_ACTIVE = "the rule is active in the law files"
    RULE_IN_FORCE = "the rule was in force on the day of the decision and reaches the document"
    BASIS = "after the cut-over nothing rests on a memorandum alone"
    OWN_RECORD = "an entity's listing has no effect on a person; an order names the person"
    NOT_A_NAME = "no adverse effect on a name without a checked identifier"
    NOT_REFUSED = "no effect of a rejected, held, duplicate or changed record"
    NO_MINOR = "no record about a minor is accepted"
    FAIR_PROCEDURE = "no record without prior notice and hearing, or of a simple procedure, is accepted"
    PROVIDER = "every accepted document comes from a body of a listed sector and level, through its own channel"
    FILED = "what comes through the portal is an act of a person: a case opened, an honour waived, a consent"
    STATED_DAY = "a last day is stated where the ground leaves it to the document, within its bounds, and nowhere else"
    CLOSED_CATALOGUE = "every accepted document is of a listed item, and of a ground, basis, subject and role it knows"
    DATES = "no accepted document has a date before 1990 or after the day intake took it"
    SAME_CONTENT = "a decision records what was accepted of its subject, word for word"
    MUST_NOT_STAND = "a correction that shows that a record must not stand ends it"
    WHOLE_DOCUMENT = "a document without number, date or day of effect has no effect"
    NAME_IN_FORCE = "a document without a name, or a record under another name than the one in force, has no effect"
    WAITING = "what waits is settled when its target comes, and given up after thirty days"
    GIVEN_UP = "what something waited for in vain raises nothing until its department corrects it"
    LIVE_GROUND = "every open obligation has a live ground"
    NOT_PAST_END = "nothing outlives the last day of its ground"
    ENDED = "what an accepted ending, or an upheld case, ends is ended"
    BASIS_STANDS = "the rule of every open obligation is active and in force at the last tick"
    VERSIONS = "the version of an obligation grows by one"
    TRANSITIONS = "an obligation moves only along allowed transitions"
    OFFICER_ONLY = "only an officer's feedback confirms, refuses, carries out or proves a lifting"
    ERASED = "nothing of a subject is erased before it has ended"
    KEPT = "whoever's clocks are all over is erased"
    DOUBTED = (
        "what a record under another name speaks against raises nothing new, is marked, and is shown to nobody else"
    )
    DISPUTED = "what departments read of an open measure says that it is disputed while it is, and not after"
    REPAIRED = "after a repair nothing stands but the ban whose period a law sets"
    OVERDUE = "what is past its day is said to be, once its day is over, and moves by that in nothing"
    PUBLIC_BY_RULE = "a person is in public only by an active State rule for that item"
    PUBLIC_TERM = "nothing is public beyond its term or its record"
    BUREAU_NOTICE = "a credit bureau is fed only after the day on which the person was told"
    BUREAU_GROUND = "a credit bureau is told only what a State rule makes public, or a consent that stands lets it have"
    BUREAU_TOLD = (
        "credit bureaux are told of exactly the records they may hold, each time under a higher version; of a deleted "
        "one nothing of the person is left"
    )
    TOLD = "every natural person is told of a determination that is recorded about him"
    RED_LIST = "a place of honour has a cited rule and a live honour, and nobody on a list of the untrustworthy has one"
    PARTNER = (
        "a partner is given a person only by a consent that stands and names it, or by a State rule, and no longer"
    )
    PARTNERS_TOLD = (
        "each partner is told of its own places that stand and of no other; withdrawn, nothing of the person is left"
    )
    ORDERS_TOLD = "each department reads where the orders to it stand, and of no order to another"
    DELTAS = "the topics of the departments carry exactly the changes decided"
    CURRENT = "the .current topics hold the last change of each obligation"
    ROWS = "each topic record is one row in ClickHouse"
    CURRENT_ROWS = "obligations_current in ClickHouse = the .current topics"


class Finding(NamedTuple):
    """One place where an invariant does not hold. Carries tokens, codes and dates, never an identity."""

    invariant: Invariant
    where: str
    seen: str
    expected: str


@dataclass
class Findings:
    """Collects findings and counts what was checked; keeps the first ``KEPT`` of each invariant."""

    kept: list[Finding] = field(default_factory=list)
    failed: Counter[Invariant] = field(default_factory=Counter)
    checked: Counter[Invariant] = field(default_factory=Counter)

    def check(self, invariant: Invariant, findings: Iterable[Finding] = (), number: int = 1) -> None:
        """``number`` things were looked at for ``invariant``; ``findings`` is what was wrong."""
        self.checked[invariant] += number
        for finding in findings:
            self.failed[finding.invariant] += 1
            if self.failed[finding.invariant] <= KEPT:
                self.kept.append(finding)


@dataclass(frozen=True)
class AuditReport:
    """``findings``: at most 20 per invariant; ``failed`` counts them all; ``checked``: how much was seen."""

    findings: list[Finding]
    failed: dict[Invariant, int]
    checked: dict[Invariant, int]

    @property
    def match(self) -> bool:
        return not self.findings

    def first(self, invariant: Invariant) -> Finding | None:
        return next((finding for finding in self.findings if finding.invariant is invariant), None)
