"""Rows that let a person appear in public or be named to a partner: what a shape cannot say of them."""

from collections.abc import Iterator

from streams.core.law import LawBook, Offer, Publicity
from streams.law.faults import LawFault
from streams.law.references import Resolver
from streams.law.rules import FIRM, VERIFIED

_PUBLICITY, _OFFERS = "publicity.yaml", "offers.yaml"
_STATE = (*FIRM, "judicial_interpretation")  # grades of a text by which the State provides otherwise


def check(book: LawBook, resolver: Resolver, faults: list[LawFault]) -> None:
    """References of both files, and that nobody is shown or named without what was read."""
    for row in book.publicity.values():
        reasons = () if row.inactive_reason is None else (row.inactive_reason,)
        resolver.need(_PUBLICITY, f"{row.code}.items", row.items, "items/")
        resolver.need(_PUBLICITY, f"{row.code}.instrument", (row.instrument, *row.basis), "instruments/")
        resolver.need(_PUBLICITY, f"{row.code}.inactive_reason", reasons, "reasons.yaml")
        if row.active and not faults:
            faults.extend(LawFault(_PUBLICITY, row.code, problem, _CURE) for problem in _shows_too_much(book, row))
    for offer in book.offers.values():
        resolver.need(_OFFERS, f"{offer.code}.items", offer.items, "items/")
        partners = () if offer.partner is None else (offer.partner,)
        resolver.need(_OFFERS, f"{offer.code}.partner", partners, "partners of topics/bodies.yaml")
        texts = (offer.instrument, offer.exit_instrument)
        resolver.need(_OFFERS, f"{offer.code}.instrument", texts, "instruments/")
        faults.extend(LawFault(_OFFERS, offer.code, *wrong) for wrong in _contradicts_itself(offer))


_CURE = "Cure it, or give the row an inactive_reason (code of reasons.yaml)"


def _shows_too_much(book: LawBook, row: Publicity) -> Iterator[str]:
    if row.mark not in VERIFIED:
        yield f"the row cannot show anybody: its mark is '{row.mark}', not verified"
    if row.in_force_from is None:
        yield "the row cannot show anybody: no day is known from which it applies"
    if not row.shown:
        yield "the row cannot show anybody: it lists nothing under shown"
    texts = [book.instruments[code] for code in (row.instrument, *row.basis)]
    if any(text.mark not in VERIFIED for text in texts):
        yield "the row cannot show anybody: a text it rests on is unverified"
    if not any(text.basis_grade in _STATE for text in texts):
        yield "the row cannot show anybody: it rests on no law, regulation, central policy or judicial interpretation"
    text, end = book.instruments[row.instrument], row.in_force_to
    if text.in_force_to is not None and (end is None or end > text.in_force_to):
        yield f"the row outlives the text that lets anybody appear: {text.code} ends on {text.in_force_to}"
    for item in (book.items[code] for code in row.items):
        if set(row.grounds) - set(item.grounds):
            yield f"item {item.code} has not all of the grounds {', '.join(row.grounds)}"


def _contradicts_itself(offer: Offer) -> Iterator[tuple[str, str]]:
    if (offer.needs == "items") != bool(offer.items):
        yield (
            "needs and items contradict each other",
            "Name items where it needs items, none where it needs the red list",
        )
    if (offer.partner is None) != (offer.scheme == "red_list"):
        yield "the red list has no partner, every other scheme has one", "Correct partner or scheme"
