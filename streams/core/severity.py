"""Severity of one determination by the scale in force on the day of its document. Never of a person (design rule 1)."""

from collections.abc import Callable
from datetime import date

from streams.core.decisions import Severity
from streams.core.events import Determination
from streams.core.law import Item, LawBook, Scale

INCENTIVE = "not_negative_information"
RECORD_ONLY = "record_only"
NO_SCALE = "no_scale_on_that_day"


# "Serious" comes from an official list decision only (条例 29); nothing here weighs or counts anything.
_TESTS: dict[str, Callable[[Item, Determination], bool]] = {
    "list_decision": lambda item, _: item.list_decision,
    "minor_document": lambda item, determination: item.minor and not determination.simple_procedure,
    "any": lambda _item, _determination: True,
}


def scale_on(law: LawBook, day: date) -> Scale | None:
    """The version of the scale in force on ``day``."""
    for scale in law.scales:
        if (scale.in_force_from or day) <= day <= (scale.in_force_to or day):
            return scale
    return None


def classify(law: LawBook, determination: Determination, record_only: str | None, today: date) -> Severity:
    """Level, scale and reason codes. The document's date chooses the scale (信用修复管理办法 counts from it)."""
    item = law.items.get(determination.item)
    scale = scale_on(law, determination.document_date or today)
    key = "" if scale is None else scale.key
    if item is None or record_only is not None:
        return Severity("none", key, (RECORD_ONLY,))
    if item.info_class != "negative":
        return Severity("none", key, (INCENTIVE,))
    if scale is None:
        return Severity("none", "", (NO_SCALE,))
    for rule in scale.rules:
        if _TESTS[rule.when](item, determination):
            return Severity(rule.level, scale.key, (rule.reason,))
    return Severity("none", scale.key, (NO_SCALE,))
