"""信用修复: by the rules of its date, whoever determined repairs (谁认定、谁修复). Three acts together: publication
ends, sharing and use end, the measures are lifted. A ban whose period a law sets goes on (docs/adr/0009, 0014)."""

from datetime import date

from streams.core.decisions import Entry, Obligation
from streams.core.index import Index
from streams.core.law import LawBook, RepairScheme, Rule
from streams.core.severity import scale_on
from streams.core.terms import add_months, ground_of

REPAIRED = "repaired"
CONDITIONS = ("minimum_reached", "wrong_corrected", "duties_done", "public_promise")  # fields of a case's step
AS_DECIDED = "repair_as_decided"
BAN_STAYS = "statutory_ban_stays"
_GRADES = ("law", "regulation")


def scheme_on(law: LawBook, day: date) -> RepairScheme | None:
    """The rules of repair in force on ``day``; None only under a book older than they are."""
    for scheme in law.repair:
        if (scheme.in_force_from or day) <= day <= (scheme.in_force_to or day):
            return scheme
    return None


def earliest(law: LawBook, entry: Entry, day: date) -> date | None:
    """The first day on which the entry may be repaired by the rules of ``day``: after the least term of publication of
    its level, from the date of its document. None where no rule read says so. A document that is no list decision
    counts as ordinary, for "serious" is never computed: the least term is read in the person's favour."""
    scheme, scale, document = scheme_on(law, day), scale_on(law, day), entry.determination.document_date
    if scheme is None or not scheme.by_level or scale is None or document is None:
        return None
    months = scale.publication_months.get(entry.severity.level)
    return None if months is None else add_months(document, months[0])


def reason_of(scheme: RepairScheme | None) -> str:
    """Reason code of a repair granted under ``scheme``."""
    return AS_DECIDED if scheme is None or not scheme.conditions else f"repair_{scheme.key}"


def statutory(law: LawBook, entry: Entry) -> bool:
    """Whether a law sets the entry's own period, which a repair does not end."""
    item = law.items.get(entry.determination.item)
    ground = ground_of(law, entry.determination)
    return item is not None and item.statutory_term and ground is not None and ground.own_term


def is_ban(index: Index, measure: Obligation | Rule) -> bool:
    """Whether the measure of a statutory entry rests on law or regulation itself: that is the ban."""
    instruments = index.law.instruments
    return any(code in instruments and instruments[code].basis_grade in _GRADES for code in measure.basis)
