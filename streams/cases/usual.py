"""What a record of a case says where the case is silent: a complete, lawful record of that item."""

from datetime import timedelta
from typing import Any

from msgspec import UNSET, structs

from streams.cases.model import (
    ConsentSays,
    CorrectionSays,
    DeterminationSays,
    EndingSays,
    OrderSays,
    PersonCaseSays,
    Subject,
)
from streams.core.checks import SubjectFacts
from streams.core.events import (
    CaseStep,
    Consent,
    ConsentStep,
    Correction,
    Determination,
    Duty,
    Ending,
    Handling,
    Matter,
    PersonCase,
    SubjectKind,
    Supervision,
    SupervisionStep,
    Target,
)
from streams.core.law import Item, LawBook
from streams.core.repair import CONDITIONS

DOCUMENT = "(2026)鲁0102执1号"
CHANGE_DOCUMENT = "(2026)鲁0102执1号之一"
DIGEST = "a" * 64
ITEM = "COURT_DEFAULTER_LISTING"


def said(record: object) -> dict[str, Any]:
    """The fields a case states."""
    return {name: value for name, value in structs.asdict(record).items() if value is not UNSET}  # type: ignore[arg-type]


def determination(says: DeterminationSays, day: Any, law: LawBook, like: Determination | None = None) -> Determination:
    """``says`` over ``like`` (the record to be corrected), or over what is usual for its item on ``day``."""
    if like is not None:
        return structs.replace(like, **said(says))
    code = ITEM if says.item is UNSET else says.item
    item = law.items.get(code)
    fields: dict[str, Any] = {
        "item": code,
        "body": body(item, law),
        "document_no": DOCUMENT,
        "document_date": day,
        "document_digest": DIGEST,
        "basis": item.instruments[0] if item else "",
        "ground": next(iter(item.grounds), None) if item else None,
        "prior_notice": True,
        "hearing": True,
        **said(says),
    }
    fields.setdefault("effect_date", fields["document_date"])
    fields.setdefault("conduct_end", fields["document_date"] if item and item.conduct_end_required else None)
    return Determination(**fields)


def ending(says: EndingSays, day: Any, last_item: str | None) -> Ending:
    """An ending with the target and the document that are usual."""
    item = (last_item or ITEM) if says.item is UNSET else says.item
    of = DOCUMENT if says.of is UNSET else says.of
    fields = {"document_no": CHANGE_DOCUMENT, "document_date": day, "document_digest": DIGEST, **said(says)}
    for word in ("of", "item"):
        fields.pop(word, None)
    return Ending(target=Target(of, item), **fields)


def correction(says: CorrectionSays, day: Any, law: LawBook, seen: dict[Target, Determination]) -> Correction:
    """A correction whose replacement repeats the target's content but for what the case states."""
    of = DOCUMENT if says.of is UNSET else says.of
    item = says.item
    if item is UNSET:
        item = next((target.item for target in seen if target.document_no == of), ITEM)
    target = Target(of, item)
    stated = says.says
    if target not in seen and stated.item is UNSET:
        stated = structs.replace(stated, item=item)
    replacement = determination(stated, day, law, seen.get(target))
    fields = {"document_no": CHANGE_DOCUMENT, "document_date": day, "document_digest": DIGEST, **said(says)}
    for word in ("of", "item", "says"):
        fields.pop(word, None)
    return Correction(target=target, replacement=replacement, **fields)


def person_case(says: PersonCaseSays, day: Any, last_item: str | None) -> PersonCase:
    """A step of a case; what is upheld comes with its document, a repair granted with every condition met."""
    item = (last_item or ITEM) if says.item is UNSET else says.item
    of = DOCUMENT if says.of is UNSET else says.of
    upheld = says.step == CaseStep.UPHELD.value
    document = {"document_no": CHANGE_DOCUMENT, "document_digest": DIGEST} if upheld else {}
    met = dict.fromkeys(CONDITIONS, upheld and says.matter == Matter.REPAIR.value)
    fields = {"case_no": "1", "day": day, **document, **met, **said(says)}
    for word in ("of", "item"):
        fields.pop(word, None)
    closed = {"matter": Matter(says.matter), "step": CaseStep(says.step), "handling": Handling(says.handling)}
    return PersonCase(**{"target": Target(of, item), **fields, **closed})


def consent(says: ConsentSays, day: Any) -> Consent:
    """A declaration of today."""
    fields = {"day": day, "document_digest": DIGEST, **said(says), "step": ConsentStep(says.step)}
    return Consent(**fields)


def order(says: OrderSays, day: Any) -> Supervision:
    """An order to answer proposals within ten days, or the answer of an officer."""
    ordered = says.step == SupervisionStep.ORDERED.value
    usual = (
        {"duty": Duty.ANSWER_PROPOSALS.value, "due_on": day + timedelta(days=10)} if ordered else {"officer": "T001"}
    )
    fields: dict[str, Any] = {"day": day, **usual, **said(says), "step": SupervisionStep(says.step)}
    fields["channel"], fields["obligation_id"] = fields.pop("to"), fields.pop("obligation")
    duty = fields.get("duty")
    return Supervision(**{**fields, "duty": None if duty is None else Duty(duty)})


def facts(subject: Subject) -> SubjectFacts:
    """What intake would know of this subject."""
    kind = SubjectKind(subject.kind)
    return SubjectFacts(kind, subject.born if kind is SubjectKind.PERSON else None)


def body(item: Item | None, law: LawBook) -> str:
    """The first body that may issue ``item``; "" if there is none."""
    if item is None:
        return ""
    bodies = law.bodies.values()
    return next((one.code for one in bodies if one.sector in item.providers and one.level in item.levels), "")
