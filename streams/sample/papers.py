"""The documents of the courts: listing decisions, consumption orders, what ends them and what corrects them.

Case numbers carry 测 (test) where a real one has none, so that none can be a real case.
"""

import hashlib
from datetime import date, timedelta

from streams.core.events import Correction, Determination, Ending, Target
from streams.sample.desk import Desk

LISTING = "COURT_DEFAULTER_LISTING"
ORDER = "COURT_CONSUMPTION_ORDER"
LISTING_BASIS, ORDER_BASIS = "J-LIST", "J-CONSUMPTION"

_GROUNDS = {"1": 45, "2": 4, "3": 8, "4": 33, "5": 5, "6": 5}  # most debtors can pay and do not, or hide what they own
_LEVELS = {"county": 76, "city": 21, "province": 3}
_WITH_TERM = ("2", "3", "4", "5", "6")


def listing(desk: Desk, day: int, ground: str | None = None, late: int = 0) -> Determination:
    """A listing decision reported on publication day ``day``, made 1 to 25 (and ``late``) days before."""
    ground = ground or desk.dice.weighted(_GROUNDS)
    extra = desk.dice.between(1, 3) if ground in ("2", "3") and desk.dice.chance(30) else 0
    return _determination(desk, day, LISTING, LISTING_BASIS, late, ground=ground, extra_years=extra)


def listing_with_term(desk: Desk, day: int, late: int = 0) -> Determination:
    """A listing decision of two years exactly."""
    ground = desk.dice.one_of(_WITH_TERM)
    return _determination(desk, day, LISTING, LISTING_BASIS, late, ground=ground, extra_years=0)


def order(desk: Desk, day: int, role: str | None = None, entity_code: str | None = None) -> Determination:
    """A consumption order against the debtor himself, or through a role of a unit."""
    return _determination(desk, day, ORDER, ORDER_BASIS, 0, role=role, entity_code=entity_code)


def ending(desk: Desk, day: int, target: Determination, reason: str) -> Ending:
    """What ends ``target``; with its own document where the reason needs one, and sometimes where it does not."""
    with_document = desk.law.endings[reason].needs_document or desk.dice.chance(50)
    number = _case_number(desk, target.body, desk.day(day)) if with_document else None
    return Ending(
        target=Target(target.document_no, target.item),
        reason=reason,
        document_no=number,
        document_date=desk.dice.before(desk.day(day), 0, 6),
        document_digest=None if number is None else digest(number),
    )


def correction(desk: Desk, day: int, target: Determination, replacement: Determination) -> Correction:
    number = _case_number(desk, target.body, desk.day(day))
    document_day = desk.dice.before(desk.day(day), 0, 6)
    return Correction(Target(target.document_no, target.item), number, document_day, digest(number), replacement)


def digest(number: str) -> str:
    """Stands for the SHA-256 of the served document, which does not exist."""
    return hashlib.sha256(f"sample document {number}".encode()).hexdigest()


def new_number(desk: Desk, paper: Determination) -> str:
    """Another case number of the same court."""
    assert paper.document_date is not None
    return _case_number(desk, paper.body, paper.document_date)


def _determination(
    desk: Desk,
    day: int,
    item: str,
    basis: str,
    late: int,
    *,
    ground: str | None = None,
    extra_years: int = 0,
    role: str | None = None,
    entity_code: str | None = None,
) -> Determination:
    dice, published = desk.dice, desk.day(day)
    body = _court(desk)
    made = dice.before(published, 1 + late, 25 + late)
    effect = min(made + timedelta(days=dice.weighted({0: 70, 3: 15, 10: 15})), published)
    number = _case_number(desk, body, made)
    return Determination(
        item=item,
        body=body,
        document_no=number,
        document_date=made,
        effect_date=effect,
        conduct_end=dice.before(made, 5, 300) if dice.chance(15) else None,
        document_digest=digest(number),
        basis=basis,
        ground=ground,
        extra_years=extra_years,
        role=role,
        entity_code=entity_code,
        prior_notice=True,
        hearing=True,
    )


def _court(desk: Desk) -> str:
    level = desk.dice.weighted(_LEVELS)
    bodies = desk.catalogue.bodies.values()
    return desk.dice.one_of([body.code for body in bodies if body.channel == "court" and body.level == level])


def _case_number(desk: Desk, body: str, made: date) -> str:
    region = desk.catalogue.bodies[body].region
    court = "鲁" if region.endswith("0000") else f"鲁{region[2:4] if region.endswith('00') else region[2:]}"
    return f"({made.year}){court}执测{desk.number()}号"
