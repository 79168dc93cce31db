"""The real law book, variations of it, and records as intake would accept them."""

from datetime import date
from functools import cache
from typing import Any

from msgspec.structs import replace

from streams.core.decide import decide
from streams.core.decisions import Decision, Receipt
from streams.core.events import (
    Accepted,
    CaseStep,
    Consent,
    Correction,
    Determination,
    Ending,
    EventKind,
    Feedback,
    LawChange,
    Matter,
    Payload,
    PersonCase,
    SubjectKind,
    Supervision,
    Target,
    Tick,
)
from streams.core.evolve import evolve
from streams.core.ids import content_digest, receipt_id
from streams.core.law import Ground, LawBook, Rule
from streams.core.standing import Standing
from streams.law.loader import load

LISTING = "COURT_DEFAULTER_LISTING"
ORDER = "COURT_CONSUMPTION_ORDER"
DIGEST = "b" * 64
SUBJECT = "5f" * 16
MONDAY = date(2026, 11, 2)


@cache
def book() -> LawBook:
    return load()


@cache
def unshown() -> LawBook:
    """The same book with nothing in public, at a bureau or on a red list: the clocks of the entries alone."""
    return replace(load(), digest="unshown", publicity={}, offers={})


def with_rules(law: LawBook, digest: str, *rules: Rule, without: tuple[str, ...] = ()) -> LawBook:
    """Another book: these rules instead of those of the same id, and some left out."""
    kept = {key: rule for key, rule in law.rules.items() if key not in without}
    return replace(law, digest=digest, rules={**kept, **{rule.rule_id: rule for rule in rules}})


def determination(day: date, item: str = LISTING, number: str = "1", **more: Any) -> Determination:
    ground = "1" if item == LISTING else None
    fields: dict[str, Any] = {
        "item": item,
        "body": "SD-COURT",
        "document_no": number,
        "document_date": day,
        "effect_date": day,
        "conduct_end": None,
        "document_digest": DIGEST,
        "basis": "J-LIST" if item == LISTING else "J-CONSUMPTION",
        "ground": ground,
        "prior_notice": True,
        "hearing": True,
    }
    return Determination(**{**fields, **more})


def ending(day: date, reason: str = "performed", item: str = LISTING, number: str = "1") -> Ending:
    return Ending(Target(number, item), reason, "end", day, DIGEST)


def correction(day: date, replacement: Determination, number: str = "1") -> Correction:
    return Correction(Target(number, replacement.item), "correct", day, DIGEST, replacement)


def case(day: date, step: CaseStep = CaseStep.OPENED, **more: Any) -> PersonCase:
    """A step of an objection to the listing, with its document where it is upheld."""
    fields: dict[str, Any] = {
        "target": Target("1", LISTING),
        "matter": Matter.OBJECTION,
        "step": step,
        "case_no": "C1",
        "day": day,
        "document_no": "decided" if step is CaseStep.UPHELD else None,
        "document_digest": DIGEST if step is CaseStep.UPHELD else None,
    }
    return PersonCase(**{**fields, **more})


_KIND: dict[type, EventKind] = {
    Determination: EventKind.DETERMINATION,
    Ending: EventKind.ENDING,
    Correction: EventKind.CORRECTION,
    Feedback: EventKind.FEEDBACK,
    PersonCase: EventKind.CASE,
    Consent: EventKind.CONSENT,
    Supervision: EventKind.SUPERVISION,
    Tick: EventKind.TICK,
    LawChange: EventKind.LAW,
}


def accepted(
    payload: Payload | Tick | LawChange,
    offset: int,
    *,
    channel: str = "court",
    kind: SubjectKind = SubjectKind.PERSON,
    name: str | None = None,
) -> Accepted:
    """The record of ``accepted`` that says ``payload``; without a word about the name a determination carries "x"."""
    word = _KIND[type(payload)]
    name = name if name is not None else "x" if word is EventKind.DETERMINATION else ""
    record = not isinstance(payload, Tick | LawChange)
    event = Accepted(
        receipt_id=receipt_id(channel if record else "clock", 0, offset),
        kind=word,
        channel=channel if record else "clock",
        source_topic=f"events.{channel}",
        source_partition=0,
        source_offset=offset,
        event_id=str(offset),
        intake_day=None,
        law_digest=None,
        subject=SUBJECT if record else "",
        subject_kind=kind if record else None,
        name_check=name,
        content_digest=content_digest(word, channel, SUBJECT, name, payload) if record else "",
    )
    return replace(event, **{word.value: payload})


class Life:
    """One subject's history as casework would make it: decisions, receipts and the standing so far."""

    def __init__(self, law: LawBook, day: date) -> None:
        self.law = law
        self.day = day
        self.standing = Standing(SUBJECT)
        self.decisions: list[Decision] = []
        self.offset = 0

    def happens(self, event: Accepted) -> tuple[Receipt | None, tuple[Decision, ...]]:
        verdict = decide(self.standing, event, self.law, self.day)
        for decision in verdict.decisions:
            self.standing = evolve(self.standing, decision)
        self.decisions.extend(verdict.decisions)
        return verdict.receipt, verdict.decisions

    def sends(self, payload: Payload, **more: Any) -> tuple[Receipt | None, tuple[Decision, ...]]:
        self.offset += 1
        return self.happens(accepted(payload, self.offset, **more))

    def ticks(self, day: date) -> tuple[Decision, ...]:
        self.day = day
        return self.happens(accepted(Tick(day), day.toordinal()))[1]

    def law_becomes(self, law: LawBook) -> tuple[Decision, ...]:
        self.law = law
        self.offset += 1
        return self.happens(accepted(LawChange(law.digest, self.day), 900_000 + self.offset))[1]


def with_item(law: LawBook, digest: str, code: str = LISTING, **fields: Any) -> LawBook:
    """Another book: one item has other fields."""
    return replace(law, digest=digest, items={**law.items, code: replace(law.items[code], **fields)})


def with_ground(law: LawBook, digest: str, number: str = "2", **fields: Any) -> LawBook:
    """Another book: one ground of the court list has another form of term."""
    old = law.items[LISTING].grounds
    bare = Ground(number, old[number].name, old[number].clause)
    return with_item(law, digest, grounds={**old, number: replace(bare, **fields)})


def listed(law: LawBook | None = None, day: date = date(2026, 10, 12)) -> Life:
    """A listing of ground 2 with its one proposal, seen on Monday 2 November 2026."""
    life = Life(law or book(), day)
    life.sends(determination(day, ground="2"))
    life.day = MONDAY
    return life
