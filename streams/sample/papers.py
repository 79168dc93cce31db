"""The documents: what a body decides, what ends it and what corrects it, lawful unless a story changes them.

Document numbers carry 测 (test) where a real one has none, so that none can be a real one.
"""

import hashlib
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from streams.core.events import Correction, Determination, Ending, Target
from streams.core.law import Body, Ground
from streams.sample.dice import Dice
from streams.sample.lives import counted, months_later
from streams.sample.matters import CONDUCT_BEFORE, MADE_BEFORE, Matter

_STATES_ITS_END = 15  # per cent of documents about bad conduct that say when the conduct ended, where they need not
_LENGTHENED = 30  # per cent of terms that a document may lengthen


class Office(NamedTuple):
    """A body about to write the document ``number``, which it will report on ``published``."""

    body: Body
    number: int
    published: date
    dice: Dice


def determination(
    office: Office, matter: Matter, *, late: int = 0, role: str | None = None, entity_code: str | None = None
) -> Determination:
    """A document made up to 25 days (and ``late``) before it is reported."""
    body, number, published, dice = office
    made = min(max(dice.before(published, 1 + late, MADE_BEFORE + late), matter.since), matter.until)
    ground = matter.ground
    longest = 0 if ground is None else ground.extra_years_max
    document_no = _number(body, made, number)
    paper = Determination(
        item=matter.item.code,
        body=body.code,
        document_no=document_no,
        document_date=made,
        effect_date=min(made + timedelta(days=dice.weighted({0: 70, 3: 15, 10: 15})), published),
        conduct_end=_conduct_end(dice, matter, made),
        document_digest=digest(document_no),
        basis=matter.basis,
        ground=None if ground is None else ground.code,
        extra_years=dice.between(1, longest) if longest and dice.chance(_LENGTHENED) else 0,
        role=role,
        entity_code=entity_code,
        prior_notice=True,
        hearing=True,
    )
    return stated(dice, paper, ground)


def stated(dice: Dice, paper: Determination, ground: Ground | None) -> Determination:
    """``paper`` with the last day that it has to state under ``ground``, or without one."""
    begins = None if ground is None else counted(ground, paper)
    if ground is None or ground.stated_months is None or begins is None:
        return msgspec.structs.replace(paper, valid_until=None)
    return msgspec.structs.replace(paper, valid_until=months_later(begins, dice.between(*ground.stated_months)))


def amended(dice: Dice, matter: Matter, paper: Determination) -> Determination:
    """What ``paper`` should have said: another ground where the item has one, and the digest of the document as it
    was served."""
    others = [ground for ground in matter.item.grounds.values() if ground.code != paper.ground]
    fixed = msgspec.structs.replace(paper, document_digest=digest(f"{paper.document_no} as served"))
    if not others:
        return fixed
    assert paper.document_date is not None
    ground = dice.one_of(others)
    conduct_end = _conduct_end(dice, matter._replace(ground=ground), paper.document_date)
    fixed = msgspec.structs.replace(fixed, ground=ground.code, extra_years=0, conduct_end=conduct_end)
    return stated(dice, fixed, ground)


def ending(office: Office, target: Determination, reason: str, *, with_document: bool) -> Ending:
    """What ends ``target``, with a document of its own or by the fact that the body states."""
    day = office.dice.before(office.published, 0, 6)
    document_no = _number(office.body, day, office.number) if with_document else None
    return Ending(
        target=Target(target.document_no, target.item),
        reason=reason,
        document_no=document_no,
        document_date=day,
        document_digest=None if document_no is None else digest(document_no),
    )


def correction(office: Office, target: Determination, replacement: Determination) -> Correction:
    day = office.dice.before(office.published, 0, 6)
    document_no = _number(office.body, day, office.number)
    return Correction(Target(target.document_no, target.item), document_no, day, digest(document_no), replacement)


def digest(text: str) -> str:
    """Stands for the SHA-256 of the served document, which does not exist."""
    return hashlib.sha256(f"sample document {text}".encode()).hexdigest()


def renumbered(paper: Determination, body: Body, number: int) -> Determination:
    """``paper`` under another number of the same body."""
    assert paper.document_date is not None
    return msgspec.structs.replace(paper, document_no=_number(body, paper.document_date, number))


def _conduct_end(dice: Dice, matter: Matter, made: date) -> date | None:
    """The day the conduct ended, where the term counts from it or the document happens to say so."""
    counted = matter.ground is not None and matter.ground.counts_from == "conduct"
    if counted or matter.item.conduct_end_required:
        return dice.before(made, 5, CONDUCT_BEFORE)
    says = matter.item.info_class == "negative" and dice.chance(_STATES_ITS_END)
    return dice.before(made, 5, 300) if says else None


def _number(body: Body, made: date, number: int) -> str:
    if body.sector == "court":
        place = "" if body.region.endswith("0000") else body.region[2 : 4 if body.region.endswith("00") else 6]
        return f"({made.year})鲁{place}执测{number}号"
    return f"鲁{body.region[2:]}{body.sector}罚测〔{made.year}〕{number}号"
