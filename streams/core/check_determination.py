"""Intake's checks of 认定, one function per question; each names the article it enforces."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct
from stdnum.cn import uscc

from streams.core.decisions import Fault
from streams.core.events import Determination, SubjectKind
from streams.core.law import Ground, Item, LawBook
from streams.core.organisation import organisation_agrees
from streams.core.shown import one_of, shown
from streams.core.terms import add_months, add_years, counted_day

FULL_AGE = 18  # 民法典 17
EARLIEST = date(1990, 1, 1)  # an older date is a slip of the keyboard: no reporting system reaches back that far
_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")  # GB 32100-2015: no I, O, S, V, Z
_DIGEST = re.compile(r"[0-9a-f]{64}")


class SubjectFacts(Struct, frozen=True):
    """What intake knows of the subject at the moment it replaces the identity by a token."""

    kind: SubjectKind
    birth_date: date | None = None  # from the citizen number; None for entities and where only a case_ref was sent


def determination_faults(
    d: Determination, channel: str, subject: SubjectFacts, law: LawBook, today: date
) -> tuple[Fault, ...]:
    """All faults in a fixed order; only an unknown item ends the search, for the rest is asked of the item."""
    item = known_item(d.item, "item", law)
    if isinstance(item, Fault):
        return (item,)
    return (
        *_item_in_force(d, item, today),
        *_provider(d, item, channel, law),
        *_subject(d, item, subject, today),
        *_procedure(d, item),
        *_dates(d, today),
        *_basis(d, item, law),
        *_ground(d, item),
        *_conduct_end(d, item),
        *_role(d, item),
        *_digest(d),
    )


def warnings_of(d: Determination) -> tuple[str, ...]:
    """Codes of what is odd but no reason to refuse."""
    code = d.entity_code
    return ("ORGANISATION_CHECK_DIGIT",) if code and _entity_code(code) and not organisation_agrees(code) else ()


def known_item(code: str, field: str, law: LawBook) -> Item | Fault:
    """The row of the data catalogue (条例 10, 11: what is not in the list is not collected)."""
    item = law.items.get(code)
    return Fault("ITEM_UNKNOWN", field, shown(code), one_of(tuple(law.items))) if item is None else item


def is_digest(text: str) -> bool:
    """Whether ``text`` is a sha-256 in lower-case hex."""
    return _DIGEST.fullmatch(text) is not None


def _item_in_force(d: Determination, item: Item, today: date) -> Iterator[Fault]:
    """The catalogue row must have been in force when the document was made."""
    day = d.document_date or today
    first, last = item.in_force_from, item.in_force_to
    if (first is not None and day < first) or (last is not None and day > last):
        yield Fault("ITEM_NOT_IN_FORCE", "document_date", shown(day), f"{first or ''}..{last or ''}")


def _provider(d: Determination, item: Item, channel: str, law: LawBook) -> Iterator[Fault]:
    """条例 10, 16: the listed provider reports through its own channel, and answers for it."""
    body = law.bodies.get(d.body)
    if body is None:
        yield Fault("BODY_UNKNOWN", "body", shown(d.body), "a code of bodies.yaml")
        return
    if body.channel != channel:
        yield Fault("WRONG_CHANNEL", "body", channel, body.channel)
    if body.sector not in item.providers:
        yield Fault("PROVIDER_NOT_LISTED", "body", body.sector, one_of(item.providers))
    if body.level not in item.levels:
        yield Fault("LEVEL_NOT_ALLOWED", "body", body.level, one_of(item.levels))


def _subject(d: Determination, item: Item, subject: SubjectFacts, today: date) -> Iterator[Fault]:
    """条例 2, 民法典 17, 法释〔2013〕17号 art. 4: nobody under 18 when the document was made or the conduct ended."""
    kind = SubjectKind.PERSON if subject.kind is SubjectKind.NAME_ONLY else subject.kind
    if kind.value not in item.subjects:
        yield Fault("SUBJECT_KIND_NOT_ALLOWED", "subject.kind", kind.value, one_of(item.subjects))
    if subject.birth_date is None or not item.minors_refused:
        return
    dates = [day for day in (d.conduct_end, d.document_date, d.effect_date) if day is not None]
    if min(dates, default=today) < full_age_on(subject.birth_date):
        yield Fault("MINOR_SUBJECT", "subject.id_number", None, f"{FULL_AGE} years or older")


def full_age_on(born: date) -> date:
    """The first day on which somebody born on ``born`` is of age: the 18th birthday, and 1 March for whoever was born
    on a 29 February that the year lacks - until the birthday has come nobody is taken for grown.

    >>> full_age_on(date(2008, 2, 29))
    datetime.date(2026, 3, 1)
    """
    day = add_years(born, FULL_AGE)
    return day + timedelta(days=1) if (born.day, day.month, day.day) == (29, 2, 28) else day


def _procedure(d: Determination, item: Item) -> Iterator[Fault]:
    """条例 13(2): no simple procedure; 行政处罚法 44, 45, 62: told before, and heard."""
    if d.simple_procedure:
        yield Fault("SIMPLE_PROCEDURE", "simple_procedure", "True", "False")
    if item.prior_notice_required and not d.prior_notice:
        yield Fault("PRIOR_NOTICE_MISSING", "prior_notice", "False", "True")
    if item.prior_notice_required and not d.hearing:
        yield Fault("HEARING_MISSING", "hearing", "False", "True")


def _dates(d: Determination, today: date) -> Iterator[Fault]:
    """Only a document in legal effect, with dates in the order in which things happen."""
    if d.effect_date is not None and d.effect_date > today:
        yield Fault("NOT_IN_EFFECT", "effect_date", shown(d.effect_date), f"<= {today}")
    if d.document_date is not None and d.effect_date is not None and d.effect_date < d.document_date:
        yield Fault("DATE_ORDER", "effect_date", shown(d.effect_date), f">= {d.document_date}")
    if d.document_date is not None and d.conduct_end is not None and d.conduct_end > d.document_date:
        yield Fault("DATE_ORDER", "conduct_end", shown(d.conduct_end), f"<= {d.document_date}")
    for field in ("document_date", "conduct_end"):
        day = getattr(d, field)
        if day is not None and not EARLIEST <= day <= today:
            yield implausible(field, day, today)
    if d.effect_date is not None and d.effect_date < EARLIEST:
        yield implausible("effect_date", d.effect_date, today)


def implausible(field: str, day: date, today: date) -> Fault:
    """The fault of a date that no record of today can carry."""
    return Fault("DATE_IMPLAUSIBLE", field, shown(day), f"{EARLIEST}..{today}")


def _basis(d: Determination, item: Item, law: LawBook) -> Iterator[Fault]:
    """The instrument must be one the item may rest on, and in force when the document was made."""
    instrument = law.instruments.get(d.basis) if d.basis in item.instruments else None
    if instrument is None:
        yield Fault("BASIS_NOT_LISTED", "basis", shown(d.basis), one_of(item.instruments))
        return
    first, last, day = instrument.in_force_from, instrument.in_force_to, d.document_date
    if day is not None and ((first is not None and day < first) or (last is not None and day > last)):
        yield Fault("BASIS_NOT_LISTED", "basis", shown(d.basis), f"in force {first or ''}..{last or ''}")


def _ground(d: Determination, item: Item) -> Iterator[Fault]:
    """法释〔2013〕17号 art. 1 (grounds) and art. 2 (one to three more years, never without a term)."""
    ground = None if d.ground is None else item.grounds.get(d.ground)
    if item.grounds and d.ground is None:
        yield Fault("GROUND_MISSING", "ground", "<empty>", one_of(tuple(item.grounds)))
    elif d.ground is not None and ground is None:
        yield Fault("GROUND_UNKNOWN", "ground", shown(d.ground), one_of(tuple(item.grounds)))
    most = 0 if ground is None else ground.extra_years_max
    if not 0 <= d.extra_years <= most:
        yield Fault("TERM_NOT_ALLOWED", "extra_years", shown(d.extra_years), f"0..{most}")
    yield from _valid_until(d, ground)


def _conduct_end(d: Determination, item: Item) -> Iterator[Fault]:
    """Given where the term counts from it, and with every sentence: a judgment long after the act would hide that the
    offender was under age (刑事诉讼法 286)."""
    ground = None if d.ground is None else item.grounds.get(d.ground)
    counted = ground is not None and ground.counts_from == "conduct"
    if d.conduct_end is None and (counted or item.conduct_end_required):
        yield Fault("CONDUCT_END_MISSING", "conduct_end", "<empty>", "the day the conduct ended")


def _valid_until(d: Determination, ground: Ground | None) -> Iterator[Fault]:
    """The document's own last day, where the ground leaves it to the document within bounds. A term from a day may be
    written to end on the day before the corresponding one: that is the least."""
    stated = None if ground is None else ground.stated_months
    if ground is None or stated is None:
        if d.valid_until is not None:
            yield Fault("VALID_UNTIL_OUTSIDE", "valid_until", shown(d.valid_until), "<empty>")
    elif d.valid_until is None:
        yield Fault("VALID_UNTIL_MISSING", "valid_until", "<empty>", f"{stated[0]}..{stated[1]} months")
    elif (counted := counted_day(ground, d)) is not None:
        first, last = add_months(counted, stated[0]) - timedelta(days=1), add_months(counted, stated[1])
        if not first <= d.valid_until <= last:
            yield Fault("VALID_UNTIL_OUTSIDE", "valid_until", shown(d.valid_until), f"{first}..{last}")


def _role(d: Determination, item: Item) -> Iterator[Fault]:
    """An entity's document reaches a person only through a role that the item lists (条例 31)."""
    if d.role is not None and d.role not in item.roles:
        yield Fault("ROLE_NOT_LISTED", "role", shown(d.role), one_of(item.roles))
    if d.role is None and d.entity_code is not None:
        yield Fault("ROLE_NOT_LISTED", "role", "<empty>", one_of(item.roles))
    if d.role is not None and d.entity_code is None:
        yield Fault("ENTITY_CODE_MISSING", "entity_code", "<empty>", "18 characters of GB 32100-2015")
    if d.entity_code is not None and not _entity_code(d.entity_code):
        yield Fault("ENTITY_CODE_INVALID", "entity_code", shown(d.entity_code), "18 characters of GB 32100-2015")


def _entity_code(code: str) -> bool:
    """The characters first: python-stdnum drops separators before it looks, and would take a code with a hyphen."""
    return _CODE.fullmatch(code) is not None and bool(uscc.is_valid(code))


def _digest(d: Determination) -> Iterator[Fault]:
    if not is_digest(d.document_digest):
        seen = f"<{len(d.document_digest)} characters>"
        yield Fault("DIGEST_INVALID", "document_digest", seen, "64 lower-case hex characters (sha-256)")
